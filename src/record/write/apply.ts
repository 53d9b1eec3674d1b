import type { Patient } from '@medplum/fhirtypes'
import type { AuditedTransaction, Entry } from '../../audit/audit.ts'
import type { Patch, Resource } from '../../fhir/fhir.ts'
import { parseJson } from '../../fhir/fhir.ts'
import { type Filed, fileCharts } from '../../identity/identity.ts'
import { Refusal } from '../../platform/refusal.ts'
import { type Fragment, fragment, isUniqueViolation, join, type Runner } from '../../platform/sql.ts'
import { distinct, TextMap } from '../../platform/text-map.ts'
import type { World } from '../../platform/world.ts'
import { type Asking, entryOf } from '../asking.ts'
import { noteEncounter } from './claims.ts'
import { isServerId, keyOfId, newId, patientOrNone, requireNoPersonalNumber } from '../ids.ts'
import { patched } from './patch.ts'
import { isSameContent, makeTombstone, makeVersion, nextInstant, requireResolved } from './prepare.ts'
import { lockCurrent, readBodies, type Stored } from '../store.ts'
import { requireExpected, requireOwn, requireSameSubject } from './may-change.ts'
import { type Charts, findNamed, isOpen, makeKey, noCharts, requireMayWrite, subjectOf } from './subject.ts'
import { knownTo, learn, type Known } from './known-values.ts'
import { type Change, composeChanges, madeIn, type Version } from './write.ts'
import { endingOf } from '../subscription/owner.ts'
import { endRunning } from '../subscription/store.ts'
import { holdSubscription } from '../subscription/subscribe.ts'

/** `*` in a list of versions: any version. */
export const anyVersion = 0

/** The condition of a writer on the present version: `If-Match` and `If-None-Match` (RFC 9110, sections 13.1.1 and 13.1.2). */
export type Expected = { ifMatch: readonly number[] | null; ifNoneMatch: readonly number[] | null }
export const whatever: Expected = { ifMatch: null, ifNoneMatch: null }

/** One write of a request; a single create is a list of one. */
export type Operation = {
  kind: 'create' | 'update' | 'delete'
  type: string
  /** The public id in an update or a delete. */
  id: string | null
  resource: Resource | null
  /** A change of the current content, in place of a whole resource. */
  patch?: Patch
  /** The id was chosen for a new resource: an existing one was not found by the condition. */
  isOnlyNew?: boolean
  expected: Expected
  /** The place in the request, for errors: `Bundle.entry[2].resource` or the type. */
  path: string
  /** The References in it, when somebody has already collected them. */
  holders?: readonly { reference?: string }[]
}

export type Applied = {
  type: string
  /** Public id. */
  id: string
  version: number
  at: Date
  status: 200 | 201 | 204
  body: string | null
  patient: number
  warnings: string[]
  /** The number under which a Patient without JMBG and EBS is kept until one of them arrives. */
  temporaryNumber: string | null
}

/** An operation with its place in the record. `isNew`: its id was made a moment ago, so no row can be there yet. */
export type Placed = Operation & { patient: number; rowId: string; name: string | null; isNew: boolean }

/** Gives ids and keys to new resources. A Patient gets its own key; the others follow their subject, at once when the subject is known. */
export function placeNew(asking: Asking, sql: Runner, operation: Operation, charts: Charts): Placed | Promise<Placed> {
  const { world } = asking
  if (operation.type === 'Patient') {
    const patient = makeKey(world, charts)
    charts.created.add(patient)
    return placedNew(asking, operation, patient)
  }
  const patient = subjectOf(asking, sql, operation.resource as Resource, charts, operation.path)
  return typeof patient === 'number' ? placedNew(asking, operation, patient) : patient.then((key) => placedNew(asking, operation, key))
}

function placedNew(asking: Asking, operation: Operation, patient: number): Placed {
  return { ...operation, patient, rowId: newId(asking.world, patient, endingOf(asking, operation.type)), name: null, isNew: true }
}

/** Finds the place of an update or delete: an id of ours contains the key; a client's id is in the table of names, or is new there. */
export async function placeExisting(asking: Asking, tx: Runner, operation: Operation, charts: Charts): Promise<Placed | null> {
  const { world } = asking
  const id = operation.id as string
  if (isServerId(id)) return { ...operation, patient: keyOfId(id), rowId: id, name: null, isNew: false }
  const typeCode = world.fhir.typeCode(operation.type)
  const named = await findNamed(tx, charts, typeCode, id)
  if (named) {
    if (operation.type === 'Patient' && named.institution === asking.actor.institution) charts.created.add(named.patient)
    return { ...operation, patient: named.patient, rowId: named.id, name: id, isNew: false }
  }
  if (operation.kind === 'delete') return null
  if (operation.patch) throw noneYet(operation)
  requireNoPersonalNumber(id, `${operation.path}.id`)
  const waiting = operation.type === 'Patient' ? charts.reserved.get(id) : undefined
  const patient =
    waiting?.patient ??
    (operation.type === 'Patient' ? makeKey(world, charts) : await subjectOf(asking, tx, operation.resource as Resource, charts, operation.path))
  const rowId = waiting?.id ?? newId(world, patient, endingOf(asking, operation.type))
  if (operation.type === 'Patient') {
    charts.created.add(patient)
    // Other resources of the same request about this patient find the chart by its name, which no table holds yet.
    charts.reserved.set(id, { name: id, patient, id: rowId })
  }
  return { ...operation, patient, rowId, name: id, isNew: true }
}

/** The placed operations of one request, and the charts that it concerns. */
export type Request = { asking: Asking; placed: readonly (Placed | null)[]; charts: Charts }

/** Writes all operations, their charts, index rows, events and audit rows in the caller's transaction: all or nothing. */
export async function applyAll(asking: Asking, tx: AuditedTransaction, placed: readonly (Placed | null)[], charts: Charts): Promise<Applied[]> {
  const prepared = await prepareAll(tx, [{ asking, placed, charts }])
  await writePrepared(tx, prepared)
  return (prepared[0] as Prepared).results
}

/** What remains to be written when every operation is decided and every chart filed. */
export type Prepared = { asking: Asking; results: Applied[]; versions: Version[]; audit: Entry[]; charts: Charts }

/** `isOne`: they are parts of one large load, and events do not tell them apart. */
export const writePrepared = (tx: AuditedTransaction, prepared: readonly Prepared[], how: { isOne?: boolean } = {}): Promise<void> =>
  writeStatement(tx, statementOf(tx, prepared, how))

/** What is to be written, as text and values: while a caller waits for the database with only this in hand, no resource stays in memory. */
export function statementOf(tx: AuditedTransaction, prepared: readonly Prepared[], { isOne = false } = {}): Fragment | null {
  for (const { audit } of prepared) tx.audit(audit)
  const apart = prepared.map(({ versions, charts: { made } }): Change => ({ versions, made, topic }))
  const changes = (isOne ? [asOne(apart)] : apart).filter(({ versions }) => versions.length > 0)
  const [first] = prepared
  if (!first) return null
  const known = knownTo(first.asking.world)
  const statement = composeWrites(changes, prepared, known)
  tx.whenStored(() => learn(known))
  return statement
}

const asOne = (changes: readonly Change[]): Change => ({
  versions: changes.flatMap(({ versions }) => versions),
  made: madeIn(changes),
  topic,
})

type Item = { asking: Asking; charts: Charts; operation: Placed | null; of: Prepared; at: number }

/** Decides the operations of several requests, none of which touches what another does; questions to the database are asked together. */
export async function prepareAll(tx: AuditedTransaction, requests: readonly Request[]): Promise<Prepared[]> {
  const all = requests.map(({ asking, charts }): Prepared => ({ asking, charts, results: [], versions: [], audit: [] }))
  const items = requests.flatMap(({ asking, charts, placed }, nth) =>
    placed.map((operation, at): Item => ({ asking, charts, operation, of: all[nth] as Prepared, at })),
  )
  const current = await lockPresent(tx, items)
  const beforeOf = ({ operation }: Item & { operation: Placed }) =>
    operation.isNew ? null : (current.get(`${operation.patient} ${operation.type} ${operation.rowId}`) ?? null)
  // Charts come first and together: other resources may ask whose chart they belong to.
  const charted: (Judged & { item: Item })[] = []
  for (const item of items) {
    if (!isPlaced(item) || !isOf(item, 'Patient')) continue
    const asked = judge(item, tx, beforeOf(item))
    const judged = asked instanceof Promise ? await asked : asked
    if ('result' in judged) note(item, judged)
    else charted.push({ ...judged, item })
  }
  const filed = await fileAll(tx, charted)
  for (const [nth, one] of charted.entries()) note(one.item, versionOf(one.item.asking, one, filed[nth] as Filed))
  for (const item of items) {
    if (item.operation === null) item.of.results[item.at] = nothingDone(item.asking.world)
    if (!isPlaced(item) || isOf(item, 'Patient')) continue
    const before = beforeOf(item)
    const asked = judge(item, tx, before)
    const judged = asked instanceof Promise ? await asked : asked
    if ('result' in judged) {
      note(item, judged)
      continue
    }
    const { patient } = item.operation
    if (isOf(item, 'Encounter')) await noteEncounter(item.asking, tx, judged.resource, { patient, id: judged.told.id, isNew: before === null })
    note(item, versionOf(item.asking, judged, null))
  }
  for (const [nth, one] of all.entries()) one.audit.push(...auditOf(requests[nth] as Request))
  return all
}

const isPlaced = (item: Item): item is Item & { operation: Placed } => item.operation !== null
const isOf = (item: Item, type: string): boolean => item.operation?.type === type

function note({ of, at }: Item, { version, result }: Done): void {
  if (version) of.versions.push(version)
  of.results[at] = result
}

/** The answer to a DELETE of something that does not exist. */
export const nothingDone = (world: World): Applied => ({
  ...{ type: '', id: '', version: 0, at: world.now(), status: 204, body: null, patient: 0, warnings: [], temporaryNumber: null },
})

async function lockPresent(tx: Runner, items: readonly Item[]): Promise<Map<string, Stored & { content: string }>> {
  const existing = items.filter(isPlaced).filter(({ operation }) => !operation.isNew)
  const [first] = existing
  if (!first) return new Map()
  const { fhir } = first.asking.world
  const rows = await lockCurrent(
    tx,
    existing.map(({ operation }) => ({ patient: operation.patient, type: fhir.typeCode(operation.type), id: operation.rowId })),
  )
  const bodies = await readBodies(tx, rows)
  return new Map(rows.map((row, at) => [`${row.patient} ${fhir.types[row.type]} ${row.id}`, { ...row, content: bodies[at] ?? '' }]))
}

type Done = { result: Applied; version: Version | null }
/** A write that is allowed and not yet done. */
type Judged = {
  operation: Placed
  resource: Resource
  place: Parameters<typeof makeVersion>[2]
  told: Pick<Applied, 'type' | 'id' | 'patient' | 'warnings' | 'temporaryNumber'>
  status: 200 | 201
}

type ToJudge = Item & { operation: Placed }
type Before = (Stored & { content: string }) | null

/** Decides at once when nobody has to be asked: nearly everything in a bundle is new, and about one patient whose chart is known to be open. */
function judge(item: ToJudge, tx: AuditedTransaction, before: Before): Done | Judged | Promise<Done | Judged> {
  const { asking, operation, charts } = item
  if (!operation.isNew || operation.type === 'Subscription' || !isOpen(operation.patient, charts)) return judgeAsking(item, tx, before)
  if (operation.kind !== 'create') requireOwn(asking, operation, null, charts)
  requireExpected(operation, null)
  const resource = operation.resource as Resource
  requireResolved(asking.world, resource, operation.path, operation.holders)
  return { operation, resource, ...placeOf(item, null), status: 201 }
}

function placeOf({ asking, operation }: ToJudge, before: Before): Pick<Judged, 'place' | 'told'> {
  const { patient, rowId, name, type } = operation
  const at = nextInstant(asking.world, before?.at ?? null)
  return {
    place: { patient, id: rowId, name, version: (before?.version ?? 0) + 1, at, institution: asking.actor.institution as number },
    told: { type, id: name ?? rowId, patient, warnings: [], temporaryNumber: null },
  }
}

async function judgeAsking(item: ToJudge, tx: AuditedTransaction, before: Before): Promise<Done | Judged> {
  const { asking, operation, charts } = item
  const { world } = asking
  if (operation.kind !== 'create') requireOwn(asking, operation, before, charts)
  requireExpected(operation, before)
  await requireMayWrite(asking, tx, operation.patient, charts, operation.path)
  const { place, told } = placeOf(item, before)
  const { at } = place
  if (operation.kind === 'delete') {
    if (operation.type === 'Subscription') await endRunning(tx, place)
    if (!before || before.deleted) return { result: { ...told, version: before?.version ?? 0, at, status: 204, body: null }, version: null }
    return { result: { ...told, version: place.version, at, status: 204, body: null }, version: makeTombstone(world, operation.type, place) }
  }
  if (operation.isOnlyNew && before && !before.deleted) throw foundElsewhere(operation)
  const given = operation.patch ? await patchedNow(world, operation, before) : (operation.resource as Resource)
  const resource = operation.type === 'Subscription' ? await holdSubscription(asking, tx, given, place, operation.path) : given
  requireResolved(world, resource, operation.path, operation.holders)
  if (before) {
    if (operation.type !== 'Patient') await requireSameSubject(asking, tx, resource, operation, charts)
    if (!before.deleted && isSameContent(parseJson(before.content) as Resource, resource)) {
      return { result: { ...told, version: before.version, at: before.at, status: 200, body: before.content }, version: null }
    }
  }
  return { operation, resource, place, told, status: before && !before.deleted ? 200 : 201 }
}

function versionOf(asking: Asking, { resource, place, told, status }: Judged, filed: Filed | null): Done {
  const version = makeVersion(asking, resource, place)
  const identity = filed && { warnings: filed.warnings.map(String), temporaryNumber: filed.state === 'pending' ? filed.temporaryNumber : null }
  return { result: { ...told, ...identity, version: place.version, at: place.at, status, body: version.body }, version }
}

async function patchedNow(world: World, operation: Placed, before: (Stored & { content: string }) | null): Promise<Resource> {
  if (!before) throw noneYet(operation)
  if (before.deleted)
    throw new Refusal('gone', `this ${operation.type} was deleted`, { expression: operation.path, hint: 'Send it whole by PUT to bring it back.' })
  return patched(world, parseJson(before.content) as Resource, operation.patch as Patch, operation.path)
}

const noneYet = ({ type, path }: Operation) =>
  new Refusal('not-found', `no ${type} with this id`, { expression: path, hint: 'A patch changes what is there; create it by PUT or POST.' })

const foundElsewhere = ({ type, path }: Operation) =>
  new Refusal('conflict', `there is a ${type} with this id, and it does not meet the condition`, {
    expression: `${path}.id`,
    hint: 'Leave the id out, or update it by its own address.',
  })

async function fileAll(tx: AuditedTransaction, charted: readonly (Judged & { item: Item })[]): Promise<Filed[]> {
  const [first] = charted
  if (!first) return []
  const filings = charted.map(({ operation, resource, item: { asking } }) => ({
    patient: operation.patient,
    institution: asking.actor.institution as number,
    resource: resource as Patient,
    id: operation.name ?? operation.rowId,
    actor: asking.actor.id,
  }))
  const filed = await fileCharts(tx, first.item.asking.world, filings)
  return filed.map((one, at) => {
    if (one instanceof Refusal) throw atPath(one, (charted[at] as Judged).operation.path)
    return one
  })
}

function atPath(refusal: Refusal, path: string): Refusal {
  const expression = refusal.expression?.replace(/^Patient/, path) ?? path
  return new Refusal(refusal.kind, refusal.message, { expression, ...(refusal.hint ? { hint: refusal.hint } : {}) })
}

/** Versions that no request asked for. */
export const writeVersions = (asking: Asking, tx: Runner, versions: Version[]): Promise<void> =>
  writeStatement(tx, composeWrites([{ versions, topic }], [{ asking, charts: noCharts() }], null))

const topic = 'record.changed'

/** One statement for everything, with the names reserved for Patients that have not arrived. */
function composeWrites(changes: readonly Change[], requests: readonly Pick<Prepared, 'asking' | 'charts'>[], known: Known | null): Fragment | null {
  const [first] = requests
  if (!first) return null
  const { world } = first.asking
  const ctes = changes.length > 0 ? composeChanges(changes, world.random, known) : []
  const arrived = new Set(changes.flatMap(({ versions }) => versions.flatMap((v) => (v.typeName === 'Patient' && v.name !== null ? [v.name] : []))))
  const waiting = requests.flatMap(({ asking, charts }) =>
    [...charts.reserved.values()].filter(({ name }) => !arrived.has(name)).map((one) => ({ ...one, institution: asking.actor.institution })),
  )
  if (waiting.length > 0) {
    ctes.push(fragment`record_reserved as (
      insert into record.name (type, name, patient, id, institution)
      select ${world.fhir.typeCode('Patient')}::int2, name, patient, id, institution
        from unnest(${waiting.map((w) => w.name)}::text[], ${waiting.map((w) => w.patient)}::int8[], ${waiting.map((w) => w.id)}::uuid[],
                    ${waiting.map((w) => w.institution)}::int4[]) as w (name, patient, id, institution))`)
  }
  return ctes.length === 0 ? null : fragment`with ${join(ctes, ', ')} select 1 as done`
}

export async function writeStatement(tx: Runner, statement: Fragment | null): Promise<void> {
  if (statement === null) return
  try {
    await tx.run(statement)
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new LostRace()
  }
}

class LostRace extends Refusal {
  constructor() {
    super('conflict', 'another request created or changed the same resource at this moment', { hint: 'Send the request again.' })
  }
}

/** Another writer was first, by less than a transaction: tried again, the write finds what that one made. */
export const isLostRace = (error: unknown): boolean => isUniqueViolation(error) || error instanceof LostRace

/** One row for each touched patient, and one for resources about nobody. */
function auditOf({ asking, placed }: Request): Entry[] {
  const groups = new TextMap<Placed[]>()
  for (const operation of placed) {
    if (operation === null) continue
    groups.getOrInsertComputed(`${patientOrNone(operation.patient)} ${operation.kind}`, () => []).push(operation)
  }
  return groups.values().map((members) => {
    const [operation] = members as [Placed]
    const what = members.length === 1 ? `${operation.type}/${operation.name ?? operation.rowId}` : distinct(members.map(({ type }) => type)).join(' ')
    return entryOf(asking, operation.kind, patientOrNone(operation.patient), what, { basis: 'own-chart', count: members.length })
  })
}
