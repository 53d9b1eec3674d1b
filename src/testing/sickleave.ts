import { createAccount, relate } from '../access/access.ts'
import { cookieName, csrfOf, openSession, sessionByCookie } from '../access/session.ts'
import type { Role } from '../access/wire.ts'
import { registerPeople } from '../identity/identity.ts'
import { bulk, chooseDoctors, registerInstitutions } from '../registry/registry.ts'
import { addMember } from '../sickleave/sickleave.ts'
import { newJmbg } from './identity.ts'
import { type Send, sender, startServer, type TestServer } from './server.ts'
import type { Ending } from './for-file.ts'

export type Worker = { root: number; handle: string; jmbg: string; account: string }
export type LeaveTown = TestServer & {
  /** Sets everybody's clock. Each question opens a new session, so that days may pass between two. */
  at(instant: string): void
  as(account: string): Send
  /** A session of an account, for answers that are not JSON. */
  cookie(account: string): Promise<{ cookie: string; csrf: string }>
  account(roles: Role[], more?: object): Promise<string>
  /** An insured person with `doctor` as chosen doctor, employed by these employers from a day on. */
  worker(jobs: { employer: number; fromDate?: string; untilDate?: string }[]): Promise<Worker>
  employers: { id: number; pib: string }[]
  doctor: string
  commission: string
  /** An account for the employer at this place in `employers`. */
  clerk(at: number, role?: 'administrator' | 'operator' | 'viewer' | 'signer'): Promise<string>
  place: { institution: number; unit: number; worker: number }
}

/** Everything that a leave needs: a health centre, a doctor, a commission, two employers and a clock. */
export async function startLeaveTown(
  t: Ending,
  issuer = { name: 'Дом здравља Пробни', kind: 'health-center' },
  portals: string | null = null,
): Promise<LeaveTown> {
  const server = await startServer(t, {}, portals)
  const { world, app } = server
  let now = new Date('2026-03-02T08:00:00Z')
  world.now = () => now
  const place = await world.sql.begin(async (tx) => {
    const [institution] = await registerInstitutions(tx, [{ mb: '17000001', ...issuer, municipality: 'Београд', ownership: 'public' }])
    const [unit] = await bulk.registerUnits(tx, [{ institution: institution as number, code: '1', name: 'Служба опште медицине' }])
    const given = { family: 'Лукић', given: 'Вера', sex: 'female' as const, licenceKind: 'doctor', licenceStatus: 'active' as const, specialty: 'онкологија' }
    const [worker] = await bulk.registerWorkers(tx, [{ ...given, licenceNumber: 'L1' }])
    return { institution: institution as number, unit: unit as number, worker: worker as number }
  })
  const firms = [
    { pib: '100000001', mb: '07000001', name: 'Фабрика „Зупчаник“', municipality: 'Београд' },
    { pib: '100000002', mb: '07000002', name: 'Пекара „Зрно“', municipality: 'Београд' },
  ]
  const ids = await world.sql.begin((tx) => bulk.registerEmployers(tx, firms))
  const account = (roles: Role[], more: object = {}) => world.sql.begin((tx) => createAccount(tx, { name: roles.join(), roles, ...more }))
  const doctor = await account(['doctor'], { ...place, institutionName: issuer.name, name: 'др Вера Лукић' })
  let serial = 0
  const given = new Set<string>()
  const cookie = async (id: string) => {
    const value = await openSession(world, id)
    const session = await sessionByCookie(world, value)
    return { cookie: `${cookieName}=${value}`, csrf: csrfOf(world, session?.id as string) }
  }

  return {
    ...server,
    place,
    doctor,
    commission: await account(['commission'], { name: 'др Ново Катић' }),
    employers: ids.map((id, at) => ({ id, pib: firms[at]?.pib as string })),
    account,
    at(instant) {
      now = new Date(instant)
    },
    cookie,
    as:
      (id) =>
      async (method, url, body, headers = {}) => {
        const session = await cookie(id)
        return sender(app, { cookie: session.cookie, 'x-spona-csrf': session.csrf })(method, url, body, {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        })
      },
    async worker(jobs) {
      // One birthday has 4,500 numbers; of a few hundred random ones two are soon the same.
      let jmbg = newJmbg('1985-01-01', String(71 + (++serial % 9)))
      while (given.has(jmbg)) jmbg = newJmbg('1985-01-01', String(71 + (++serial % 9)))
      given.add(jmbg)
      return world.sql.begin(async (tx) => {
        const [person] = await registerPeople(tx, world, [{ jmbg, family: 'Петровић', given: 'Ана', birthDate: '1985-01-01', sex: 'female' }])
        const { root, handle } = person as { root: number; handle: string }
        await chooseDoctors(tx, [{ patient: root, category: 1, ...place, fromDate: '2024-01-01' }], now)
        await bulk.registerJobs(
          tx,
          jobs.map((job) => ({ fromDate: '2020-01-01', ...job, patient: root })),
        )
        const own = await createAccount(tx, { name: 'Ана Петровић', roles: ['patient'], patient: root, person: handle })
        await relate(tx, { patient: root, kind: 'self', account: own, from: new Date('2024-01-01T00:00:00Z'), source: 'test' })
        return { root, handle, jmbg, account: own }
      })
    },
    async clerk(at, role = 'viewer') {
      const id = await account(['employer'])
      const firm = firms[at] as (typeof firms)[number]
      await world.sql.begin((tx) =>
        addMember(tx, { member: id, employer: ids[at] as number, pib: firm.pib, name: firm.name, role, at: new Date('2020-01-01T00:00:00Z') }),
      )
      return id
    },
  }
}
