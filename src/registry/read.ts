import type { Sql, Transaction } from '../platform/sql.ts'
import type { World } from '../platform/world.ts'
import type { DoctorCategory, Institution, Unit, Worker } from './resources.ts'

/** Names for display, by id. An id that is not in the register is shown as `№` and the id instead of failing a page. */
export type Names = { institution(id: number | null): string; unit(id: number | null): string; isTrial(id: number): boolean }

type Cache = { at: number; institutions: Map<number, Institution>; byMb: Map<string, Institution>; units: Map<number, Unit> }

/** The kind that the sandbox gives to the invented institution of each vendor. It treats nobody, so it counts in no figure of the country. */
const trialKind = 'sandbox'

// Institutions and units are few (thousands) and change a few times a day, so a process keeps them all and reads them again after a minute.
const freshMs = 60_000
/** Whoever is missing may just have been registered: then the next page reads again, if this one is older. */
const freshWithoutMs = 1000
const rowsMax = 100_000
const caches = new WeakMap<World, Promise<Cache>>()

export async function names(world: World): Promise<Names> {
  const cache = await cached(world)
  const nameIn = (all: ReadonlyMap<number, { name: string }>, id: number | null) => {
    if (id === null) return '–'
    const name = all.get(id)?.name
    if (name === undefined && world.now().getTime() - cache.at > freshWithoutMs) caches.delete(world)
    return name ?? `№ ${id}`
  }
  return {
    institution: (id) => nameIn(cache.institutions, id),
    unit: (id) => nameIn(cache.units, id),
    isTrial: (id) => cache.institutions.get(id)?.kind === trialKind,
  }
}

export const institution = (world: World, id: number): Promise<Institution | null> => find(world, (cache) => cache.institutions.get(id))

export const institutionByMb = (world: World, mb: string): Promise<Institution | null> => find(world, (cache) => cache.byMb.get(mb))

export async function institutions(world: World): Promise<Institution[]> {
  return [...(await load(world)).institutions.values()]
}

export async function worker(world: World, id: number): Promise<Worker | null> {
  const [found] = await world.sql<Worker>`
    select id, family, given, title, sex, chamber, licence_number, licence_kind, licence_status, acquired_on, renewed_on, valid_until,
           specialty, subspecialty, email, phone
      from registry.worker
     where id = ${id}`
  return found ?? null
}

/** Insurance and chosen doctors of the people behind the given keys, as of a day. */
export type Cover = {
  insurance: { active: boolean; until: string | null; basis: string } | null
  chosenDoctors: { category: DoctorCategory; worker: number; name: string; institution: string }[]
}

export async function coverOf(sql: Sql | Transaction, keys: readonly number[], today: string): Promise<Cover> {
  const [insured] = await sql<{ status: string; untilDate: string | null; basis: string }>`
    select status, until_date, basis
      from registry.insurance
     where patient = any(${keys}::int8[]) and from_date <= ${today}::date
     order by from_date desc
     limit 1`
  const chosenDoctors = await sql<Cover['chosenDoctors'][number]>`
    select distinct on (category) category, chosen.worker, concat_ws(' ', worker.title, worker.given, worker.family) as name, institution.name as institution
      from registry.chosen_doctor chosen
      join registry.worker worker on worker.id = chosen.worker
      join registry.institution institution on institution.id = chosen.institution
     where patient = any(${keys}::int8[]) and from_date <= ${today}::date and coalesce(until_date, 'infinity') >= ${today}::date
     order by category, from_date desc`
  return { insurance: insured ? insuranceOn(insured, today) : null, chosenDoctors }
}

function insuranceOn({ status, untilDate, basis }: { status: string; untilDate: string | null; basis: string }, today: string) {
  return { active: status === 'active' && (untilDate === null || untilDate >= today), until: untilDate, basis }
}

async function find<T>(world: World, pick: (cache: Cache) => T | undefined): Promise<T | null> {
  // Another process may just have registered it, so a miss in the cache looks into the table before it says no.
  return pick(await cached(world)) ?? pick(await load(world)) ?? null
}

async function cached(world: World): Promise<Cache> {
  const found = await caches.get(world)?.catch(() => undefined)
  return found && world.now().getTime() - found.at < freshMs ? found : load(world)
}

function load(world: World): Promise<Cache> {
  const loading = read(world)
  caches.set(world, loading)
  return loading
}

async function read(world: World): Promise<Cache> {
  const at = world.now().getTime()
  const rows = await world.sql<Institution>`
    select id, mb, name, short_name, kind, municipality, ownership, address, phone, email
      from registry.institution
     order by id
     limit ${rowsMax}`
  const units = await world.sql<Unit>`
    select id, institution, code, name, kind from registry.unit order by id limit ${rowsMax}`
  return {
    at,
    institutions: new Map(rows.map((row) => [row.id, row])),
    byMb: new Map(rows.map((row) => [row.mb, row])),
    units: new Map(units.map((row) => [row.id, row])),
  }
}

const colleaguesMax = 1000

/** The doctors who work in a unit on a day, with their names for display. */
export async function doctorsOfUnit(sql: Sql | Transaction, unit: number, day: string): Promise<{ id: number; name: string }[]> {
  return sql<{ id: number; name: string }>`
    select distinct worker.id, concat_ws(' ', worker.title, worker.given, worker.family) as name
      from registry.employment job
      join registry.worker worker on worker.id = job.worker
     where job.unit = ${unit} and job.from_date <= ${day}::date and coalesce(job.until_date, 'infinity') >= ${day}::date
       and worker.licence_kind = 'doctor' and worker.licence_status = 'active'
     order by worker.id
     limit ${colleaguesMax}`
}

/** The worker with this licence while it is active; licences are public, unlike the person behind them. */
export async function workerByLicence(sql: Sql | Transaction, licence: string): Promise<number | null> {
  const [found] = await sql<{ id: number }>`
    select id from registry.worker where licence_number = ${licence} and licence_status = 'active'`
  return found?.id ?? null
}
