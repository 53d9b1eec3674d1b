import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startAccess } from '../testing/access.ts'
import { createAccount } from './account.ts'
import { openSession } from './session.ts'

test('by https a session that a page of a sister host planted is none, and our own cookies can be set by this host alone', async (t) => {
  const { app, world, sql } = await startAccess(t)
  world.config.BASE_URL = 'https://karton.example.rs'
  const account = await sql.begin((tx) => createAccount(tx, { name: 'Иван Крстић', roles: ['operator'], issuer: 'https://eid.example', subject: 's' }))
  const cookie = await openSession(world, account)
  const me = async (header: string) => (await app.inject({ url: '/access/me', headers: { cookie: header } })).statusCode
  assert.equal(await me(`spona_session=${cookie}`), 401)
  assert.equal(await me(`spona_session=x; __Host-spona_session=${cookie}`), 200)

  const set = (await app.inject({ url: '/sign-in/return?code=x&state=y&language=en' })).headers['set-cookie']
  assert.match(String(set), /^__Host-spona_sign_in=; Path=\/; Max-Age=0; HttpOnly; SameSite=Lax; Secure$/)
  world.config.BASE_URL = ''
  assert.equal(await me(`spona_session=${cookie}`), 200, 'a prefix of https would not be kept without it')
})
