import { access, decide } from '../access/access.ts'
import { parseJson, type Resource } from '../fhir/fhir.ts'
import { headers, personOf } from '../identity/identity.ts'
import { dayOf } from '../platform/calendar.ts'
import { Refusal } from '../platform/refusal.ts'
import { fragment } from '../platform/sql.ts'
import { coverOf, names } from '../registry/registry.ts'
import { type Asking, entryOf } from './asking.ts'
import { documentOf } from './page/document.ts'
import { overviewOf } from './page/overview.ts'
import { authorOf, happenedAt, type Item } from './page/pieces.ts'
import { readBodies, rowsMax, scan, type Place, type Stored } from './store.ts'
import { basisOfRow, type View, viewOf } from './view.ts'
import { visitOf } from './page/visit.ts'
import type { DocumentView, Overview, PersonHeader, VisitView } from './wire.ts'

/** The most rows of a page. A larger record is refused with a sentence: half of one, without saying so, would be a lie. */
const pageRowsMax = 50_000
const pageBytesMax = 32 * 1_048_576
const tooLarge = () => new Refusal('too-large', 'this record is too large for one page', { hint: 'Read it by search at /fhir.' })

type Opened = { keys: number[]; person: number; view: View }

/** The person behind the handle in the link. A stranger's handle and an unknown one get the same 403. */
export async function openPerson(asking: Asking, handle: string, what: string): Promise<Opened> {
  const { world, actor } = asking
  const found = /^[0-9a-f-]{36}$/.test(handle) ? await personOf(world.sql, handle) : null
  const [decision] = await decide(world, actor, 'read', [found?.keys ?? []])
  if (!found || !decision?.permit || decision.basis.view === 'own-submissions') {
    await world.ledger.record([entryOf(asking, 'read', found?.keys[0] ?? null, what, { decision: 'deny' })])
    if (decision && !decision.permit) throw access.refusalOf(decision, asking.language)
    throw new Refusal('forbidden', 'nothing opens this record for you')
  }
  return { keys: found.keys, person: found.person, view: await viewOf(asking, found.keys) }
}

/** Everything the reader may see of these keys, in current versions; only of `types` when they are named. */
export async function visibleItems(view: View, keys: readonly number[], types: readonly string[] = []): Promise<Item[]> {
  const { world } = view.asking
  const rows = await allRows(view, keys, types)
  const bytes = rows.reduce((sum, { length }) => sum + (length ?? 0), 0)
  if (bytes > pageBytesMax) throw tooLarge()
  await view.asking.room?.take(bytes)
  const bodies = await readBodies(world.sql, rows)
  const named = await names(world)
  return rows.map((row, at) => {
    const resource = parseJson(bodies[at] as string) as Resource
    return {
      resource,
      source: {
        resource: `${resource.resourceType}/${resource.id}`,
        version: row.version,
        institution: named.institution(row.institution),
        author: authorOf(resource),
        at: happenedAt(resource),
        receivedAt: row.at.toISOString(),
      },
    }
  })
}

async function allRows(view: View, keys: readonly number[], types: readonly string[]): Promise<Stored[]> {
  const { world } = view.asking
  const where = [fragment`r.patient = any(${keys}::int8[])`]
  if (types.length > 0) where.push(fragment`r.type = any(${types.map((type) => world.fhir.typeCode(type))}::int2[])`)
  const rows: Stored[] = []
  let after: Place | null = null
  for (;;) {
    const page: Stored[] = await scan(world.sql, where, after, rowsMax)
    rows.push(...page.filter((row) => basisOfRow(view, row) !== null))
    if (page.length < rowsMax) return rows
    if (rows.length > pageRowsMax) throw tooLarge()
    after = page.at(-1) as Place
  }
}

export async function readOverview(asking: Asking, handle: string): Promise<Overview> {
  const { world } = asking
  const opened = await openPerson(asking, handle, 'overview')
  const basis = opened.keys.map((key) => opened.view.basisOf(key)).find((one) => one !== null)
  if (!basis) throw new Refusal('forbidden', 'nothing opens this record for you')
  const [items, person] = await Promise.all([visibleItems(opened.view, opened.keys), headerOf(asking, opened)])
  const patient = opened.keys[0] as number
  await world.ledger.record([entryOf(asking, 'read', patient, 'overview', { basis: basis.kind, count: items.length })])
  return overviewOf(items, person, basis, world.now())
}

export async function readVisit(asking: Asking, handle: string): Promise<VisitView> {
  const { world } = asking
  const opened = await openPerson(asking, handle, 'visit')
  const basis = opened.view.basisOf(opened.keys[0] as number)
  const items = await visibleItems(opened.view, opened.keys, ['Condition', 'Encounter'])
  await world.ledger.record([entryOf(asking, 'read', opened.keys[0] as number, 'visit', { basis: basis?.kind ?? null, count: items.length })])
  return visitOf(items, world.now())
}

async function headerOf(asking: Asking, { keys, person }: Opened): Promise<PersonHeader> {
  const { world } = asking
  const today = dayOf(world.now())
  const [header] = await headers(world, [person])
  if (!header) throw new Error('a person without a header') // personOf found the row a moment ago.
  const [cover, named] = await Promise.all([coverOf(world.sql, keys, today), names(world)])
  const { charts, ...known } = header
  return {
    ...known,
    charts: charts.map((chart) => ({ institution: named.institution(chart.institution), number: chart.number })),
    insurance: cover.insurance,
    chosenDoctors: cover.chosenDoctors.map(({ category, name, institution }) => ({ category: String(category), name, institution })),
  }
}

const documentId = /^(Composition|DocumentReference|DiagnosticReport)-([A-Za-z0-9\-.]{1,64})$/

export async function readDocument(asking: Asking, handle: string, id: string): Promise<DocumentView> {
  const opened = await openPerson(asking, handle, 'document')
  const [, type, resourceId] = documentId.exec(id) ?? []
  const items = await visibleItems(opened.view, opened.keys)
  const byReference = new Map(items.map((item) => [item.source.resource, item]))
  const item = type ? byReference.get(`${type}/${resourceId}`) : undefined
  if (!item) throw new Refusal('not-found', 'this person has no such document, or you may not see it')
  const basis = opened.view.basisOf(opened.keys[0] as number)
  await asking.world.ledger.record([entryOf(asking, 'read', opened.keys[0] as number, item.source.resource, { basis: basis?.kind ?? null })])
  return documentOf(item, byReference)
}
