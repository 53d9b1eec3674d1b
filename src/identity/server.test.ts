import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newJmbg, patientOf } from '../testing/identity.ts'
import { startServer } from '../testing/server.ts'
import { keysOfNumber } from './keys.ts'

test('on the real server', async (t) => {
  const { sql, world, owner, institution } = await startServer(t)
  const json = { 'content-type': 'application/json' }
  const first = await institution('Дом здравља')
  const second = await institution('Општа болница')
  const register = await institution('Регистар', 'system/lzb.convert')

  await t.test('two institutions that send one JMBG build one person, and each Patient stays exact', async () => {
    const jmbg = newJmbg()
    const [here, there] = await Promise.all([
      first.send('POST', '/fhir/Patient', patientOf({ jmbg, mr: 'A-1' })),
      second.send('POST', '/fhir/Patient', patientOf({ jmbg, mr: 'B-7' })),
    ])
    assert.deepEqual([here.status, there.status], [201, 201])
    assert.equal((await keysOfNumber(sql, world, 'urn:rs:jmbg', jmbg)).length, 3, 'a root and two charts')
    assert.equal(there.body.identifier[1].value, 'B-7')
  })

  await t.test('a JMBG with a wrong check digit is 422 with its place and nothing is stored', async () => {
    const [before] = await owner`select (select count(*) from identity.person) as people, (select count(*) from record.resource) as resources`
    const answer = await first.send('POST', '/fhir/Patient', patientOf({ jmbg: '0101985710114' }))
    assert.equal(answer.status, 422)
    assert.equal(answer.body.resourceType, 'OperationOutcome')
    assert.match(JSON.stringify(answer.body.issue[0].expression), /identifier\[0\]\.value/)
    assert.ok(!answer.text.includes('0101985710114'))
    assert.deepEqual(await owner`select (select count(*) from identity.person) as people, (select count(*) from record.resource) as resources`, [before])
  })

  await t.test('a token with the conversion scope converts, a wildcard does not, and a stranger is 401', async () => {
    const jmbg = newJmbg()
    const converted = await register.send('POST', '/identity/lzb', { jmbg }, json)
    assert.equal(converted.status, 200)
    assert.match(converted.body.lzb, /^[1-9]\d{10}$/)
    assert.equal((await first.send('POST', '/identity/lzb', { jmbg }, json)).status, 403)
    assert.equal((await first.send('POST', '/identity/lzb', { jmbg }, { ...json, authorization: 'Bearer x.y.z' })).status, 401)
  })

  await t.test('posted Organization and Practitioner never change the register', async () => {
    const registered = () => owner`select (select count(*) from registry.institution) as institutions, (select count(*) from registry.worker) as workers`
    const before = await registered()
    const mb = { system: 'urn:rs:mb', value: '10000001' }
    assert.equal((await first.send('POST', '/fhir/Organization', { resourceType: 'Organization', name: 'Лажна болница', identifier: [mb] })).status, 201)
    assert.equal(
      (
        await first.send('POST', '/fhir/Practitioner', {
          resourceType: 'Practitioner',
          name: [{ family: 'Лажни' }],
          identifier: [{ system: 'urn:rs:licence', value: 'LKS-1' }],
        })
      ).status,
      201,
    )
    assert.deepEqual(await registered(), before)
    assert.equal((await owner`select name from registry.institution where mb = '10000001'`)[0]?.['name'], 'Дом здравља')
  })
})
