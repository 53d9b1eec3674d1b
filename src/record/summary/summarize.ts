import { typesHidden } from '../../access/access.ts'
import { keySets } from '../../identity/identity.ts'
import { parseJson, printJson, type Resource } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import { type Asking, entryOf } from '../asking.ts'
import { type Open, openRecord } from '../read/everything-open.ts'
import { fetchVisible } from '../search/visible.ts'
import { newId, newSharedKey, reservedKeys } from '../ids.ts'
import { locate } from '../read/read.ts'
import { bytesOf, bytesTogether, type Slice, slicesOf, within } from '../read/rows-at.ts'
import { maySeeType } from '../scope.ts'
import type { Place } from '../store.ts'
import { basisOfRow, isOwnSubmission } from '../view.ts'
import { chosenOf, documentOf } from './document.ts'
import { tongueOf } from './narrative.ts'
import { cleaned, patientShown, referencesOf } from './references.ts'
import { summaryTypes } from './sections.ts'

/** Types that entries refer to and that a reader abroad needs beside them. */
const followed = ['Practitioner', 'PractitionerRole', 'Organization', 'Medication', 'Device', 'Specimen', 'ImagingStudy', 'Observation']
const ownTypes = [...new Set(['Patient', 'Medication', 'Device', 'Specimen', 'ImagingStudy', ...summaryTypes])]
const rowsMax = 50_000
const heldBytesMax = 16 * 1_048_576
const batchRows = 1000
const batchBytes = 8 * 1_048_576
const relatedMax = 500
const roundsMax = 3

/**
 * `Patient/x/$summary` (hl7.fhir.uv.ips 2.0.0, OperationDefinition summary): a document made at this moment from all charts of the person, as far as
 * the actor may see them. The look is logged before the document is sent.
 */
export async function summarize(asking: Asking, id: string): Promise<string> {
  const { world } = asking
  const types = ownTypes.map((type) => world.fhir.typeCode(type))
  const open = await openRecord(asking, id, { types, since: null, at: null, start: null, end: null, count: null }, null)
  const own = await ownOf(open)
  const chart = own.get(`Patient/${id}`)
  if (!chart) throw new Refusal('forbidden', 'the Patient itself is not open to you', { hint: 'Ask for the chart of your own institution.' })
  const charts = new Set([...own.keys()].filter((name) => name.startsWith('Patient/')))
  const resources = [...own.values()].filter(({ resourceType }) => summaryTypes.includes(resourceType))
  const chosen = chosenOf({ resources })
  const entries = [...new Set([...chosen.values()].flat())]
  const related = await relatedOf(asking, entries, own)
  const patient = patientShown(asking, chart, isOwnSubmission(asking, open.chart))
  for (const one of [...entries, ...related, patient]) cleaned(asking, one, charts, `Patient/${id}`)
  const ids = { document: newId(world, newSharedKey(world)), composition: newId(world, newSharedKey(world)), author: newId(world, newSharedKey(world)) }
  const facts = { base: asking.base, patient, resources, withheld: withheldOf(open), tongue: tongueOf(asking.language), now: world.now().toISOString(), ids }
  const document = documentOf(facts, chosen, related)
  const basis = basisOfRow(open.view, open.chart) ?? open.view.basisOf(open.patient)?.kind ?? null
  await world.ledger.record([entryOf(asking, 'read', open.patient, 'Patient/$summary', { basis, count: entries.length + 1 })])
  return printJson(document)
}

/** The person's own resources, by their public reference. */
async function ownOf({ asking, layers, where }: Open): Promise<Map<string, Resource>> {
  const { room, world } = asking
  const { sql } = world
  const own = new Map<string, Resource>()
  let held = 0
  for (let after: Place | null = null; ; ) {
    const read: Slice[] = await slicesOf(sql, layers, where, after, batchRows)
    const some = within(read, batchBytes)
    await room?.take(bytesTogether(some))
    const bodies = await bytesOf(sql, some)
    for (const body of bodies) {
      held += body.length
      const resource = parseJson(body.toString()) as Resource
      own.set(`${resource.resourceType}/${resource.id}`, resource)
    }
    if (own.size > rowsMax || held > heldBytesMax) {
      const [diagnostics, hint] = ['the record is too large for a summary to be made at once', 'Ask for $everything with _type.']
      throw new Refusal('unprocessable', diagnostics, { issues: [{ severity: 'error', code: 'too-costly', diagnostics, hint }] })
    }
    if (some.length === read.length && read.length < batchRows) return own
    after = some.at(-1) as Slice
  }
}

/** The workers, places, medicines and parts that the entries name, and the resources that these name, but nothing of another person. */
async function relatedOf(asking: Asking, entries: readonly Resource[], own: ReadonlyMap<string, Resource>): Promise<Resource[]> {
  const seen = new Set(entries.map(({ resourceType, id }) => `${resourceType}/${id}`))
  const related: Resource[] = []
  let last: readonly Resource[] = entries
  for (let round = 0; round < roundsMax && last.length > 0; round++) {
    const wanted = [...new Set(last.flatMap((one) => referencesOf(asking, one)))]
      .filter((name) => followed.includes(name.split('/')[0] as string) && !seen.has(name))
      .slice(0, relatedMax - related.length)
    for (const name of wanted) seen.add(name)
    const here = wanted.flatMap((name) => own.get(name) ?? [])
    const elsewhere = wanted.filter((name) => !own.has(name))
    const shared: Resource[] = []
    for await (const { row, body } of fetchVisible(asking, elsewhere)) if (row.patient < reservedKeys) shared.push(parseJson(body) as Resource)
    last = [...here, ...shared]
    related.push(...last)
  }
  return related
}

/** Types of this person that the reader may not see. They depend on the reader and the person, never on what the record holds. */
function withheldOf({ asking, view, patient }: Open): Set<string> {
  const basis = view.basisOf(patient)
  const hidden = basis === null ? summaryTypes : typesHidden(basis.view)
  return new Set(summaryTypes.filter((type) => hidden.includes(type) || !maySeeType(asking.actor, type)))
}

/** The one person to whom all these charts belong; charts of several people are refused. */
export async function onePerson(asking: Asking, ids: readonly string[]): Promise<string> {
  const places = await Promise.all(ids.map((id) => locate(asking, 'Patient', id)))
  const keys = places.flatMap((place) => (place ? [place.patient] : []))
  const sets = await keySets(asking.world.sql, keys)
  const people = new Set(keys.map((key) => sets.get(key)?.[0] ?? key))
  if (ids.length === 0) throw new Refusal('not-found', 'no Patient with this identifier is open to you')
  if (people.size > 1)
    throw new Refusal('precondition', 'more than one person has this identifier', {
      hint: 'Send the system of the identifier too, or ask by the id of the Patient.',
    })
  return ids[0] as string
}
