import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { testFhir } from '../../testing/fhir.ts'
import { declaredMapping, type Source } from './declared.ts'
import { wrongPaths } from './paths.ts'
import { resourceTypes } from './resource-types.ts'

/** The complaints about these paths of one resource. */
function said(type: string, set: Record<string, Source>): Record<string, string> {
  const first = { as: 'first', type: 'Patient', set: { 'name[0].family': { column: 'A' } } }
  const declared = declaredMapping({ name: 'trial', version: 1, resources: [first, { as: 'second', type, set }] }, resourceTypes)
  return Object.fromEntries(wrongPaths(declared).map(({ place, what }) => [String(place.at(-1)), what]))
}

test('a path that R4 lacks is named with the alternatives: another name, a repetition, a value with nothing below it', () => {
  const column = 'A'
  const wrong = said('Patient', {
    'name[0].famly': { column },
    'name.given[0]': { column },
    'birthDate[0]': { column, date: 'YYYY' },
    'gender.text': { column },
    'contact[0].gendr': { column },
    maritalStatus: { column },
  })
  assert.match(wrong['name[0].famly'] ?? '', /HumanName has no famly\. It has use, text, family, given/)
  assert.match(wrong['name.given[0]'] ?? '', /name of Patient repeats, so write name\[0\]/)
  assert.match(wrong['birthDate[0]'] ?? '', /there once, so write it without \[0\]/)
  assert.match(wrong['gender.text'] ?? '', /has nothing below it/)
  assert.match(wrong['contact[0].gendr'] ?? '', /Patient\.contact has no gendr/)
  assert.match(wrong['maritalStatus'] ?? '', /is a CodeableConcept and no plain value: name an element below it \(coding, text\)/)
})

test('a value that its element never takes is reported too, before the first row', () => {
  const column = 'A'
  assert.deepEqual(
    Object.entries(
      said('Observation', {
        status: { value: 'finished' },
        'code.text': { column, number: true },
        'valueQuantity.value': { column },
        effectiveDateTime: { reference: 'first' },
        subject: { column },
        'component[0].valueBoolean': { column },
      }),
    ).map(([path, what]) => `${path} ${what.slice(0, 40)}`),
    [
      'status is never finished in R4; it is one of re',
      'code.text is text in R4, and the mapping makes a n',
      'valueQuantity.value is a number in R4: say "number": true',
      'effectiveDateTime is a plain value and takes no reference',
      'subject is a Reference: give it a reference to a',
      'component[0].valueBoolean is true or false in R4: say which words ',
    ].map((line) => line.slice(0, line.indexOf(' ') + 41)),
  )
})

test('correct paths raise no complaint: extensions, contained resources, choices, and the mapping of the guide', async () => {
  assert.deepEqual(
    said('Observation', {
      'extension[0].url': { value: 'urn:x' },
      'extension[0].valueDecimal': { column: 'A', number: true },
      'contained[0].anything': { column: 'A' },
      valueInteger: { column: 'A', number: true },
      subject: { reference: 'first' },
      'performer[0].display': { column: 'A' },
      'component[0].code.coding[0].code': { column: 'A' },
      status: { column: 'A', codes: { k: 'final' } },
    }),
    {},
  )
  const { types } = await testFhir()
  assert.deepEqual(wrongPaths(declaredMapping(JSON.parse(readFileSync('docs/guides/edge/laboratory.json', 'utf8')), types)), [])
})
