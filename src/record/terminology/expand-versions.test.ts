import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from '../../testing/server.ts'

test('$expand takes the versions that it is told, and leaves out code systems', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('А')
  const url = 'http://example.org/metals'
  const metals = (version: string, ...listed: string[]) => ({
    ...{ resourceType: 'CodeSystem', url, version, status: 'active', content: 'complete' },
    concept: listed.map((code) => ({ code })),
  })
  const set = (name: string, ...include: object[]) => ({ resourceType: 'ValueSet', url: `http://example.org/${name}`, status: 'active', compose: { include } })
  const gender = { system: 'http://hl7.org/fhir/administrative-gender' }
  const free = set('free', { system: url }, gender)
  const definitions = [
    metals('1', 'iron'),
    metals('2', 'iron', 'gold'),
    free,
    set('named', { system: url, version: '1' }),
    set('importing', { valueSet: ['http://example.org/free'] }),
  ]
  for (const one of definitions) assert.equal((await send('POST', `/fhir/${one.resourceType}`, one)).status, 201)
  const expand = async (name: string, more: Record<string, string>) => {
    const { status, body, text } = await send('GET', `/fhir/ValueSet/$expand?${new URLSearchParams({ url: `http://example.org/${name}`, ...more })}`)
    return status === 200 ? (body.expansion.contains ?? []).map(({ code }: { code: string }) => code).join() : [status, text.includes(`version 1 of ${url}`)]
  }
  const all = 'male,female,other,unknown'
  for (const name of ['free', 'importing']) {
    assert.equal(await expand(name, {}), `iron,gold,${all}`, name)
    assert.equal(await expand(name, { 'system-version': `${url}|1` }), `iron,${all}`, name)
    assert.equal(await expand(name, { 'check-system-version': `${url}|1` }), `iron,${all}`, name)
    assert.equal(await expand(name, { 'exclude-system': url }), all, name)
    assert.equal(await expand(name, { 'exclude-system': `${url}|2` }), all, name)
    assert.equal(await expand(name, { 'exclude-system': `${url}|1` }), `iron,gold,${all}`, name)
    assert.equal(await expand(name, { 'exclude-system': gender.system }), 'iron,gold', name)
  }
  assert.equal(await expand('named', { 'system-version': `${url}|2` }), 'iron')
  assert.equal(await expand('named', { 'force-system-version': `${url}|2` }), 'iron,gold')
  assert.equal(await expand('named', { 'check-system-version': `${url}|1` }), 'iron')
  assert.deepEqual(await expand('named', { 'check-system-version': `${url}|2` }), [422, true])
  assert.deepEqual(await expand('named', { 'force-system-version': `${url}|3` }), [404, false], 'a version that is not here')
  assert.deepEqual(await expand('named', { 'system-version': url }), [400, false])
  const { body } = await send('GET', `/fhir/ValueSet/$expand?url=http://example.org/free&system-version=${url}|1&includeDefinition=true`)
  assert.ok(body.expansion.parameter.some((one: any) => one.name === 'system-version' && one.valueUri === `${url}|1`))
  assert.deepEqual(body.compose, free.compose, 'the definition is shown as it is')
})
