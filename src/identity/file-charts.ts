import type { Patient } from '@medplum/fhirtypes'
import { Refusal } from '../platform/refusal.ts'
import type { Transaction, World } from '../platform/world.ts'
import { type Claim, readChart, wordsOf } from './chart.ts'
import {
  actOf,
  chartKeyOf,
  factOf,
  type Filed,
  filedAs,
  fileChart,
  type Filing,
  hashesOf,
  newNumber,
  newPerson,
  planOf,
  rulesOf,
  type Task,
} from './file-chart.ts'
import { newTemporaryNumber } from './issue.ts'
import { type ChartKey, locateAll, type LocatedFacts, type NewNumber, type NewPerson } from './store.ts'

type Asked = { filing: Filing; claim: Claim; chart: ChartKey; hashes: Buffer[] }
type Fresh = NewPerson & { temporaryNumber: string }
type Ready = Task & { place: number; fresh: Fresh; numbers: NewNumber[] }

/**
 * Files charts with the same result as `fileChart` one after the other, and answers in their order. Charts that share nothing take
 * three statements together. Where two share a key, a number or a person, the later one must see what the earlier did, so it is filed alone
 * afterwards. A chart that merges people or adds a number to a known person is filed alone too. A refused chart has written nothing and stops no other.
 */
export async function fileCharts(tx: Transaction, world: World, filings: readonly Filing[]): Promise<(Filed | Refusal)[]> {
  if (filings.length === 1) return [await fileChart(tx, world, filings[0] as Filing)]
  const results: (Filed | Refusal)[] = []
  const asked = new Map<number, Asked>()
  for (const [place, filing] of filings.entries()) {
    const claim = readChart(filing.resource as Patient, rulesOf(world))
    if (claim instanceof Refusal) results[place] = claim
    else asked.set(place, { filing, claim, chart: chartKeyOf(world, filing, claim), hashes: hashesOf(world, claim) })
  }
  if (asked.size > 0) {
    const { ready, alone } = await sort(tx, world, asked, results)
    alone.push(...(await fileTogether(tx, world, ready, results)))
    for (const place of alone.toSorted((one, other) => one - other)) results[place] = await fileChart(tx, world, filings[place] as Filing)
  }
  return results
}

/** Decides which charts may be filed together and which must wait for the charts before them. */
async function sort(tx: Transaction, world: World, asked: ReadonlyMap<number, Asked>, results: (Filed | Refusal)[]) {
  const at = world.now()
  const all = await locateAll(
    tx,
    [...asked.values()].map(({ chart: { key, local }, hashes }) => ({ key, hashes, local })),
  )
  const taken = new Set<string>()
  const ready: Ready[] = []
  const alone: number[] = []
  for (const [index, [place, { filing, claim, chart, hashes }]] of [...asked].entries()) {
    const facts = all[index] as LocatedFacts
    const names = namesOf(chart, hashes, facts)
    const isMet = names.some((name) => taken.has(name))
    for (const name of names) taken.add(name)
    const plan = isMet ? null : planOf(world, filing.institution, claim, facts)
    if (plan instanceof Refusal) results[place] = plan
    else if (plan === null || plan.merge.length > 0 || (plan.person !== null && plan.add.length > 0)) alone.push(place)
    else {
      const fresh = { ...newPerson(world), temporaryNumber: newTemporaryNumber(world) }
      const numbers = plan.add.map((kind) => newNumber(world, kind, claim[kind] as string))
      ready.push({ place, facts, plan, claim, chart, act: actOf(world, filing, at), fresh, numbers })
    }
  }
  return { ready, alone }
}

/** Everything by which another chart could lead to the same person. */
function namesOf(chart: ChartKey, hashes: readonly Buffer[], facts: LocatedFacts): string[] {
  const { jmbg, ebs, lbo, lzb, local } = facts
  const people = [facts.chart, jmbg, ebs, lbo, lzb, local].flatMap((fact) => (fact === null ? [] : [`person ${fact.person}`]))
  const texts = [...hashes, ...(chart.local === null ? [] : [chart.local])].map((hash) => hash.toString('base64'))
  return [`key ${chart.key}`, ...texts, ...new Set(people)]
}

/** Answers the places of the charts whose person somebody else made first. */
async function fileTogether(tx: Transaction, world: World, ready: readonly Ready[], results: (Filed | Refusal)[]): Promise<number[]> {
  const made = await makePeople(
    tx,
    ready.filter(({ plan }) => plan.person === null),
  )
  const isDone = ({ plan, fresh }: Ready) => plan.person !== null || made.has(fresh.id)
  const done = ready.filter(isDone)
  await linkAll(tx, done)
  for (const { place, facts, plan, fresh } of done) results[place] = filedAs(world, factOf(facts, plan.person), plan, fresh)
  return ready.filter((one) => !isDone(one)).map(({ place }) => place)
}

async function makePeople(tx: Transaction, born: readonly Ready[]): Promise<Set<number>> {
  const [first] = born
  if (!first) return new Set()
  const isPending = ({ numbers }: Ready) => numbers.length === 0
  const numbers = born.flatMap((one) => (isPending(one) ? [] : [...one.numbers, one.fresh.lzb].map((number) => ({ ...number, of: one.fresh.id }))))
  const [row] = await tx<{ made: number[] }>`
    select identity.new_people(
      ${born.map(({ fresh }) => fresh.id)}::int8[], ${born.map(({ fresh }) => fresh.handle)}::uuid[],
      ${born.map((one) => (isPending(one) ? one.fresh.temporaryNumber : null))}::text[],
      ${born.map(({ chart }) => chart.key)}::int8[], ${born.map(({ chart }) => chart.local)}::bytea[],
      ${numbers.map(({ of }) => of)}::int8[], ${numbers.map(({ kind }) => kind)}::text[], ${numbers.map(({ hash }) => hash)}::bytea[],
      ${numbers.map(({ cipher }) => cipher)}::bytea[], ${first.act.at}) as made`
  return new Set(row?.made)
}

/** Links the charts to their people and stores what the charts say. */
async function linkAll(tx: Transaction, done: readonly Ready[]): Promise<void> {
  const [first] = done
  if (!first) return
  const { at } = first.act
  const column = <T>(read: (one: Ready) => T) => done.map(read)
  const said = <T>(read: (one: Claim['demographics']) => T) => done.map(({ claim }) => read(claim.demographics))
  const keys = column(({ chart }) => chart.key)
  await tx`
    select identity.link_charts(${keys}::int8[], ${column(({ plan, fresh }) => plan.person ?? fresh.id)}::int8[],
                                ${column(({ chart }) => chart.institution)}::int8[], ${column(({ claim }) => claim.chartNumber)}::text[],
                                ${column(({ claim }) => claim.dentalChartNumber)}::text[], ${column(({ chart }) => chart.local)}::bytea[],
                                ${column(({ act }) => act.batch)}::uuid[], ${column(({ act }) => act.actor)}::text[], ${at}),
           identity.describe(${keys}::int8[], false, ${said((one) => one.family)}::text[], ${said((one) => one.given)}::text[],
                             ${said((one) => one.parent)}::text[], ${said((one) => one.birthDate)}::text[], ${said((one) => one.sex)}::text[],
                             ${said((one) => one.place)}::text[], ${said((one) => one.address)}::text[], ${said((one) => one.phone)}::text[],
                             ${said((one) => one.deceasedAt)}::text[], ${said((one) => wordsOf(one.family, one.given).join(' '))}::text[], ${at})`
}
