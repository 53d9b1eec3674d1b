import assert from 'node:assert/strict'
import { test } from 'node:test'
import { preparedFhir } from '../testing/fhir.ts'
import { type Capabilities, capabilityStatement } from './capability.ts'

const fhir = preparedFhir()
const capabilities: Capabilities = {
  base: 'http://localhost:8080/fhir',
  software: { name: 'Spona', version: '0.1.0' },
  date: '2026-01-01T00:00:00Z',
  interactions: ['read', 'vread', 'update', 'delete', 'history-instance', 'create', 'search-type'],
  system: ['transaction', 'batch'],
  operations: [{ type: 'Patient', name: 'everything', definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything' }],
  handling: {
    versioning: 'versioned',
    readHistory: true,
    updateCreate: true,
    conditionalCreate: true,
    conditionalUpdate: false,
    conditionalDelete: 'not-supported',
  },
  exceptions: { Binary: [], AuditEvent: ['read'] },
  security: { token: 'http://localhost:8080/token' },
  cors: false,
}
type Rest = { resource: { type: string; interaction: unknown[]; searchParam?: { name: string; type: string }[]; operation?: unknown[] }[] }

test('the capability statement is itself valid', () => {
  assert.deepEqual(fhir.validate(JSON.parse(JSON.stringify(capabilityStatement(fhir, capabilities)))), [])
  const strict = fhir.validate(JSON.parse(JSON.stringify(capabilityStatement(fhir, capabilities))), { isStrict: true })
  assert.deepEqual(
    strict.filter(({ severity }) => severity === 'error'),
    [],
  )
  assert.deepEqual(fhir.validate(capabilityStatement(fhir, { ...capabilities, operations: [], system: [] })), [])
})

test('it lists each type with what can be done and searched, and nothing that cannot', () => {
  const [rest] = capabilityStatement(fhir, capabilities).rest as [Rest]
  const of = (type: string) => rest.resource.find((one) => one.type === type)
  assert.equal(of('Binary'), undefined)
  assert.deepEqual(of('AuditEvent')?.interaction, [{ code: 'read' }])
  assert.equal(of('AuditEvent')?.searchParam, undefined)
  assert.ok(of('Patient')?.searchParam?.some(({ name, type }) => name === 'birthdate' && type === 'date'))
  assert.ok(of('Observation')?.searchParam?.some(({ name, type }) => name === 'code-value-quantity' && type === 'composite'))
  assert.ok(of('Observation')?.searchParam?.every(({ name }) => name !== '_query'))
  assert.equal(of('Patient')?.operation?.length, 1)
  assert.equal(rest.resource.length, fhir.types.length - 1)
})
