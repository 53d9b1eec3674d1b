import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Refusal } from '../../platform/refusal.ts'
import { corpus, readText } from '../../testing/corpora.ts'
import { preparedFhir } from '../../testing/fhir.ts'
import { parseJson, printJson } from '../json.ts'
import type { Resource } from '../types.ts'
import { applyJsonPatch } from './json-patch.ts'
import { changeLabels } from './meta.ts'

const fhir = preparedFhir()
type Part = Record<string, unknown> & { name: string }

const operation = (type: string, path: string, ...parts: Part[]) => ({
  name: 'operation',
  part: [{ name: 'type', valueCode: type }, { name: 'path', valueString: path }, ...parts],
})
const byPath = (before: object, ...operations: object[]) =>
  fhir.patch(before as Resource, { kind: 'fhirpath', parameters: { resourceType: 'Parameters', parameter: operations } })
const refused = (promise: Promise<unknown>, kind: string, says: RegExp) =>
  assert.rejects(promise, (error) => error instanceof Refusal && error.kind === kind && says.test(error.message))

const patient = { resourceType: 'Patient', id: 'p', name: [{ family: 'A', given: ['x', 'y'] }], identifier: [{ value: '1' }, { value: '2' }, { value: '3' }] }

describe('JSON Patch', () => {
  test('does what the public test suite of RFC 6902 says', (t) => {
    const folder = corpus(t, 'fhirpath-sof-patch')
    if (!folder) return
    const cases = JSON.parse(readText(join(folder, 'patch/json-patch-tests.json'))) as Record<string, any>[]
    for (const { doc, patch, expected, error, comment, disabled } of cases) {
      if (patch === undefined || disabled) continue
      if (error !== undefined) assert.throws(() => applyJsonPatch(doc, patch), Refusal, comment)
      else assert.deepEqual(applyJsonPatch(doc, patch), expected ?? doc, comment)
    }
    assert.ok(cases.length > 10)
  })

  test('keeps the digits of numbers, compares them by value, and leaves the original as it was', async () => {
    const before = parseJson('{"resourceType":"Observation","id":"o","valueQuantity":{"value":1.50},"component":[{"x":1}]}') as Resource
    const text = printJson(before)
    const operations = parseJson(
      '[{"op":"test","path":"/valueQuantity/value","value":1.5},{"op":"add","path":"/referenceRange","value":[{"low":{"value":0.10}}]}]',
    )
    const after = await fhir.patch(before, { kind: 'json', operations })
    assert.match(printJson(after), /"value":1\.50\}.*"value":0\.10\}/)
    assert.equal(printJson(before), text)
    const rest = await fhir.patch(before, { kind: 'json', operations: [{ op: 'remove', path: '/valueQuantity/value' }] })
    assert.equal(rest['valueQuantity'], undefined, 'an element without content is no element')
  })

  test('refuses what is malformed, what leads nowhere and what would grow without end', async () => {
    const wrong: [unknown, string][] = [
      [{}, 'incorrect'],
      [[{ op: 'spam', path: '/a' }], 'incorrect'],
      [[{ op: 'add', path: '/__proto__/polluted', value: 1 }], 'incorrect'],
      [[{ op: 'add', path: 'name', value: 1 }], 'incorrect'],
      [[{ op: 'add', path: '/name/01', value: {} }], 'unprocessable'],
      [[{ op: 'remove', path: '/name/7' }], 'unprocessable'],
      [[{ op: 'test', path: '/id', value: 'q' }], 'unprocessable'],
      [[{ op: 'replace', path: '/id', value: 'q' }], 'unprocessable'],
      [[{ op: 'replace', path: '', value: [] }], 'unprocessable'],
      [[{ op: 'move', from: '/name', path: '/name/0/given' }], 'unprocessable'],
      [Array.from({ length: 300 }, () => ({ op: 'copy', from: '/name', path: '/name/0/period' })), 'unprocessable'],
      [Array.from({ length: 60 }, () => ({ op: 'copy', from: '/name', path: '/name/-' })), 'unprocessable'],
    ]
    for (const [operations, kind] of wrong) await refused(fhir.patch(patient as Resource, { kind: 'json', operations }), kind, /./)
  })
})

describe('FHIRPath Patch', () => {
  const done = async (expected: object, ...operations: object[]) => assert.deepEqual(await byPath(patient, ...operations), { ...patient, ...expected })

  test('adds a value, a member of a list, a form of a choice, a structure by its parts', async () => {
    await done({ birthDate: '1930-01-01' }, operation('add', 'Patient', { name: 'name', valueString: 'birthDate' }, { name: 'value', valueDate: '1930-01-01' }))
    await done(
      { name: [{ family: 'A', given: ['x', 'y', 'z'] }] },
      operation('add', 'Patient.name[0]', { name: 'name', valueString: 'given' }, { name: 'value', valueString: 'z' }),
    )
    await done({ deceasedBoolean: true }, operation('add', 'Patient', { name: 'name', valueString: 'deceased' }, { name: 'value', valueBoolean: true }))
    await done(
      { contact: [{ name: { text: 'a name' }, relationship: [{ text: 'mother' }, { text: 'friend' }] }] },
      operation(
        'add',
        'Patient',
        { name: 'name', valueString: 'contact' },
        {
          name: 'value',
          part: [
            { name: 'name', valueHumanName: { text: 'a name' } },
            { name: 'relationship', valueCodeableConcept: { text: 'mother' } },
            { name: 'relationship', valueCodeableConcept: { text: 'friend' } },
          ],
        },
      ),
    )
    await refused(byPath(patient, operation('add', 'Patient', { name: 'name', valueString: 'birthDate' })), 'incorrect', /value/)
    await refused(
      byPath({ ...patient, active: true }, operation('add', 'Patient', { name: 'name', valueString: 'active' }, { name: 'value', valueBoolean: false })),
      'unprocessable',
      /there already/,
    )
    await refused(
      byPath(patient, operation('add', 'Patient', { name: 'name', valueString: 'nothing' }, { name: 'value', valueBoolean: false })),
      'unprocessable',
      /no such/,
    )
  })

  test('inserts, moves and deletes in lists, with what stands beside the values', async () => {
    const list = (...values: string[]) => ({ identifier: values.map((value) => ({ value })) })
    await done(
      list('1', '2', '2a', '3'),
      operation('insert', 'Patient.identifier', { name: 'index', valueInteger: 2 }, { name: 'value', valueIdentifier: { value: '2a' } }),
    )
    await done(list('3', '1', '2'), operation('move', 'Patient.identifier', { name: 'source', valueInteger: 2 }, { name: 'destination', valueInteger: 0 }))
    await done(list('1', '3'), operation('delete', "Patient.identifier.where(value = '2')"))
    await done({}, operation('delete', 'Patient.birthDate'))
    await done(
      { telecom: [{ value: 't' }] },
      operation('insert', 'Patient.telecom', { name: 'index', valueInteger: 0 }, { name: 'value', valueContactPoint: { value: 't' } }),
    )
    const masked = { ...patient, name: [{ given: ['a', 'b'], _given: [null, { id: 'g' }] }] }
    const after = await byPath(
      masked,
      operation('insert', 'Patient.name[0].given', { name: 'index', valueInteger: 0 }, { name: 'value', valueString: 'first' }),
    )
    assert.deepEqual(after['name'], [{ given: ['first', 'a', 'b'], _given: [null, null, { id: 'g' }] }])
    const moved = await byPath(
      masked,
      operation('move', 'Patient.name[0].given', { name: 'source', valueInteger: 1 }, { name: 'destination', valueInteger: 0 }),
    )
    assert.deepEqual(moved['name'], [{ given: ['b', 'a'], _given: [{ id: 'g' }, null] }])
    await refused(byPath(patient, operation('delete', 'Patient.identifier')), 'unprocessable', /more than one/)
    await refused(
      byPath(patient, operation('move', 'Patient.identifier', { name: 'source', valueInteger: 9 }, { name: 'destination', valueInteger: 0 })),
      'unprocessable',
      /outside/,
    )
  })

  test('replaces a value, a structure, and one form of a choice by another', async () => {
    await done({ name: [{ family: 'A', given: ['x', 'w'] }] }, operation('replace', 'Patient.name.given[1]', { name: 'value', valueString: 'w' }))
    await done({ name: [{ text: 'B' }] }, operation('replace', 'Patient.name[0]', { name: 'value', valueHumanName: { text: 'B' } }))
    const dead = await byPath({ ...patient, deceasedBoolean: true }, operation('replace', 'Patient.deceased', { name: 'value', valueDateTime: '2020-01-01' }))
    assert.deepEqual([dead['deceasedBoolean'], dead['deceasedDateTime']], [undefined, '2020-01-01'])
    await refused(byPath(patient, operation('replace', 'Patient.birthDate', { name: 'value', valueDate: '2020-01-01' })), 'unprocessable', /finds nothing/)
    await refused(byPath(patient, operation('replace', 'Patient', { name: 'value', valueDate: '2020-01-01' })), 'unprocessable', /whole resource/)
  })

  test('reaches extensions of values and contained resources', async () => {
    const before = { ...patient, birthDate: '2000', contained: [{ resourceType: 'Organization', id: 'o', name: 'O' }] }
    const added = await byPath(
      before,
      operation('add', 'Patient.birthDate', { name: 'name', valueString: 'extension' }, { name: 'value', valueExtension: { url: 'urn:x', valueCode: 'c' } }),
      operation('replace', 'Patient.contained[0].name', { name: 'value', valueString: 'P' }),
    )
    assert.deepEqual(added['_birthDate'], { extension: [{ url: 'urn:x', valueCode: 'c' }] })
    assert.deepEqual((added['contained'] as any)[0].name, 'P')
    const gone = await byPath(added, operation('delete', "Patient.birthDate.extension('urn:x')"))
    assert.equal(gone['_birthDate'], undefined)
  })

  test('evaluates no path that runs away or looks elsewhere', async () => {
    for (const path of [
      "Patient.name.where(family.matches('(a+)+$'))",
      "Patient.name.where(family.`matches`('(a+)+$'))",
      "Patient.name.where(family.matches/**/('(a+)+$'))",
      "/*'*/Patient.name.where(family.matches('(a+)+$'))/*'*/",
      'Patient.name.select(%resource.name.select(%resource.name.family))',
      'Patient.gender.select($this & $this).select($this + $this)',
      'Patient.repeat(name)',
      'Patient.managingOrganization.resolve()',
      '1 + 1',
      'Patient.(',
      'x'.repeat(2000),
    ]) {
      await refused(byPath(patient, operation('delete', path)), 'incorrect', /./)
    }
  })

  test('takes no longer than a patch may, and labels of any number are told apart at once', async () => {
    const identifier = Array.from({ length: 8000 }, (_, at) => ({ system: 'urn:h', value: String(at) }))
    const long = Array.from({ length: 1000 }, (_, at) => operation('delete', `Patient.identifier.where(value = 'x${at}')`))
    const began = performance.now()
    await refused(byPath({ ...patient, identifier }, ...long), 'unprocessable', /too long/)
    const tag = Array.from({ length: 40_000 }, (_, at) => ({ system: 'urn:h', code: String(at) }))
    const labelled = changeLabels(patient as Resource, 'add', { tag })
    assert.equal(labelled.meta?.['tag'] instanceof Array && labelled.meta['tag'].length, 40_000)
    assert.deepEqual(changeLabels(labelled, 'delete', { tag }).meta?.['tag'], [])
    assert.ok(performance.now() - began < 8000)
  })
})
