import { createAccount, type NewAccount } from '../access/access.ts'
import { cookieName, csrfOf, openSession, sessionByCookie } from '../access/session.ts'
import { type Send, sender, type TestServer } from './server.ts'

/** A person with a session as in a browser, without the pages of signing in. */
export async function signedIn({ world, app }: TestServer, account: Omit<NewAccount, 'name'>): Promise<Send> {
  const id = await world.sql.begin((tx) => createAccount(tx, { name: 'проба', ...account }))
  const cookie = await openSession(world, id)
  const session = await sessionByCookie(world, cookie)
  return sender(app, { cookie: `${cookieName}=${cookie}`, 'x-spona-csrf': csrfOf(world, session?.id as string) })
}
