import type { Clause, Include, Search } from '../../fhir/fhir.ts'
import { pageBytes } from '../answer-room.ts'
import type { Asking } from '../asking.ts'
import { parseReference } from '../ids.ts'
import { bytesIn, type Hit, hitsOf } from './run-search.ts'
import { maySeeType } from '../scope.ts'
import { presentTypes } from './search-plan.ts'
import { emptySearch, fetchVisible, literalsOf } from './visible.ts'
import { visibleRows, viewOf, viewOfAll } from '../view.ts'

const includedMax = 2000
/** How often `:iterate` follows what was included; a circle ends by itself, because nothing is included twice. */
const roundsMax = 10

/** `isCut`: there was more than one answer holds, and the answer says so. */
export type Included = { included: Hit[]; isCut: boolean }

/** The resources that one answer includes, each once, up to a number and a size. */
type Basket = Included & { seen: Set<string>; bytes: number }

/** What stands inside has an id of its own beside those of all others. */
const nameOf = ({ resource, part }: Hit): string => `${part === null ? '' : '#'}${resource.resourceType}/${resource.id}`

function put(asking: Asking, basket: Basket, hit: Hit): void {
  if (basket.seen.has(nameOf(hit))) return
  basket.isCut ||= basket.included.length >= includedMax || basket.bytes + bytesIn(hit.row) > pageBytes
  if (basket.isCut) return
  basket.seen.add(nameOf(hit))
  basket.included.push(hit)
  basket.bytes += bytesIn(hit.row)
  asking.room?.keep(bytesIn(hit.row))
}

/** What the matches refer to and what refers to them, each by the same rule of visibility as a read of its own. */
export async function includedOf(asking: Asking, search: Search, hits: readonly Hit[]): Promise<Included> {
  if (search.include.length === 0 && search.revinclude.length === 0) return { included: [], isCut: false }
  const basket: Basket = { included: [], isCut: false, seen: new Set(hits.map(nameOf)), bytes: 0 }
  let edge = hits
  for (let round = 0; edge.length > 0 && !basket.isCut; round++) {
    const isAsked = ({ iterate }: Include) => round === 0 || iterate === true
    const before = basket.included.length
    await forward(asking, search.include.filter(isAsked), edge, basket)
    await backward(asking, search.revinclude.filter(isAsked), edge, basket)
    edge = basket.included.slice(before)
    if (round === roundsMax && edge.length > 0) basket.isCut = true
    if (!search.include.some(({ iterate }) => iterate) && !search.revinclude.some(({ iterate }) => iterate)) break
  }
  return { included: basket.included, isCut: basket.isCut }
}

async function forward(asking: Asking, includes: readonly Include[], edge: readonly Hit[], basket: Basket): Promise<void> {
  const places = new Set<string>()
  const addresses = new Map<string, Wish>()
  for (const { type, code, target } of includes) {
    for (const hit of edge) {
      if (type !== '*' && hit.says !== type) continue
      for (const value of hit.values) {
        if (value.kind !== 'reference' || (code !== '*' && value.code !== code) || !value.reference) continue
        const found = parseReference(value.reference, asking.base)
        if (found === null) wish(asking, addresses, hit, value.code, value.reference, target)
        else if (target === undefined || found.type === target) places.add(`${found.type}/${found.id}`)
      }
    }
  }
  const wanted = [...places].filter((reference) => !basket.seen.has(reference))
  for await (const hit of fetchVisible(asking, wanted.slice(0, includedMax + 1))) {
    put(asking, basket, hit)
    if (basket.isCut) break
  }
  await byAddress(asking, addresses, basket)
}

/** A canonical address, the versions it is asked in (null: the newest), and the types it may belong to. */
type Wish = { versions: Set<string | null>; types: Set<string> }

function wish(asking: Asking, addresses: Map<string, Wish>, hit: Hit, code: string, literal: string, target: string | undefined): void {
  const [url = '', version = null] = literal.split('|')
  // With a version the address is extracted twice, once without it.
  const isAlsoVersioned = version === null && hit.values.some((one) => one.kind === 'reference' && one.code === code && one.reference?.startsWith(`${url}|`))
  const parameter = asking.world.fhir.parameters(hit.resource.resourceType).find((one) => one.code === code)
  const types = (parameter?.targets ?? []).filter((type) => target === undefined || type === target)
  if (isAlsoVersioned || types.length === 0 || types.length > canonicalTypesMax) return
  const known = addresses.get(url) ?? { versions: new Set(), types: new Set() }
  addresses.set(url, known)
  known.versions.add(version)
  for (const type of types) known.types.add(type)
}

/** A reference to anything is never a canonical address. */
const canonicalTypesMax = 20

async function byAddress(asking: Asking, addresses: Map<string, Wish>, basket: Basket): Promise<void> {
  for (const type of new Set([...addresses.values()].flatMap(({ types }) => [...types]))) {
    const urls = [...addresses].filter(([, { types }]) => types.has(type)).map(([url]) => url)
    if (!asking.world.fhir.parameters(type).some(({ code }) => code === 'url')) continue
    const found: Hit[] = []
    let bytes = 0
    await related(asking, type, { code: 'url', test: 'uri', how: 'is', values: urls }, [], (hit) => {
      bytes += bytesIn(hit.row)
      basket.isCut ||= found.length >= includedMax || bytes > pageBytes
      if (!basket.isCut) found.push(hit)
      return !basket.isCut
    })
    for (const [url, same] of Map.groupBy(found, ({ resource }) => String(resource['url']))) {
      for (const version of addresses.get(url)?.versions ?? []) {
        const fitting = version === null ? same : same.filter(({ resource }) => resource['version'] === version)
        const newest = fitting.toSorted((a, b) => b.row.at.getTime() - a.row.at.getTime())[0]
        if (newest) put(asking, basket, newest)
      }
    }
  }
}

async function backward(asking: Asking, includes: readonly Include[], edge: readonly Hit[], basket: Basket): Promise<void> {
  for (const { type, code, target } of includes) {
    const named = edge.filter(({ resource, isInside }) => !isInside && (target === undefined || resource.resourceType === target))
    if (named.length === 0) continue
    const literals = named.flatMap(literalsOf)
    const types = type === '*' ? (await presentTypes(asking)).filter((one) => maySeeType(asking.actor, one)) : [type]
    const keys = named.map(({ row }) => row.patient)
    for (const one of types) {
      const codes = code === '*' ? codesTo(asking, one, named) : [code]
      if (codes.length === 0) continue
      const clauses = codes.map((by): Clause => ({ code: by, test: 'reference', values: [{ literals }] }))
      await related(asking, one, clauses.length === 1 ? (clauses[0] as Clause) : { code: '_revinclude', test: 'any', clauses }, keys, (hit) => {
        put(asking, basket, hit)
        return !basket.isCut
      })
      if (basket.isCut) return
    }
  }
}

/** Parameters of a type that may refer to any of these. */
function codesTo(asking: Asking, type: string, named: readonly Hit[]): string[] {
  const wanted = new Set(named.map(({ resource }) => resource.resourceType))
  const references = asking.world.fhir.parameters(type).filter((one) => one.type === 'reference')
  return references.filter(({ targets }) => targets === undefined || targets.length === 0 || targets.some((one) => wanted.has(one))).map(({ code }) => code)
}

/** Everything of a type that satisfies one clause and may be seen, until enough was taken. */
async function related(asking: Asking, type: string, clause: Clause, keys: readonly number[], take: (hit: Hit) => boolean): Promise<void> {
  const search: Search = { ...emptySearch, type, clauses: [clause] }
  const view = asking.actor.kind === 'system' ? await viewOf(asking, keys) : await viewOfAll(asking)
  const visible = visibleRows(view, asking.world.fhir.typeCode(type), view.openKeys ?? keys)
  for await (const hit of hitsOf(asking, asking.world.sql, search, { keys: null, visible }, null)) if (!take(hit)) return
}
