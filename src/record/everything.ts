import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { fhirJson } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { type Fragment, fragment, join } from '../platform/sql.ts'
import { keySets } from '../identity/identity.ts'
import { type Asking, entryOf } from './asking.ts'
import { reservedKeys } from './ids.ts'
import { fetchVisible } from './include.ts'
import { locate } from './read.ts'
import { maySeeType } from './scope.ts'
import { findCurrent, type Place, readBodies, scan, type Stored } from './store.ts'
import { basisOfRow, type View, viewOf } from './view.ts'

const batch = 1000

/**
 * `Patient/x/$everything` (R4 patient-operation-everything): all charts of the person, and what they refer to outside the
 * compartment. Streamed: a batch is read while the one before is on its way, so memory does not grow with the record. The look
 * is in the log before the first byte leaves.
 */
export async function everything(asking: Asking, reply: FastifyReply, id: string, pairs: [string, string][]): Promise<FastifyReply> {
  const { world } = asking
  for (const [name] of pairs) {
    if (name === '_format' || name === '_pretty') continue
    throw new Refusal('incorrect', '$everything does not support this parameter yet', { hint: 'Ask without it; the answer is streamed and complete.' })
  }
  const place = await locate(asking, 'Patient', id)
  const sets = place ? await keySets(world.sql, [place.patient]) : null
  const keys = place ? (sets?.get(place.patient) ?? [place.patient]) : []
  const chart = place && (await findCurrent(world.sql, place.patient, world.fhir.typeCode('Patient'), place.id))
  if (!place || !chart || chart.voided) throw new Refusal('not-found', 'no Patient with this id')
  const view = await viewOf(asking, keys)
  const where = openRows(view, keys)
  const first = await scan(world.sql, where, null, batch)
  const basis =
    first.map((row) => basisOfRow(view, row)).find((one) => one !== null) ?? keys.map((key) => view.basisOf(key)?.kind).find((one) => one !== undefined)
  if (basis === undefined) {
    await world.ledger.record([entryOf(asking, 'read', place.patient, 'Patient/$everything', { decision: 'deny' })])
    throw new Refusal('forbidden', 'nothing opens this record for you', { hint: 'An open visit, a referral or being the chosen doctor opens it.' })
  }
  const [count] = await world.sql<{ total: number }>`
    select count(*)::int as total from record.resource r where ${join(where, ' and ')} and not r.deleted and not r.voided`
  await world.ledger.record([entryOf(asking, 'read', place.patient, 'Patient/$everything', { basis, count: count?.total ?? first.length })])
  reply.header('content-type', fhirJson)
  return reply.send(Readable.from(chunksOf(asking, view, where, first), { objectMode: false }))
}

/** Rows of another institution must not even fill a batch: what is hidden may not decide whether the rest is shown. */
function openRows(view: View, keys: readonly number[]): Fragment[] {
  const { actor, world } = view.asking
  const types = world.fhir.types.keys().filter((code) => maySeeType(actor, world.fhir.types[code] as string))
  const open = keys.filter((key) => view.basisOf(key) !== null)
  const ways = [fragment`r.patient = any(${open}::int8[])`]
  if (actor.kind === 'system' && actor.institution !== null) ways.push(fragment`r.institution = ${actor.institution}`)
  return [fragment`r.patient = any(${keys}::int8[])`, fragment`r.type = any(${[...types]}::int2[])`, fragment`(${join(ways, ' or ')})`]
}

async function* chunksOf(asking: Asking, view: View, where: Fragment[], first: Stored[]): AsyncGenerator<string> {
  const { world, base } = asking
  yield `{"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"${base}/Patient/$everything"}],"entry":[`
  let separator = ''
  let rows = first
  const outside = new Set<string>()
  for (;;) {
    const visible = rows.filter((row) => basisOfRow(view, row) !== null)
    const bodies = await readBodies(world.sql, visible)
    let text = ''
    visible.forEach((row, at) => {
      const body = bodies[at] as string
      text += `${separator}{"fullUrl":"${base}/${world.fhir.types[row.type]}/${row.name ?? row.id}","resource":${body},"search":{"mode":"match"}}`
      separator = ','
      collectOutside(body, outside)
    })
    yield text
    if (rows.length < batch) break
    rows = await scan(world.sql, where, rows.at(-1) as Place, batch)
  }
  for (const hit of await fetchVisible(asking, [...outside])) {
    if (hit.row.patient >= reservedKeys) continue // Another person's; it has a record of its own.
    yield `${separator}{"fullUrl":"${base}/${hit.resource.resourceType}/${hit.resource.id}","resource":${hit.body},"search":{"mode":"include"}}`
    separator = ','
  }
  yield ']}'
}

const outsideTypes = /"reference":"((?:Practitioner|PractitionerRole|Organization|Location|Medication|Substance|HealthcareService)\/[A-Za-z0-9\-.]{1,64})"/g
const outsideMax = 2000

/** Referenced people and places, found in the text: the bodies are never parsed on this path. */
function collectOutside(body: string, outside: Set<string>): void {
  for (const [, reference] of body.matchAll(outsideTypes)) if (outside.size < outsideMax) outside.add(reference as string)
}
