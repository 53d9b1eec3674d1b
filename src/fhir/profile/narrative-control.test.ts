import assert from 'node:assert/strict'
import { test } from 'node:test'
import { preparedFhir } from '../../testing/fhir.ts'
import { addResources } from '../../testing/validator-cases.ts'
import type { Resource } from '../types.ts'

const fhir = preparedFhir()
const url = 'http://narrative.test/StructureDefinition/patient'

function isRefused(control: string, valueCode: string, inner: string, language?: string): boolean {
  const extension = [{ url: `http://hl7.org/fhir/StructureDefinition/narrative-${control}-control`, valueCode }]
  const profile = {
    ...{ resourceType: 'StructureDefinition', url, name: 'P', status: 'active', kind: 'resource', abstract: false, type: 'Patient' },
    ...{ baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient', derivation: 'constraint' },
    differential: { element: [{ id: 'Patient.text', path: 'Patient.text', extension }] },
  }
  addResources(fhir, 'narrative.test#1', [profile as unknown as Resource])
  const text = { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>` }
  const patient = { resourceType: 'Patient', ...(language === undefined ? {} : { language }), text }
  try {
    const errors = fhir.validate(patient, { profiles: [url] }).filter(({ severity }) => severity === 'error')
    for (const { expression } of errors) assert.equal(expression, 'Patient.text.div')
    return errors.length > 0
  } finally {
    fhir.removePackage('narrative.test#1')
  }
}

test('a profile says by which languages a narrative is divided', () => {
  const part = (language: string) => `<div lang="${language}" xml:lang="${language}">x</div>`
  const both = part('sr') + part('en')
  for (const [wanted, inner, language, refused] of [
    ['_no', both, 'sr', true],
    ['_no', '<p lang="sr">x</p>', 'sr', false],
    ['_no', `<div>${part('sr')}</div>`, 'sr', false],
    ['_yes', both, 'sr', false],
    ['_yes', '<p>x</p>', 'sr', true],
    ['_resource', both, 'sr', false],
    ['_resource', both, 'de', true],
    ['_resource', both, undefined, false],
    ['en', both, 'sr', false],
    ['de', both, 'sr', true],
  ] as const) {
    assert.equal(isRefused('language', wanted, inner, language), refused, `${wanted}: ${inner}`)
  }
})

test('a profile asks that each part of a narrative says where it comes from', () => {
  for (const [inner, refused] of [
    ['x', true],
    ['<p>x</p>', true],
    ['<p class="generated">x</p> <!-- nothing --><h1 class="big boilerplate">y</h1>', false],
    ['<div class="original"><p>x</p><br/></div>', false],
    ['<div class="original">x</div><p>y</p>', true],
    ['<p class="generated">x<br/>y</p>z', true],
    ['<p class="regenerated">x</p>', true],
  ] as const) {
    assert.equal(isRefused('source', 'warning', inner), refused, inner)
  }
})
