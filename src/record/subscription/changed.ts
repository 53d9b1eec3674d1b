import type { OutboxRow } from '../../bus/bus.ts'
import { int8Array } from '../../platform/arrays.ts'
import { type Fragment, fragment, type Runner } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import { isServerId, keyOfId, parseReference, reservedKeys } from '../ids.ts'
import { findNames, findVersions, pointer, rowsMax, type Stored } from '../store.ts'
import type { Interaction } from './topics.ts'

/** One version that a committed transaction wrote. */
export type Changed = { tx: number; row: Stored; interaction: Interaction }

/** The versions of the given types behind rows of the outbox, in the order of their transactions. */
export async function changedBy(world: World, tx: Runner, rows: readonly OutboxRow[], types: ReadonlySet<string>): Promise<Changed[]> {
  const [listed, counted] = [await findListed(world, tx, rows, types), await findCounted(world, tx, rows, types)]
  return rows.flatMap((row) => (row.body.resources ? (listed.get(row.id) ?? []) : (counted.get(nameOf(row)) ?? [])).map((one) => changeOf(row.tx, one)))
}

const changeOf = (tx: number, row: Stored): Changed => ({ tx, row, interaction: row.deleted ? 'delete' : row.version === 1 ? 'create' : 'update' })
const nameOf = ({ tx, patient }: { tx: number; patient: number }): string => `${tx} ${patient < reservedKeys ? 0 : patient}`

/** A small transaction names its versions in the outbox row. */
async function findListed(world: World, tx: Runner, rows: readonly OutboxRow[], types: ReadonlySet<string>): Promise<Map<string, Stored[]>> {
  const wanted = rows.flatMap((row) =>
    (row.body.resources ?? []).flatMap((text) => ({ row: row.id, found: parseReference(text.replace(/\/(?=\d+$)/, '/_history/'), '') })),
  )
  const versions = wanted.flatMap(({ row, found }) => (found && types.has(found.type) ? [{ ...found, row, code: world.fhir.typeCode(found.type) }] : []))
  const named = await findNames(
    tx,
    versions.filter(({ id }) => !isServerId(id)).map(({ code, id }) => ({ type: code, name: id })),
  )
  const places = new Map(named.map((one) => [`${one.type} ${one.name}`, one]))
  const keys = versions.flatMap(({ row, code, id, version }) => {
    const place = isServerId(id) ? { patient: keyOfId(id), id } : places.get(`${code} ${id}`)
    return place ? [{ row, patient: place.patient, id: place.id, type: code, version: Number(version) }] : []
  })
  const stored = new Map((await findVersions(tx, keys)).map((one) => [`${one.type} ${one.id} ${one.version}`, one]))
  const found = new Map<string, Stored[]>()
  for (const { row, type, id, version } of keys) {
    const one = stored.get(`${type} ${id} ${version}`)
    if (one) found.set(row, [...(found.get(row) ?? []), one])
  }
  return found
}

/** In key order, portion after portion: a transaction writes a resource once, so its key names the version. */
async function allOf(tx: Runner, where: Fragment): Promise<Stored[]> {
  const versions: Stored[] = []
  for (;;) {
    const last = versions.at(-1)
    const more = last ? fragment`${where} and (r.patient, r.type, r.id) > (${last.patient}, ${last.type}, ${last.id}::uuid)` : where
    const portion = await tx<Stored>`
      select ${pointer} from record.resource r where ${more}
      union all
      select ${pointer} from record.superseded r where ${more}
       order by patient, type, id
       limit ${rowsMax}`
    versions.push(...portion)
    if (portion.length < rowsMax) return versions
  }
}

/** A large transaction only says how many versions of each type there are; they are found by its number. */
async function findCounted(world: World, tx: Runner, rows: readonly OutboxRow[], types: ReadonlySet<string>): Promise<Map<string, Stored[]>> {
  const found = new Map<string, Stored[]>()
  for (const row of rows) {
    const codes = Object.keys(row.body.types ?? {})
      .filter((type) => types.has(type))
      .map((type) => world.fhir.typeCode(type))
    if (codes.length === 0) continue
    const keys = row.patient < reservedKeys ? fragment`r.patient < ${reservedKeys}` : fragment`r.patient = any(${int8Array([row.patient])}::int8[])`
    found.set(nameOf(row), await allOf(tx, fragment`${keys} and r.tx = ${row.tx} and r.type = any(${codes}::int2[])`))
  }
  return found
}
