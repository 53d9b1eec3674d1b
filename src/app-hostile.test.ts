import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addClient, clientById } from './access/client.ts'
import { tokenFor } from './access/token-endpoint.ts'
import { assertTellsNothing, countStatuses } from './testing/broken-requests.ts'
import { type Send, sender } from './testing/server.ts'
import { type LeaveTown, startLeaveTown } from './testing/sickleave.ts'

// Every address that takes a body, with every kind of actor. The addresses come from /openapi.json, so a new address is tested by itself.

const json = 'application/json'
const bodies: readonly (readonly [type: string, body: string])[] = [
  ...['null', 'true', '1', '""', '[]', '[null]', '{}', '{"a":null}', '{"__proto__":{"a":1}}', '{', '', '\u0000'].map((body) => [json, body] as const),
  ['application/fhir+json', 'null'],
  ['application/x-www-form-urlencoded', 'a=b&a=c&%ff=%00'],
  ['text/plain', 'x'],
]
const words = ['x', '1', '00000000-0000-4000-8000-000000000000', '%00', '999999999999999999999']

async function actorsOf(town: LeaveTown): Promise<Record<string, Send>> {
  const { world, app } = town
  const person = await town.worker([{ employer: town.employers[0]?.id as number }])
  const made = await world.sql.begin((tx) =>
    addClient(tx, world, { name: 'систем', institution: town.place.institution, institutionName: 'Дом здравља', scopes: 'system/*.cruds' }),
  )
  const client = await clientById(world.sql, made.id)
  assert.ok(client)
  const inBrowser = async (account: string): Promise<Send> => {
    const { cookie, csrf } = await town.cookie(account)
    return sender(app, { cookie, 'x-spona-csrf': csrf })
  }
  return {
    nobody: sender(app, {}),
    system: sender(app, { authorization: `Bearer ${await tokenFor(world, client, made.scopes, 3600)}` }),
    doctor: await inBrowser(town.doctor),
    commission: await inBrowser(town.commission),
    employer: await inBrowser(await town.clerk(0, 'administrator')),
    person: await inBrowser(person.account),
    operator: await inBrowser(await town.account(['operator'])),
    ministry: await inBrowser(await town.account(['ministry'])),
  }
}

test('no address answers a malformed body with a fault or with anything of the inside, whoever sends it', { timeout: 240_000 }, async (t) => {
  const town = await startLeaveTown(t)
  town.world.config.RATE_PER_CLIENT = 10_000_000
  const { paths } = (await town.app.inject({ url: '/openapi.json' })).json() as { paths: Record<string, Record<string, unknown>> }
  const addresses = Object.entries(paths)
    .filter(([path]) => path !== '/sign-out')
    .flatMap(([path, methods]) =>
      ['post', 'put', 'patch', 'delete'].filter((method) => methods[method]).map((method) => ({ method: method.toUpperCase(), path })),
    )
  assert.ok(addresses.length > 150, `${addresses.length} addresses`)
  const statuses = countStatuses()
  for (const [name, send] of Object.entries(await actorsOf(town))) {
    for (const [at, { method, path }] of addresses.entries()) {
      const url = path.replace(/\{[^}]+\}/g, () => words[at % words.length] as string)
      for (const [type, body] of bodies) {
        const { status, text } = await send(method, url, body, { 'content-type': type })
        assert.ok(status < 500 || status === 501, `${name}: ${method} ${url} ${body} → ${status} ${text.slice(0, 300)}`)
        assertTellsNothing(text, `${name}: ${method} ${url} ${body}`)
        statuses.note(status)
      }
    }
  }
  t.diagnostic(statuses.said())
})
