import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Answer, Send } from './server.ts'

/** Requests as no decent client sends them: right parts in wrong places, wrong parts in right places, and noise. */
export type Broken = { method: string; url: string; headers: Record<string, string>; body: string | undefined }

const types = [
  'Patient',
  'Observation',
  'Encounter',
  'Bundle',
  'Condition',
  'Binary',
  'Parameters',
  'patient',
  'Nothing',
  '__proto__',
  'AuditEvent',
  'ValueSet',
]
const operations = ['$everything', '$export', '$import', '$validate', '$meta', '$meta-add', '$lastn', '$match', '$summary', '$expand', '$lookup', '$translate']
const words = ['_history', '_search', 'metadata', 'x', '1', 'a'.repeat(65), '%00', '%ff', '..', '%2e%2e%2f', '*', '~', "'", 'Patient/1', '$', '_', '🙂']
const names =
  'name family identifier birthdate code date subject patient value-quantity _id _sort _count _include _revinclude _summary _elements _total _has _lastUpdated _since _at _type _format _pretty _filter _text _content _page _list _query start end url system encounter.status subject:Patient.name _has:Observation:patient:code code-value-quantity near'.split(
    ' ',
  )
const modifiers = ['', ':exact', ':missing', ':not', ':in', ':above', ':below', ':text', ':iterate', ':Patient', ':identifier', ':nothing', ':', ':contains']
const values = [
  '',
  'x',
  'true',
  'gt2020',
  'eq2020-13-45',
  'ap5.4|http://unitsofmeasure.org|mg',
  '|',
  '|x',
  'x|',
  '\\',
  '\\,',
  ',,,',
  '$',
  'a$b$c',
  '-1',
  '0',
  '1e999',
  '99999999999999999999',
  "' or 1=1 --",
  '*',
  'Patient:subject:',
  'http://[::1',
  'urn:uuid:',
  '2020-02-30T25:61:61Z',
  '\u0000',
  '\ud800',
  'ђ'.repeat(300),
  'a,'.repeat(200),
  'Patient/'.repeat(50),
]
const documents = [
  '{"resourceType":"Patient","name":[{"family":"Ш","given":["a","b"]}],"birthDate":"1980-02-29","multipleBirthInteger":2}',
  '{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"urn:x","code":"y"}]},"subject":{"reference":"Patient/x"},"valueQuantity":{"value":1.50}}',
  '{"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:a","resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}},{"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"urn:uuid:a"}},"request":{"method":"PUT","url":"Observation/b","ifMatch":"W/\\"1\\""}}]}',
  '{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient?_count=1"}},{"request":{"method":"DELETE","url":"Patient/none"}},{"request":{"method":"PATCH","url":"Patient/x"},"resource":{"resourceType":"Binary","contentType":"application/json-patch+json","data":"W10="}}]}',
  '[{"op":"replace","path":"/birthDate","value":"1990-01-01"},{"op":"move","from":"/name/0","path":"/name/-"},{"op":"test","path":"","value":null}]',
  '{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},{"name":"path","valueString":"Patient.birthDate"},{"name":"value","valueDate":"1990-01-01"}]}]}',
  '{"resourceType":"Parameters","parameter":[{"name":"resource","resource":{"resourceType":"Patient"}},{"name":"count","valueInteger":3},{"name":"onlyCertainMatches","valueBoolean":true}]}',
  '<Patient xmlns="http://hl7.org/fhir"><active value="true"/><name><family value="Ш"/></name></Patient>',
  '<!DOCTYPE x [<!ENTITY a "b">]><Patient xmlns="http://hl7.org/fhir"><id value="&a;"/></Patient>',
]
const junk = [
  '{}',
  '[]',
  'null',
  '1',
  '""',
  '{"resourceType":null}',
  '\ufeff{}',
  '<a>'.repeat(300),
  '['.repeat(500),
  '{"a":'.repeat(300),
  'a=b&c=d',
  '\u0000',
  '<?xml version="1.1"?>',
]

/** A document with one or more of its pieces doubled, dropped, exchanged or cut. */
const mutated = fc
  .record({
    text: fc.constantFrom(...documents),
    cuts: fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        length: fc.nat(20),
        by: fc.constantFrom('', '"', '{', '}', '[', ']', ',', 'null', '1e9', '\\u0000', '<', '&', ':', 'x', '"resourceType":"Patient",'),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ text, cuts }) =>
    cuts.reduce((now, { at, length, by }) => {
      const from = Math.floor(at * now.length)
      return now.slice(0, from) + by + now.slice(from + length)
    }, text),
  )

const segment = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...types) },
  { weight: 2, arbitrary: fc.constantFrom(...operations) },
  { weight: 2, arbitrary: fc.constantFrom(...words) },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }).map(encodeURIComponentSafely) },
)
const pair = fc
  .tuple(
    fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...names) }, fc.string({ maxLength: 8 })),
    fc.constantFrom(...modifiers),
    fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...values) }, fc.string({ maxLength: 20 })),
  )
  .map(([name, modifier, value]) => `${encodeURIComponentSafely(name)}${modifier}=${encodeURIComponentSafely(value)}`)
const header = fc.constantFrom(
  ['content-type', 'application/fhir+json'],
  ['content-type', 'application/fhir+xml'],
  ['content-type', 'application/json-patch+json'],
  ['content-type', 'application/x-www-form-urlencoded'],
  ['content-type', 'application/fhir+json; charset=utf-16; fhirVersion=3.0'],
  ['content-type', ';;;'],
  ['accept', 'application/fhir+xml'],
  ['accept', 'text/html, */*;q=0.1'],
  ['accept', ',;q=;;'],
  ['prefer', 'return=minimal'],
  ['prefer', 'handling=lenient, return=OperationOutcome'],
  ['prefer', 'respond-async'],
  ['if-match', 'W/"1"'],
  ['if-match', '*'],
  ['if-match', '"'],
  ['if-none-match', 'W/"99999999999999999999"'],
  ['if-none-exist', 'identifier=x|y'],
  ['if-none-exist', '?_sort=&'],
  ['if-modified-since', 'yesterday'],
  ['content-encoding', 'gzip'],
  ['content-encoding', 'br, gzip'],
  ['transfer-encoding', 'chunked'],
  ['x-http-method-override', 'DELETE'],
  ['x-correlation-id', 'a'.repeat(500)],
  ['range', 'bytes=0-1'],
  ['expect', '100-continue'],
) as fc.Arbitrary<[string, string]>

const known = fc.constantFrom('Patient', 'Observation', 'Encounter', 'Bundle', 'Condition', 'ValueSet', 'Binary')
/** Addresses that exist, mostly, so that what is broken in the rest of the request is met. */
const address: fc.Arbitrary<readonly string[]> = fc.oneof(
  { weight: 5, arbitrary: known.map((type) => [type]) },
  {
    weight: 3,
    arbitrary: fc.tuple(known, fc.constantFrom('x', '_search', '$validate', '$match', '$lastn', 'x/_history', 'x/$everything', 'x/$meta', '_history')),
  },
  { weight: 2, arbitrary: fc.constant([]) },
  { weight: 3, arbitrary: fc.array(segment, { maxLength: 4 }) },
)
const kindOf = (body: string) =>
  body.startsWith('<') ? 'application/fhir+xml' : body.startsWith('[') ? 'application/json-patch+json' : 'application/fhir+json'

export const brokenRequest: fc.Arbitrary<Broken> = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'),
    segments: address,
    pairs: fc.array(pair, { maxLength: 3 }),
    headers: fc.array(header, { maxLength: 2 }),
    body: fc.oneof({ weight: 6, arbitrary: mutated }, { weight: 2, arbitrary: fc.constantFrom(...junk) }, fc.string({ maxLength: 60 })),
  })
  .map(({ method, segments, pairs, headers, body }) => ({
    method,
    url: `/fhir${segments.map((one) => `/${one}`).join('')}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`,
    headers: { 'content-type': kindOf(body), ...Object.fromEntries(headers) },
    body: ['POST', 'PUT', 'PATCH'].includes(method) ? body : undefined,
  }))

function encodeURIComponentSafely(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

const answerLimitMs = 20_000

/** Checks that the answer is one a client can understand and tells nothing about the inside, whatever was sent. */
export async function assertAnswered(send: Send, { method, url, headers, body }: Broken): Promise<number> {
  const began = performance.now()
  const answer = await send(method, url, body, headers)
  const what = `${method} ${url} ${JSON.stringify(headers)} ${body ?? ''} → ${answer.status} ${answer.text.slice(0, 600)}`
  assert.ok(performance.now() - began < answerLimitMs, `slow: ${what}`)
  assert.ok(answer.status < 500 || [501, 503, 507].includes(answer.status), what)
  assertTellsNothing(answer.text, what)
  if (answer.status >= 400 && method !== 'HEAD') assert.ok(isOutcome(answer), what)
  return answer.status
}

/** An answer says nothing about the inside: no stack, no file, no statement. */
export const assertTellsNothing = (text: string, what: string): void => assert.doesNotMatch(text, /\n\s+at |node_modules|select .* from|\.ts:\d+/, what)

/** How often each status was answered. */
export function countStatuses(): { note(status: number): void; said(): string } {
  const counts = new Map<number, number>()
  return {
    note: (status) => void counts.set(status, (counts.get(status) ?? 0) + 1),
    said: () =>
      [...counts]
        .sort(([one], [other]) => one - other)
        .map(([status, count]) => `${status}: ${count}`)
        .join(', '),
  }
}

function isOutcome({ body, text }: Answer): boolean {
  if (text.startsWith('<')) return text.includes('<OperationOutcome')
  return body?.resourceType === 'OperationOutcome' && body.issue.length > 0 && body.issue.every((issue: any) => issue.diagnostics || issue.details)
}
