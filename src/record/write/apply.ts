import type { Patient } from '@medplum/fhirtypes'
import type { AuditedTransaction, Entry } from '../../audit/audit.ts'
import type { Patch, Resource } from '../../fhir/fhir.ts'
import { parseJson } from '../../fhir/fhir.ts'
import { type Filed, fileCharts, newKey } from '../../identity/identity.ts'
import { Refusal } from '../../platform/refusal.ts'
import { fragment, isUniqueViolation, join, type Runner } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import { type Asking, entryOf } from '../asking.ts'
import { noteEncounter } from './claims.ts'
import { isServerId, keyOfId, newId, patientOrNone, requireNoPersonalNumber, reservedKeys } from '../ids.ts'
import { patched } from './patch.ts'
import { isSameContent, makeTombstone, makeVersion, nextInstant, requireResolved } from './prepare.ts'
import { lockCurrent, readBodies, type Stored } from '../store.ts'
import { type Charts, deniedPatients, findNamed, requireMayWrite, subjectOf } from './subject.ts'
import { composeChanges, type Version } from './write.ts'
import { endingOf, notTheirs } from '../subscription/owner.ts'
import { endRunning } from '../subscription/store.ts'
import { holdSubscription } from '../subscription/subscribe.ts'
import { isOwnSubmission } from '../view.ts'

/** In a list of versions: whichever is there. */
export const anyVersion = 0

/** What a writer says about the version that is there: `If-Match` and `If-None-Match` (RFC 9110, sections 13.1.1 and 13.1.2). */
export type Expected = { ifMatch: readonly number[] | null; ifNoneMatch: readonly number[] | null }
export const whatever: Expected = { ifMatch: null, ifNoneMatch: null }

/** One write of a request; a single create is a list of one. */
export type Operation = {
  kind: 'create' | 'update' | 'delete'
  type: string
  /** Public id of an update or a delete. */
  id: string | null
  resource: Resource | null
  /** What to change of the current content, in place of a whole resource. */
  patch?: Patch
  /** The id was chosen for something new: what is there already was not found by the condition. */
  isOnlyNew?: boolean
  expected: Expected
  /** Where in the request, for errors: `Bundle.entry[2].resource` or the type. */
  path: string
  /** Its References, where somebody has walked it already. */
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
  /** Number under which a Patient without JMBG and EBS is kept until one arrives. */
  temporaryNumber: string | null
}

/** An operation with its place in the record. */
export type Placed = Operation & { patient: number; rowId: string; name: string | null; isNew: boolean }

/** Ids and keys of new resources; a Patient gets a key of its own, the rest follow their subject. */
export async function placeNew(asking: Asking, sql: Runner, operation: Operation, charts: Charts): Promise<Placed> {
  const { world } = asking
  if (operation.type === 'Patient') {
    const patient = newKey(world)
    charts.created.add(patient)
    return { ...operation, patient, rowId: newId(world, patient), name: null, isNew: true }
  }
  const { patient } = await subjectOf(asking, sql, operation.resource as Resource, charts, operation.path)
  return { ...operation, patient, rowId: newId(world, patient, endingOf(asking, operation.type)), name: null, isNew: true }
}

/** Where an update or delete goes: an id of ours tells its key, a client's id stands in the list of names or is new there. */
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
    (operation.type === 'Patient' ? newKey(world) : (await subjectOf(asking, tx, operation.resource as Resource, charts, operation.path)).patient)
  const rowId = waiting?.id ?? newId(world, patient, endingOf(asking, operation.type))
  if (operation.type === 'Patient') {
    charts.created.add(patient)
    // What comes in the same request and is about this patient finds the chart by its name, which no table holds yet.
    charts.reserved.set(id, { name: id, patient, id: rowId })
  }
  return { ...operation, patient, rowId, name: id, isNew: true }
}

/** Writes all operations, their charts, index rows, events and audit rows in the caller's transaction: all or nothing. */
export async function applyAll(asking: Asking, tx: AuditedTransaction, placed: readonly (Placed | null)[], charts: Charts): Promise<Applied[]> {
  const prepared = await prepareAll(asking, tx, placed, charts)
  await writePrepared(asking, tx, [prepared])
  return prepared.results
}

/** What is still to be written when every operation has been decided and every chart filed. */
export type Prepared = { results: Applied[]; versions: Version[]; audit: Entry[]; charts: Charts }

export async function writePrepared(asking: Asking, tx: AuditedTransaction, prepared: readonly Prepared[]): Promise<void> {
  const reserved = new Map(prepared.flatMap(({ charts }) => [...charts.reserved]))
  await writeVersions(
    asking,
    tx,
    prepared.flatMap(({ versions }) => versions),
    { created: new Set(), reserved },
  )
  for (const { audit } of prepared) tx.audit(audit)
}

export async function prepareAll(asking: Asking, tx: AuditedTransaction, placed: readonly (Placed | null)[], charts: Charts): Promise<Prepared> {
  const { world } = asking
  const present = placed.filter((one) => one !== null)
  const current = await lockPresent(asking, tx, present)
  const versions: Version[] = []
  const results: Applied[] = []
  const note = (at: number, { version, result }: Done) => {
    if (version) versions.push(version)
    results[at] = result
  }
  // Charts that follow each other are filed together; what comes after them may ask whose they are.
  let charted: (Judged & { at: number })[] = []
  const fileCharted = async () => {
    const filed = await fileAll(asking, tx, charted)
    for (const [nth, one] of charted.entries()) note(one.at, versionOf(asking, one, filed[nth] as Filed))
    charted = []
  }
  for (const [at, operation] of placed.entries()) {
    if (operation?.type !== 'Patient') await fileCharted()
    if (operation === null) {
      results[at] = nothingDone(world)
      continue
    }
    const before = current.get(`${operation.patient} ${operation.type} ${operation.rowId}`) ?? null
    const judged = await judge(asking, tx, operation, before, charts)
    if ('result' in judged) note(at, judged)
    else if (operation.type === 'Patient') charted.push({ ...judged, at })
    else {
      const { patient } = operation
      if (operation.type === 'Encounter') await noteEncounter(asking, tx, judged.resource, { patient, id: judged.told.id, isNew: before === null })
      note(at, versionOf(asking, judged, null))
    }
  }
  await fileCharted()
  return {
    results,
    versions,
    audit: auditOf(
      asking,
      present,
      results.filter((_, at) => placed[at] !== null),
    ),
    charts,
  }
}

/** What a DELETE of nothing answers. */
export const nothingDone = (world: World): Applied => ({
  ...{ type: '', id: '', version: 0, at: world.now(), status: 204, body: null, patient: 0, warnings: [], temporaryNumber: null },
})

async function lockPresent(asking: Asking, tx: Runner, placed: readonly Placed[]): Promise<Map<string, Stored & { content: string }>> {
  const existing = placed.filter((one) => !(one.isNew && one.kind === 'create'))
  const type = (name: string) => asking.world.fhir.typeCode(name)
  const rows = await lockCurrent(
    tx,
    existing.map((one) => ({ patient: one.patient, type: type(one.type), id: one.rowId })),
  )
  const bodies = await readBodies(tx, rows)
  return new Map(rows.map((row, at) => [`${row.patient} ${asking.world.fhir.types[row.type]} ${row.id}`, { ...row, content: bodies[at] ?? '' }]))
}

type Done = { result: Applied; version: Version | null }
/** What may be written and has not been yet. */
type Judged = {
  operation: Placed
  resource: Resource
  place: Parameters<typeof makeVersion>[2]
  told: Pick<Applied, 'type' | 'id' | 'patient' | 'warnings' | 'temporaryNumber'>
  status: 200 | 201
}

async function judge(
  asking: Asking,
  tx: AuditedTransaction,
  operation: Placed,
  before: (Stored & { content: string }) | null,
  charts: Charts,
): Promise<Done | Judged> {
  const { world, actor } = asking
  if (operation.kind !== 'create') requireOwn(asking, operation, before, charts)
  requireExpected(operation, before)
  await requireMayWrite(asking, tx, operation.patient, charts, operation.path)
  const institution = actor.institution as number
  const at = nextInstant(world, before?.at ?? null)
  const place = { patient: operation.patient, id: operation.rowId, name: operation.name, version: (before?.version ?? 0) + 1, at, institution }
  const id = operation.name ?? operation.rowId
  const told = { type: operation.type, id, patient: operation.patient, warnings: [] as string[], temporaryNumber: null }
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

function requireExpected(operation: Placed, before: Stored | null): void {
  const { ifMatch, ifNoneMatch } = operation.expected
  const isOneOf = (versions: readonly number[]) => before !== null && !before.deleted && (versions.includes(before.version) || versions.includes(anyVersion))
  if (ifNoneMatch !== null && isOneOf(ifNoneMatch)) {
    throw new Refusal('precondition', 'the resource is there already, and If-None-Match asks that it is not', {
      expression: operation.path,
      hint: 'Read it first, and send its ETag in If-Match to change it.',
    })
  }
  if (ifMatch === null || isOneOf(ifMatch)) return
  throw new Refusal('precondition', 'the resource has another version now than the one you changed', {
    expression: operation.path,
    hint: 'Read it again, repeat your change on the current version and send its ETag in If-Match.',
  })
}

/** Data belong to the institution where they arose: only it changes them (e-karton rulebook, article 2: kept correct by their source). */
function requireOwn(asking: Asking, operation: Placed, before: Stored | null, charts: Charts): void {
  if (!before) {
    if (operation.type === 'Patient' && operation.name !== null && !charts.created.has(operation.patient)) {
      throw new Refusal('forbidden', 'another institution has used this id for a patient of its own', {
        expression: `${operation.path}.id`,
        hint: 'Choose another id, for example with a prefix of your institution, or POST the resource.',
      })
    }
    if (operation.name !== null) return
    throw new Refusal('not-found', `no ${operation.type} with this id`, { expression: operation.path, hint: 'Create it by POST, or choose an id of your own.' })
  }
  if (!isOwnSubmission(asking, before)) {
    const refusal =
      notTheirs(operation.type) ??
      new Refusal('forbidden', 'this resource was submitted by another institution; only that one may change it', {
        expression: operation.path,
        hint: 'Ask the institution where it arose for a correction. For a resource of your own choose another id, or POST it.',
      })
    if (operation.patient >= reservedKeys) deniedPatients.set(refusal, operation.patient)
    throw refusal
  }
  if (before.voided) {
    throw new Refusal('conflict', `this ${operation.type} was filed under a wrong patient and has been moved`, {
      expression: operation.path,
      hint: 'Search for it under the right patient and change it there.',
    })
  }
}

async function requireSameSubject(asking: Asking, tx: Runner, resource: Resource, operation: Placed, charts: Charts): Promise<void> {
  const { patient } = await subjectOf(asking, tx, resource, charts, operation.path)
  const isShared = (key: number) => key < reservedKeys
  if (patient === operation.patient || (isShared(patient) && isShared(operation.patient))) return
  throw new Refusal('unprocessable', 'an update may not change whom the resource is about', {
    expression: `${operation.path}.subject`,
    hint: 'If it was filed under the wrong patient, ask the operator for `record move`, which voids it there and files it anew.',
  })
}

async function fileAll(asking: Asking, tx: AuditedTransaction, charted: readonly Judged[]): Promise<Filed[]> {
  if (charted.length === 0) return []
  const { actor, world } = asking
  const filings = charted.map(({ operation, resource }) => ({
    patient: operation.patient,
    institution: actor.institution as number,
    resource: resource as Patient,
    id: operation.name ?? operation.rowId,
    actor: actor.id,
  }))
  const filed = await fileCharts(tx, world, filings)
  return filed.map((one, at) => {
    if (one instanceof Refusal) throw atPath(one, (charted[at] as Judged).operation.path)
    return one
  })
}

function atPath(refusal: Refusal, path: string): Refusal {
  const expression = refusal.expression?.replace(/^Patient/, path) ?? path
  return new Refusal(refusal.kind, refusal.message, { expression, ...(refusal.hint ? { hint: refusal.hint } : {}) })
}

/** One statement for everything; names reserved for Patients that have not arrived ride along. */
export async function writeVersions(asking: Asking, tx: Runner, versions: Version[], charts: Charts): Promise<void> {
  const { world, actor } = asking
  const ctes = versions.length > 0 ? composeChanges([{ versions, topic: 'record.changed' }], world.random) : []
  const waiting = [...charts.reserved.values()].filter((one) => !versions.some((v) => v.name === one.name && v.typeName === 'Patient'))
  if (waiting.length > 0) {
    ctes.push(fragment`record_reserved as (
      insert into record.name (type, name, patient, id, institution)
      select ${world.fhir.typeCode('Patient')}::int2, name, patient, id, ${actor.institution}::int4
        from unnest(${waiting.map((w) => w.name)}::text[], ${waiting.map((w) => w.patient)}::int8[], ${waiting.map((w) => w.id)}::uuid[]) as w (name, patient, id))`)
  }
  if (ctes.length === 0) return
  try {
    await tx.run(fragment`with ${join(ctes, ', ')} select 1 as done`)
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new Refusal('conflict', 'another request created or changed the same resource at this moment', { hint: 'Send the request again.' })
  }
}

/** One row per patient touched, and one for what is about nobody. */
function auditOf(asking: Asking, placed: readonly Placed[], results: readonly Applied[]) {
  const rows = placed.map((operation, at) => ({ operation, result: results[at] as Applied }))
  const groups = Map.groupBy(rows, ({ operation }) => `${patientOrNone(operation.patient)} ${operation.kind}`)
  return [...groups.values()].map((members) => {
    const [{ operation }] = members as [(typeof members)[0]]
    const what =
      members.length === 1 ? `${operation.type}/${operation.name ?? operation.rowId}` : [...new Set(members.map((one) => one.operation.type))].join(' ')
    return entryOf(asking, operation.kind, patientOrNone(operation.patient), what, { basis: 'own-chart', count: members.length })
  })
}
