import assert from 'node:assert/strict'
import { type Mapped, mapHl7, readMessage } from '../edge/edge.ts'
import type { Resource } from '../fhir/fhir.ts'
import { testFhir } from './fhir.ts'

export type Loose = Resource & Record<string, any>
type Sent = { localSystem?: string; authorities?: ReadonlyMap<string, string> }

/** The head of a hospital's message, and the patients of most tests. */
export const headOf = (kind: string, time = '20260301101500', id = '17') => `MSH|^~\\&|BIS|KCS|SPONA|RS|${time}||${kind}|${id}|P|2.5.1`
export const ana = 'PID|1||100^^^KCS^MR||Петровић^Ана||19850101|F'
export const marko = 'PID|2||200^^^KCS^MR||Јовић^Марко||19700101|M'

/** A segment from its fields: `segment('PV1', { 2: 'I', 19: 'V1' })`. */
export function segment(name: string, fields: Record<number, string>): string {
  const made = [name]
  for (const [field, text] of Object.entries(fields)) made[Number(field)] = text
  return Array.from(made, (one) => one ?? '').join('|')
}

/** Maps a message as an edge does. The result must be valid R4, and every reference must lead to something in the bundle; `bundle` is as JSON writes it. */
export async function mappedHl7(lines: string[], sent: Sent = { localSystem: 'urn:rs:kcs' }) {
  const bytes = Buffer.from(lines.join('\r'))
  const mapped = mapHl7(readMessage(bytes), { ...sent, original: bytes })
  assert.deepEqual(
    (await testFhir()).validate(mapped.bundle).filter(({ severity }) => severity === 'error'),
    [],
  )
  return looked(mapped)
}

export function looked(mapped: Mapped) {
  const { entry } = JSON.parse(JSON.stringify(mapped.bundle)) as { entry: { fullUrl: string; resource: Loose; request: Record<string, string> }[] }
  const names = new Set(entry.map(({ fullUrl }) => fullUrl))
  for (const [name] of JSON.stringify(entry).matchAll(/urn:uuid:[0-9a-f-]{36}/g)) assert.ok(names.has(name), `${name} leads nowhere`)
  // What is looked for by a number must bear it, or the next message makes it once more.
  for (const { resource, request } of entry) {
    const [, asked] = /\?identifier=([^&]*)/.exec(request['ifNoneExist'] === undefined ? String(request['url']) : `?${request['ifNoneExist']}`) ?? []
    const [system, ...rest] = decodeURIComponent(asked ?? '').split('|')
    const value = asked === undefined ? undefined : rest.join('|').replaceAll(/\\([\\|,$])/g, '$1')
    const numbers = (resource?.['identifier'] ?? []) as { system?: string; value?: string }[]
    if (value !== undefined && request['method'] !== 'DELETE')
      assert.ok(
        [numbers].flat().some((one) => (one.system ?? '') === system && one.value === value),
        `${resource.resourceType} does not bear ${system}|${value}`,
      )
  }
  const of = (type: string) => entry.filter(({ resource }) => resource.resourceType === type)
  return {
    mapped,
    losses: mapped.losses.map(({ place }) => place),
    all: (type: string) => of(type).map(({ resource }) => resource),
    first: (type: string) => of(type)[0]?.resource as Loose,
    requests: (type: string) =>
      of(type).map(({ request }) => [request['method'], decodeURIComponent(request['ifNoneExist'] ?? request['url']?.split('?')[1] ?? '')].join(' ')),
    /** The resource to which a reference leads. */
    at: (reference: { reference?: string } | undefined) => entry.find(({ fullUrl }) => fullUrl === reference?.reference)?.resource as Loose,
  }
}
