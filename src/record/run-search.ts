import { type Extracted, matches, parseJson, type Resource, type Search, sortKey } from '../fhir/fhir.ts'
import { Refusal } from '../platform/refusal.ts'
import { type Fragment, fragment, type Runner } from '../platform/sql.ts'
import type { Asking } from './asking.ts'
import { localReference } from './rows.ts'
import { planOf } from './search-plan.ts'
import { type Place, readBodies, scan, type Stored } from './store.ts'

/** A resource that satisfies the search, with what was extracted from it. */
export type Hit = { row: Stored; body: string; resource: Resource; values: Extracted[] }

/** Which rows are asked at all: named patients' keys and the rule of visibility, applied before anything is matched. */
export type Scope = { keys: readonly number[] | null; visible: Fragment }

const batchRows = 500
export const scannedMax = 200_000
export const sortedMax = 20_000
/** Bodies that one search holds in memory at once; parsed they take several times as much. */
const heldBytesMax = 64 * 1_048_576

/** Values as a search compares them: our own base in front of a reference says nothing. */
export function valuesOf(asking: Asking, resource: Resource): Extracted[] {
  return asking.world.fhir
    .extract(resource)
    .map((value) =>
      value.kind === 'reference' && value.reference?.startsWith(asking.base) ? { ...value, reference: localReference(value.reference, asking.base) } : value,
    )
}

/** Candidates from the tables, decided one by one by the resource itself, in key order. */
export async function* hitsOf(asking: Asking, sql: Runner, search: Search, scope: Scope, after: Place | null): AsyncGenerator<Hit> {
  const where = [...planOf(asking, search, scope.keys !== null), scope.visible]
  if (scope.keys !== null) where.push(fragment`r.patient = any(${scope.keys}::int8[])`)
  let place = after
  let scanned = 0
  let size = 64
  for (;;) {
    const rows = await scan(sql, where, place, size)
    const bodies = await readBodies(sql, rows)
    for (const [at, row] of rows.entries()) {
      const body = bodies[at] as string
      const resource = parseJson(body) as Resource
      const values = valuesOf(asking, resource)
      if (matches(search, values)) yield { row, body, resource, values }
    }
    scanned += rows.length
    if (rows.length < size) return
    if (scanned > scannedMax) throw tooMany('this search would read too much of the record')
    place = rows.at(-1) as Place
    size = batchRows
  }
}

export const tooMany = (what: string) =>
  new Refusal('incorrect', what, {
    hint: 'Name a patient, or narrow by an identifier, a code or a date.',
    issues: [{ severity: 'error', code: 'too-costly', diagnostics: what, hint: 'Name a patient, or narrow by an identifier, a code or a date.' }],
  })

export async function firstHits(asking: Asking, sql: Runner, search: Search, scope: Scope, after: Place | null, limit: number): Promise<Hit[]> {
  const found: Hit[] = []
  const hold = holder()
  for await (const hit of hitsOf(asking, sql, search, scope, after)) {
    hold(hit)
    found.push(hit)
    if (found.length >= limit) break
  }
  return found
}

function holder(): (hit: Hit) => void {
  let held = 0
  return ({ body }) => {
    held += body.length
    if (held > heldBytesMax) throw tooMany(`the results are larger together than ${heldBytesMax / 1_048_576} MB; ask for fewer with _count`)
  }
}

export async function countHits(asking: Asking, sql: Runner, search: Search, scope: Scope): Promise<number> {
  let count = 0
  for await (const _ of hitsOf(asking, sql, search, scope, null)) count++
  return count
}

/** What orders a hit: one value per sort parameter, so that the place in the order can be kept in a link. */
export type SortKey = (string | number | null)[]
export type Sorted = { hit: Hit; key: SortKey }

export async function sortedHits(asking: Asking, sql: Runner, search: Search, scope: Scope): Promise<Sorted[]> {
  const all: Sorted[] = []
  const hold = holder()
  for await (const hit of hitsOf(asking, sql, search, scope, null)) {
    if (all.length >= sortedMax) throw tooMany(`more than ${sortedMax} results cannot be sorted at once`)
    hold(hit)
    all.push({ hit, key: placeOf(search, hit) })
  }
  return all.sort((a, b) => compareKeys(search, a.key, b.key))
}

/** The row decides the last word, so that no two places are equal. */
function placeOf(search: Search, { row, values }: Hit): SortKey {
  return [...sortKey(search, values), `${row.patient.toString(16).padStart(12, '0')}${row.id}`]
}

/** What has no value comes last, whichever way the order goes. */
export function compareKeys(search: Search, a: SortKey, b: SortKey): number {
  for (let at = 0; at < a.length; at++) {
    const [x, y] = [a[at] ?? null, b[at] ?? null]
    if (x === y) continue
    if (x === null) return 1
    if (y === null) return -1
    const order = x < y ? -1 : 1
    return search.sort[at]?.isDescending ? -order : order
  }
  return 0
}
