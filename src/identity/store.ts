import { fragment, type Sql, type Transaction } from '../platform/sql.ts'
import type { Claim, Demographics } from './chart.ts'
import { wordsOf } from './chart.ts'
import type { Fact, Facts } from './filing.ts'
import type { NumberKind } from './secrets.ts'

export type Located = Fact & { handle: string; temporaryNumber: string | null; lzb: Buffer | null }
export type LocatedFacts = Facts & Record<'chart' | 'local' | NumberKind, Located | null>

type LocateRow = Omit<Located, 'hasJmbg' | 'hasEbs'> & {
  source: 'chart' | 'local' | NumberKind
  jmbg: Buffer | null
  ebs: Buffer | null
  unlinkedFrom: number[] | null
}

const nobody = (): LocatedFacts => ({ chart: null, jmbg: null, ebs: null, lbo: null, lzb: null, local: null, unlinkedFrom: [] })

function note(facts: LocatedFacts, { source, jmbg, ebs, unlinkedFrom, ...fact }: LocateRow): void {
  facts[source] = { ...fact, hasJmbg: jmbg !== null, hasEbs: ebs !== null }
  if (unlinkedFrom) facts.unlinkedFrom = unlinkedFrom
}

/** The people to whom the chart, its numbers and its local number lead, in one statement. */
export async function locate(sql: Sql | Transaction, key: number, hashes: Buffer[], local: Buffer | null): Promise<LocatedFacts> {
  const rows = await sql<LocateRow>`
    select source, person, handle, state, is_identified, temporary_number, lzb, jmbg, ebs, birth_date, unlinked_from
      from identity.locate(${key}, ${hashes}::bytea[], ${local})`
  const facts = nobody()
  for (const row of rows) note(facts, row)
  return facts
}

/** By what a chart is looked up: its key and the hashes of its numbers and of its local number. */
export type Sought = { key: number; hashes: Buffer[]; local: Buffer | null }

/** The same for many charts, in their order and in one statement. */
export async function locateAll(sql: Sql | Transaction, sought: readonly Sought[]): Promise<LocatedFacts[]> {
  const given = sought.flatMap(({ hashes }, at) => hashes.map((hash) => ({ at: at + 1, hash })))
  const rows = await sql<LocateRow & { at: number }>`
    select at, source, person, handle, state, is_identified, temporary_number, lzb, jmbg, ebs, birth_date, unlinked_from
      from identity.locate_all(${sought.map(({ key }) => key)}::int8[], ${sought.map(({ local }) => local)}::bytea[],
                               ${given.map(({ at }) => at)}::int8[], ${given.map(({ hash }) => hash)}::bytea[])`
  const all = sought.map(nobody)
  for (const { at, ...row } of rows) note(all[at - 1] as LocatedFacts, row)
  return all
}

export type NewNumber = { kind: NumberKind; hash: Buffer; cipher: Buffer }
export type NewPerson = { id: number; handle: string; lzb: NewNumber; lzbText: string }

/** Null when a random value was taken; the caller draws again. */
export async function personOfNumber(tx: Transaction, fresh: NewPerson, number: NewNumber, at: Date): Promise<number | null> {
  const [row] = await tx<{ person: number | null }>`
    select identity.person_of_number(${fresh.id}, ${fresh.handle}, ${at}, ${number.kind}, ${number.hash}, ${number.cipher},
                                     ${fresh.lzb.hash}, ${fresh.lzb.cipher}) as person`
  return row?.person ?? null
}

export async function pendingPerson(
  tx: Transaction,
  fresh: NewPerson & { temporaryNumber: string },
  key: number,
  local: Buffer | null,
  at: Date,
): Promise<number | null> {
  const [row] = await tx<{ person: number | null }>`
    select identity.pending_person(${fresh.id}, ${fresh.handle}, ${at}, ${fresh.temporaryNumber}, ${key}, ${local}) as person`
  return row?.person ?? null
}

export type Act = { batch: string; actor: string; at: Date }

export async function merge(tx: Transaction, from: number, into: number, reason: string, act: Act): Promise<void> {
  await tx`select identity.merge(${from}, ${into}, ${act.batch}, ${act.actor}, ${reason}, ${act.at})`
}

export type State = 'active' | 'deceased' | 'void'

/** Answers the people whose state has changed. */
export async function setState(tx: Transaction, people: number[], state: State, reason: string, act: Act): Promise<number[]> {
  const rows = await tx<{ person: number }>`
    select identity.set_state(${people}::int8[], ${state}, ${act.batch}, ${act.actor}, ${reason}, ${act.at}) as person`
  return rows.map((row) => row.person)
}

export type ChartKey = { key: number; institution: number; local: Buffer | null }

export type Linking = { chart: ChartKey; claim: Claim; act: Act; numbers: NewNumber[]; lzb: NewNumber }

/**
 * Does three things in one statement: adds the numbers that the person does not have yet, links the chart to its person, and stores what the chart
 * says. False when somebody else claimed one of the numbers first. The caller then looks again, and finds what was done here too.
 */
export async function linkChart(tx: Transaction, person: number, { chart, claim, act, numbers, lzb }: Linking): Promise<boolean> {
  const { family, given, parent, birthDate, sex, place, address, phone, deceasedAt } = claim.demographics
  const identified =
    numbers.length === 0
      ? fragment`true`
      : fragment`
    identity.identify(${person}, ${numbers.map((one) => one.kind)}::text[], ${numbers.map((one) => one.hash)}::bytea[],
                      ${numbers.map((one) => one.cipher)}::bytea[], ${lzb.hash}, ${lzb.cipher}, ${act.at})`
  const [row] = await tx<{ done: boolean }>`
    select ${identified} as done,
           identity.link_chart(${chart.key}, ${person}, ${chart.institution}, ${claim.chartNumber}, ${claim.dentalChartNumber}, ${chart.local},
                               ${act.batch}, ${act.actor}, ${act.at}),
           identity.describe(${[chart.key]}::int8[], false, ${[family]}::text[], ${[given]}::text[], ${[parent]}::text[], ${[birthDate]}::text[],
                             ${[sex]}::text[], ${[place]}::text[], ${[address]}::text[], ${[phone]}::text[], ${[deceasedAt]}::text[],
                             ${[wordsOf(family, given).join(' ')]}::text[], ${act.at})`
  return row?.done === true
}

/** Stores what the central register says of people, under their root keys. */
export async function describeCentrally(tx: Transaction, people: (Demographics & { key: number })[], at: Date): Promise<void> {
  const column = <T>(read: (one: Demographics & { key: number }) => T) => people.map(read)
  await tx`
    select identity.describe(
      ${column((one) => one.key)}::int8[], true, ${column((one) => one.family)}::text[], ${column((one) => one.given)}::text[],
      ${column((one) => one.parent)}::text[], ${column((one) => one.birthDate)}::text[], ${column((one) => one.sex)}::text[],
      ${column((one) => one.place)}::text[], ${column((one) => one.address)}::text[], ${column((one) => one.phone)}::text[],
      ${column((one) => one.deceasedAt)}::text[], ${column((one) => wordsOf(one.family, one.given).join(' '))}::text[], ${at})`
}
