import { type Fragment, fragment, identifier, join, type Transaction } from '../platform/sql.ts'
import { type ColumnType, unnest } from '../platform/unnest.ts'
import type { Employment, GivenEmployer, GivenInstitution, GivenUnit, GivenWorker, Insurance } from './resources.ts'

// Takes over registers as their sources send them: whole lists at a time. A known row (by its public number) is brought up to date and keeps its id,
// so a list can be sent again. Each function answers the ids in the order of the rows.

const rowsMax = 2_000

export function registerInstitutions(tx: Transaction, rows: readonly GivenInstitution[]): Promise<number[]> {
  const withNames = rows.map((row) => ({ shortName: row.name, ...row }))
  return upsert(tx, 'registry.institution', fragment`(mb)`, withNames, {
    mb: 'text',
    name: 'text',
    shortName: 'text',
    kind: 'text',
    municipality: 'text',
    ownership: 'text',
    address: 'text',
    phone: 'text',
    email: 'text',
  })
}

export function registerUnits(tx: Transaction, rows: readonly GivenUnit[]): Promise<number[]> {
  return upsert(tx, 'registry.unit', fragment`(institution, code)`, rows, { institution: 'int4', code: 'text', name: 'text', kind: 'text' })
}

export async function registerWorkers(tx: Transaction, rows: readonly GivenWorker[]): Promise<number[]> {
  const ids = await upsert(tx, 'registry.worker', fragment`(licence_number)`, rows, {
    personHash: 'bytea',
    family: 'text',
    given: 'text',
    title: 'text',
    sex: 'text',
    chamber: 'text',
    licenceNumber: 'text',
    licenceKind: 'text',
    licenceStatus: 'text',
    acquiredOn: 'date',
    renewedOn: 'date',
    validUntil: 'date',
    specialty: 'text',
    subspecialty: 'text',
    email: 'text',
    phone: 'text',
  })
  const employments = rows.flatMap((row, at) => (row.employments ?? []).map((one) => ({ worker: ids[at] as number, ...one })))
  await registerEmployments(tx, employments)
  return ids
}

export function registerEmployers(tx: Transaction, rows: readonly GivenEmployer[]): Promise<number[]> {
  return upsert(tx, 'registry.employer', fragment`(pib)`, rows, {
    pib: 'text',
    mb: 'text',
    name: 'text',
    municipality: 'text',
    activity: 'text',
    address: 'text',
    account: 'text',
  })
}

async function registerEmployments(tx: Transaction, rows: readonly (Employment & { worker: number })[]): Promise<void> {
  for (const part of parts(rows)) {
    await tx`
      insert into registry.employment (worker, institution, unit, role, from_date, until_date)
      select worker, institution, unit, role, from_date, until_date
        from ${unnest('given', part, { worker: 'int4', institution: 'int4', unit: 'int4', role: 'text', fromDate: 'date', untilDate: 'date' })}
      on conflict (worker, unit, from_date) do update set until_date = excluded.until_date`
  }
}

export async function registerInsurance(tx: Transaction, rows: readonly Insurance[]): Promise<void> {
  for (const part of parts(rows)) {
    await tx`
      insert into registry.insurance (patient, from_date, until_date, status, basis, branch, employer, lbo_hash)
      select patient, from_date, until_date, status, basis, branch, employer, lbo_hash
        from ${unnest('given', part, {
          patient: 'int8',
          fromDate: 'date',
          untilDate: 'date',
          status: 'text',
          basis: 'text',
          branch: 'text',
          employer: 'int4',
          lboHash: 'bytea',
        })}
      on conflict (patient, from_date) do update set until_date = excluded.until_date, status = excluded.status`
  }
}

export function* parts<R>(rows: readonly R[]): Generator<R[]> {
  for (let at = 0; at < rows.length; at += rowsMax) yield rows.slice(at, at + rowsMax)
}

type Types = Record<string, ColumnType>

/** Inserts new rows and updates those that are known by their public number. */
async function upsert<R extends object>(
  tx: Transaction,
  table: string,
  key: Fragment,
  rows: readonly R[],
  types: { [K in keyof R]?: ColumnType },
): Promise<number[]> {
  const names = Object.keys(types).map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
  const columns = join(names.map(identifier), ', ')
  const changes = join(
    names.map((name) => fragment`${identifier(name)} = excluded.${identifier(name)}`),
    ', ',
  )
  const ids: number[] = []
  for (const part of parts(rows)) {
    // Ids are drawn before the insert, in the order of the rows, so that one seed always gives the same ids.
    const drawn = await tx<{ id: number }>`
      select nextval(pg_get_serial_sequence(${table}, 'id'))::int4 as id from generate_series(1, ${part.length})`
    const saved = await tx<{ id: number; place: number }>`
      with given as (select * from ${unnest(
        'given',
        part.map((row, at) => ({ ...row, id: drawn[at]?.id })),
        { ...types, id: 'int4' } as Types,
      )}),
           saved as (insert into ${identifier(table)} (id, ${columns}) select id, ${columns} from given order by place
                     on conflict ${key} do update set ${changes} returning *)
      select saved.id, given.place from saved join given using ${key} order by given.place`
    ids.push(...saved.map((row) => row.id))
  }
  return ids
}
