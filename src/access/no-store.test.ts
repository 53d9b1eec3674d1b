import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from '../testing/server.ts'
import { signedIn } from '../testing/signed-in.ts'

test('what is answered to one caller stays in no cache: whole, not modified, found, refused; what is for everybody may', async (t) => {
  const server = await startServer(t)
  const { send } = await server.institution('Дом здравља')
  const person = await signedIn(server, { roles: ['patient'] })
  const { body } = await send('POST', '/fhir/Patient', { resourceType: 'Patient', name: [{ family: 'Илић' }] })
  const own = [
    `/fhir/Patient/${body.id}`,
    `/fhir/Patient/${body.id}/_history`,
    '/fhir/Patient?family=Илић',
    '/fhir/Patient/nobody',
    '/access/me',
    '/identity/mine',
    '/audit/people/x/looks',
  ]
  for (const path of own) for (const asked of [send, person]) assert.equal((await asked('GET', encodeURI(path))).headers['cache-control'], 'no-store', path)
  const same = await send('GET', `/fhir/Patient/${body.id}`, undefined, { 'if-none-match': 'W/"1"' })
  assert.deepEqual([same.status, same.headers['cache-control']], [304, 'no-store'])
  assert.notEqual((await server.app.inject('/fhir/metadata')).headers['cache-control'], 'no-store')
})
