import fc from 'fast-check'
import { type Broken, brokenRequest } from './broken-requests.ts'

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

const codes = {
  resourceType: 'CodeSystem',
  url: 'urn:h:colours',
  status: 'draft',
  content: 'complete',
  property: [{ code: 'warm', type: 'boolean' }],
  concept: [{ code: 'red', display: 'Red', concept: [{ code: 'pink', designation: [{ language: 'sr', value: 'roze' }] }] }],
}
const values: { [name: string]: Json } = {
  resourceType: 'ValueSet',
  url: 'urn:h:some',
  status: 'draft',
  compose: {
    include: [
      { system: 'http://hl7.org/fhir/administrative-gender', filter: [{ property: 'concept', op: '=', value: 'male' }] },
      { system: 'urn:h:colours', concept: [{ code: 'red', designation: [{ language: 'sr', value: 'crvena' }] }] },
    ],
    exclude: [{ system: 'urn:h:colours', concept: [{ code: 'pink' }] }],
  },
}
const map = {
  resourceType: 'ConceptMap',
  url: 'urn:h:map',
  status: 'draft',
  group: [
    {
      source: 'urn:h:colours',
      target: 'urn:h:kinds',
      element: [{ code: 'red', target: [{ code: 'warm', equivalence: 'equivalent' }] }],
      unmapped: { mode: 'provided' },
    },
  ],
}
const person = { resourceType: 'Patient', identifier: [{ system: 'urn:h', value: '1' }], name: [{ family: 'Ш', given: ['А'] }], birthDate: '1980-02-29' }
const coding = { system: 'urn:h:colours', code: 'red', display: 'Red' }
const also = { name: 'tx-resource', resource: codes }

/** One valid call of each operation that takes a body; the mistakes are added later. */
const calls: readonly (readonly [url: string, parameter: Json[]])[] = [
  [
    'Patient/$match',
    [
      { name: 'resource', resource: person },
      { name: 'onlyCertainMatches', valueBoolean: true },
      { name: 'count', valueInteger: 3 },
    ],
  ],
  ['CodeSystem/$lookup', [{ name: 'coding', valueCoding: coding }, { name: 'property', valueCode: 'warm' }, also]],
  ['CodeSystem/$subsumes', [{ name: 'codingA', valueCoding: coding }, { name: 'codingB', valueCoding: { ...coding, code: 'pink' } }, also]],
  [
    'CodeSystem/$validate-code',
    [
      { name: 'codeSystem', resource: codes },
      { name: 'codeableConcept', valueCodeableConcept: { coding: [coding], text: 'x' } },
    ],
  ],
  ['ValueSet/$validate-code', [{ name: 'valueSet', resource: values }, { name: 'coding', valueCoding: coding }, also]],
  ['ValueSet/$expand', [{ name: 'valueSet', resource: values }, { name: 'filter', valueString: 'r' }, { name: 'count', valueInteger: 2 }, also]],
  [
    'ConceptMap/$translate',
    [
      { name: 'conceptMap', resource: map },
      { name: 'coding', valueCoding: coding },
      { name: 'targetsystem', valueUri: 'urn:h:kinds' },
    ],
  ],
  [
    'NamingSystem/$preferred-id',
    [
      { name: 'id', valueString: 'urn:oid:1.2.3' },
      { name: 'type', valueCode: 'uri' },
    ],
  ],
  [
    'Patient/$validate',
    [
      { name: 'resource', resource: person },
      { name: 'mode', valueCode: 'create' },
      { name: 'profile', valueUri: 'urn:p' },
    ],
  ],
  ['$validate', [{ name: 'resource', resource: { ...values, contained: [codes] } }]],
  [
    'Patient/$everything',
    [
      { name: '_since', valueInstant: '2020-01-01T00:00:00Z' },
      { name: '_count', valueInteger: 2 },
    ],
  ],
  [
    'Patient/x/$everything',
    [
      { name: 'start', valueDate: '2020-01-01' },
      { name: '_type', valueString: 'Observation' },
    ],
  ],
  ['Patient/$summary', [{ name: 'identifier', valueString: 'urn:h|1' }]],
  ['Patient/x/$summary', [{ name: 'profile', valueUri: 'http://hl7.org/fhir/uv/ips/StructureDefinition/Composition-uv-ips' }]],
  [
    'Observation/$lastn',
    [
      { name: 'patient', valueReference: { reference: 'Patient/x' } },
      { name: 'max', valuePositiveInt: 2 },
    ],
  ],
  ['Patient/x/$meta', [{ name: 'meta', valueMeta: { tag: [{ system: 'urn:h', code: 'a' }] } }]],
  ['Patient/x/$meta-add', [{ name: 'meta', valueMeta: { tag: [{ system: 'urn:h', code: 'a' }], profile: ['urn:p'] } }]],
  ['Patient/x/$meta-delete', [{ name: 'meta', valueMeta: { security: [{ system: 'urn:h', code: 'a' }] } }]],
  [
    '$export',
    [
      { name: '_type', valueString: 'Patient' },
      { name: 'patient', valueReference: { reference: 'Patient/x' } },
    ],
  ],
  ['Patient/$export', [{ name: '_since', valueInstant: '2020-01-01T00:00:00Z' }]],
  ['Group/x/$export', [{ name: '_typeFilter', valueString: 'Patient?name=x' }]],
  [
    'List/$find',
    [
      { name: 'patient', valueId: 'x' },
      { name: 'name', valueCode: 'current-problems' },
    ],
  ],
  ['Subscription/$status', [{ name: 'id', valueId: 'x' }]],
  ['Subscription/x/$events', [{ name: 'eventsSinceNumber', valueString: '1' }]],
]

const wrong: readonly Json[] = [
  null,
  true,
  -1,
  1e9,
  '',
  'x',
  [],
  {},
  [null],
  [[]],
  [{}],
  { resourceType: 'Patient' },
  { a: null },
  'urn:h:colours',
  '__proto__',
]

/** The whole body with the node at one place replaced or removed. */
const exchanged = (node: Json, place: number, by: Json | undefined): Json => {
  let left = place
  const walk = (one: Json): Json | undefined => {
    if (left-- === 0) return by
    if (Array.isArray(one)) return one.flatMap((inner) => walk(inner) ?? [])
    if (typeof one !== 'object' || one === null) return one
    return Object.fromEntries(Object.entries(one).flatMap(([name, inner]) => [[name, walk(inner)]].filter(([, value]) => value !== undefined)))
  }
  return walk(node) ?? null
}

const nodesOf = (node: Json): number =>
  1 + (typeof node === 'object' && node !== null ? Object.values(node).reduce<number>((sum, one) => sum + nodesOf(one as Json), 0) : 0)

/** Operations whose body is valid JSON with one or two wrong nodes, at any depth. */
const brokenOperation: fc.Arbitrary<Broken> = fc
  .record({
    call: fc.constantFrom(...calls),
    changes: fc.array(fc.record({ at: fc.nat(9_999), by: fc.constantFrom(undefined, ...wrong) }), {
      minLength: 1,
      maxLength: 2,
    }),
  })
  .map(({ call: [url, parameter], changes }) => {
    const whole: Json = { resourceType: 'Parameters', parameter }
    const body = changes.reduce((now: Json, { at, by }) => exchanged(now, at % nodesOf(now), by), whole)
    return { method: 'POST', url: `/fhir/${url}`, headers: { 'content-type': 'application/fhir+json' }, body: JSON.stringify(body) }
  })

/** A broken request of any kind, with the mistake at any place. */
export const broken: fc.Arbitrary<Broken> = fc.oneof({ weight: 3, arbitrary: brokenRequest }, { weight: 1, arbitrary: brokenOperation })
