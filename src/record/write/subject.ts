import { decide } from '../../access/access.ts'
import { keySets, newKey } from '../../identity/identity.ts'
import type { Resource } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Runner } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import type { Asking } from '../asking.ts'
import { isServerId, keyOfId, newId, newSharedKey, parseReference, requireNoPersonalNumber, reservedKeys } from '../ids.ts'
import { findName } from '../store.ts'

/** A key and an id for a Patient that others refer to before it has arrived, so the order of arrival does not matter. */
export type Reservation = { name: string; patient: number; id: string }

export type Charts = {
  /** Keys of Patients created by the same request. */
  created: Set<number>
  /** Keys that the request made: nothing is filed under them yet, and nobody else knows them. */
  made: Set<number>
  /** Keys of charts of the asker's own institution that the request has already asked for. */
  own: Set<number>
  /** Names reserved by the same request. */
  reserved: Map<string, Reservation>
  /** Names that were looked up together beforehand, as `type name`; null when nobody has the name. */
  found?: ReadonlyMap<string, Named | null>
  /** Charts of other institutions for which the request has already been allowed to write. */
  opened?: Set<number>
}
export type Named = { patient: number; id: string; institution: number }

export function makeKey(world: World, { made }: Charts): number {
  const key = newKey(world)
  made.add(key)
  return key
}

export function findNamed(sql: Runner, charts: Charts, type: number, name: string): Promise<Named | null> {
  const known = charts.found?.get(`${type} ${name}`)
  return known === undefined ? findName(sql, type, name) : Promise.resolve(known)
}
export const noCharts = (): Charts => ({ created: new Set(), made: new Set(), own: new Set(), reserved: new Map() })

// A chart's institution never changes and a Patient is never physically removed, so a remembered answer stays true.
const chartInstitutions = new Map<number, number>()
const rememberedMax = 200_000

/**
 * The key under which a resource is filed: that of the first reference in the Patient compartment, or nobody's when there is none. The answer comes
 * at once when the request has already met that patient: nearly everything in a bundle is about one.
 */
export function subjectOf(asking: Asking, sql: Runner, resource: Resource, charts: Charts, path: string): number | Promise<number> {
  const { world, base } = asking
  for (const text of world.fhir.patientReferences(resource)) {
    const found = parseReference(text, base)
    if (found?.type !== 'Patient') continue
    const place = () => placeOfSubject(resource, path)
    if (!isServerId(found.id)) return chartNamed(asking, sql, found.id, charts, place)
    const patient = keyOfId(found.id)
    return isTold(charts, patient) ? patient : chartKeyed(asking, sql, patient, charts, place)
  }
  return newSharedKey(world)
}

const isTold = ({ created, own }: Charts, patient: number): boolean => created.has(patient) || own.has(patient)

async function chartKeyed(asking: Asking, sql: Runner, patient: number, charts: Charts, place: () => string): Promise<number> {
  const institution = patient < reservedKeys ? null : await chartInstitution(asking, sql, patient)
  if (institution === null) throw unknownPatient(place())
  if (institution === asking.actor.institution) charts.own.add(patient)
  return patient
}

async function chartNamed(asking: Asking, sql: Runner, id: string, charts: Charts, place: () => string): Promise<number> {
  const { world } = asking
  const waiting = charts.reserved.get(id)
  if (waiting) return waiting.patient
  const named = await findNamed(sql, charts, world.fhir.typeCode('Patient'), id)
  if (named) {
    remember(named.patient, named.institution)
    return named.patient
  }
  requireNoPersonalNumber(id, place())
  const patient = makeKey(world, charts)
  charts.reserved.set(id, { name: id, patient, id: newId(world, patient) })
  charts.created.add(patient)
  return patient
}

/** The element in which a resource names its subject. */
export const placeOfSubject = (resource: Resource, path: string): string => `${path}.${subjectNames.find((name) => resource[name] !== undefined) ?? 'subject'}`
const subjectNames = ['subject', 'patient', 'beneficiary', 'focus']

function unknownPatient(expression: string): Refusal {
  return new Refusal('unprocessable', 'the patient this resource is about does not exist here', {
    expression,
    hint: 'Create the Patient first, or send both in one transaction bundle.',
  })
}

function remember(patient: number, institution: number): void {
  if (chartInstitutions.size > rememberedMax) chartInstitutions.clear()
  chartInstitutions.set(patient, institution)
}

async function chartInstitution(asking: Asking, sql: Runner, patient: number): Promise<number | null> {
  const known = chartInstitutions.get(patient)
  if (known !== undefined) return known
  const type = asking.world.fhir.typeCode('Patient')
  const [found] = await sql<{ institution: number }>`
    select institution from record.resource where patient = ${patient} and type = ${type} limit 1`
  const [named] = found
    ? [found]
    : await sql<{ institution: number }>`
    select institution from record.name where type = ${type} and patient = ${patient} limit 1`
  if (!named) return null
  remember(patient, named.institution)
  return named.institution
}

/** Whether it is certain without asking: the key is nobody's, or a chart that the same request has met or opened. */
export const isOpen = (patient: number, charts: Charts): boolean => patient < reservedKeys || isTold(charts, patient) || charts.opened?.has(patient) === true

/**
 * May the actor write under this key? Its own institution's chart, always; another's, only with a live relation.
 * The act that catches the refusal audits it before the caller hears of it.
 */
export async function requireMayWrite(asking: Asking, sql: Runner, patient: number, charts: Charts, path: string): Promise<void> {
  if (isOpen(patient, charts)) return
  const { world, actor } = asking
  const institution = await chartInstitution(asking, sql, patient)
  if (institution !== null && institution === actor.institution) return void charts.own.add(patient)
  const sets = await keySets(world.sql, [patient])
  const [decision] = await decide(world, actor, 'read', [sets.get(patient) ?? [patient]])
  if (decision?.permit && decision.basis.view !== 'own-submissions') {
    charts.opened ??= new Set()
    charts.opened.add(patient)
    return
  }
  const refusal = new Refusal('forbidden', 'this chart belongs to another institution and nothing opens it for you', {
    expression: `${path}.subject`,
    hint: 'Send your own Patient resource for this person (same JMBG or EBS): both become one record. Or open a visit first.',
    details: decision && !decision.permit ? decision.denied : undefined,
  })
  deniedPatients.set(refusal, patient)
  throw refusal
}

/** The patient of a refused write: the denial is audited once the write's transaction is rolled back. */
export const deniedPatients = new WeakMap<Refusal, number>()
