import { parseJson, printJson, type Resource } from '../../fhir/fhir.ts'
import { Refusal, type RefusalIssue } from '../../platform/refusal.ts'
import { type Asking, entryOf } from '../asking.ts'
import { newId, newSharedKey, parseReference, patientOrNone, reservedKeys } from '../ids.ts'
import type { Hit } from '../search/run-search.ts'
import { fetchVisible } from '../search/visible.ts'
import type { Stored } from '../store.ts'
import { basisOfRow, isOwnSubmission, viewOf } from '../view.ts'
import { readOne } from './read.ts'

/** The references that a document must contain in any case (R4 documents, section 3.3.1): its signers and readers rely on these. */
const needed =
  /^Composition\.(?:subject|encounter|author|custodian|attester\[\d+\]\.party|event\[\d+\]\.detail|(?:section\[\d+\]\.)+(?:author|focus|entry))(?:\[\d+\])?$/
/** Types that are followed further, because a reader elsewhere needs them beside the resources that name them. */
const followed = new Set(['Practitioner', 'PractitionerRole', 'Organization', 'Location', 'Medication', 'Device', 'Specimen', 'Observation', 'ImagingStudy'])
const roundsMax = 3
const resourcesMax = 2000
const heldBytesMax = 16 * 1_048_576
const missingShown = 50

type Part = { row: Stored; resource: Resource }
/** Parts by `Type/id`, in the order of the document; `held` is their size in bytes. */
type Parts = { by: Map<string, Part>; held: number }
type Wanted = { name: string; version: string | null; expression: string }

/**
 * `Composition/x/$document`: the Composition, the resources it refers to, and those that they need. When the actor may not see one of the required
 * resources the document is refused, since none may be left out in silence. `isAllOwn`: the actor's own institution filed everything in it except
 * resources about nobody.
 */
export async function documentOf(asking: Asking, id: string): Promise<{ document: Resource; text: string; isAllOwn: boolean }> {
  const { world, base } = asking
  const { row, body } = await readOne(asking, 'Composition', id)
  const composition = parseJson(body) as Resource
  const parts: Parts = { by: new Map([[`Composition/${id}`, { row, resource: composition }]]), held: body.length }
  const wanted = wantedOf(asking, composition)
  await gather(asking, parts, [...new Set(wanted.map(({ name }) => name))])
  const missing = wanted.filter(({ name, version }) => !isThere(parts, name, version))
  if (missing.length > 0) throw await refusalOf(asking, row, missing)
  await follow(asking, parts, row.patient)
  await look(asking, parts)
  const own = newId(world, newSharedKey(world))
  const document: Resource = {
    resourceType: 'Bundle',
    id: own,
    identifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${own}` },
    type: 'document',
    timestamp: world.now().toISOString(),
    entry: [...parts.by].map(([name, { resource }]) => ({ fullUrl: `${base}/${name}`, resource })),
  }
  const isAllOwn = [...parts.by.values()].every((part) => part.row.patient < reservedKeys || isOwnSubmission(asking, part.row))
  return { document, text: printJson(document), isAllOwn }
}

/** References within the Composition itself, and those that are not to a literal place, need no resource. */
function wantedOf(asking: Asking, composition: Resource): Wanted[] {
  const wanted: Wanted[] = []
  asking.world.fhir.references(composition, ({ reference }, path) => {
    if (reference === undefined || reference.startsWith('#')) return
    const at = path()
    if (!needed.test(at)) return
    const found = parseReference(reference, asking.base)
    const name = found === null ? reference : `${found.type}/${found.id}`
    wanted.push({ name, version: found?.version ?? null, expression: `${at}.reference` })
  })
  return wanted
}

/** Whether the document has the resource in the version that is named: a signature on an earlier version does not cover the newest. */
function isThere({ by }: Parts, name: string, version: string | null): boolean {
  const part = by.get(name)
  return part !== undefined && (version === null || String(part.row.version) === version)
}

async function gather(asking: Asking, parts: Parts, names: readonly string[], isFit: (hit: Hit) => boolean = () => true): Promise<Resource[]> {
  const found: Resource[] = []
  if (parts.by.size + names.length > resourcesMax) throw tooLarge()
  for await (const hit of fetchVisible(asking, names)) {
    if (!isFit(hit)) continue
    asking.room?.keep(hit.body.length)
    const resource = parseJson(hit.body) as Resource
    parts.by.set(`${resource.resourceType}/${hit.publicId}`, { row: hit.row, resource })
    found.push(resource)
    parts.held += hit.body.length
    if (parts.held > heldBytesMax) throw tooLarge()
  }
  return found
}

/** Adds resources that the parts refer to, but none of another person. One that the actor may not see is left out here without a refusal. */
async function follow(asking: Asking, parts: Parts, patient: number): Promise<void> {
  let last = [...parts.by.values()].map(({ resource }) => resource)
  for (let round = 0; round < roundsMax && last.length > 0; round++) {
    const names = new Set<string>()
    for (const resource of last) {
      asking.world.fhir.references(resource, ({ reference }) => {
        const found = reference === undefined ? null : parseReference(reference, asking.base)
        if (found && followed.has(found.type) && !parts.by.has(`${found.type}/${found.id}`)) names.add(`${found.type}/${found.id}`)
      })
    }
    last = await gather(asking, parts, [...names], ({ row }) => row.patient < reservedKeys || row.patient === patient)
  }
}

/** Logs one row for each patient of whom the document holds something. */
async function look(asking: Asking, parts: Parts): Promise<void> {
  const rows = [...parts.by.values()].map(({ row }) => row)
  const patients = Map.groupBy(rows, ({ patient }) => patientOrNone(patient))
  const view = await viewOf(
    asking,
    rows.map(({ patient }) => patient),
  )
  const entries = [...patients]
    .filter(([patient]) => patient !== null || patients.size === 1)
    .map(([patient, of]) => entryOf(asking, 'read', patient, 'Composition/$document', { basis: basisOfRow(view, of[0] as Stored), count: of.length }))
  await asking.world.ledger.record(entries)
}

async function refusalOf(asking: Asking, { patient }: Stored, missing: readonly Wanted[]): Promise<Refusal> {
  await asking.world.ledger.record([entryOf(asking, 'read', patientOrNone(patient), 'Composition/$document', { decision: 'deny' })])
  const issues = missing.slice(0, missingShown).map(({ expression }): RefusalIssue => {
    const hint = 'A document holds all that its Composition refers to: ask as somebody who may see it, or send it here first.'
    return { severity: 'error', code: 'not-found', diagnostics: 'what is referred to is not here, not in this version, or not open to you', expression, hint }
  })
  return new Refusal('unprocessable', 'the document would not be whole', { issues })
}

function tooLarge(): Refusal {
  const [diagnostics, hint] = ['the document is too large to be made at once', 'Read its parts one by one.']
  return new Refusal('unprocessable', diagnostics, { issues: [{ severity: 'error', code: 'too-costly', diagnostics, hint }] })
}
