import { Refusal } from '../platform/refusal.ts'
import type { Transaction, World } from '../platform/world.ts'
import type { Demographics } from './chart.ts'
import { newNumber, newPerson, rulesOf } from './file-chart.ts'
import { newLzb } from './issue.ts'
import { uuidV4 } from '../platform/uuid.ts'
import { checkJmbg } from './jmbg.ts'
import { checkEbs, checkLbo } from './numbers.ts'
import { unseal } from './secrets.ts'
import { describeCentrally, setState } from './store.ts'

/** One person as the central population register (or the register of foreigners) sends them. */
export type CentralPerson = Omit<Demographics, 'parent' | 'place' | 'address' | 'phone' | 'deceasedAt'> &
  Partial<Demographics> & {
    jmbg?: string | null
    ebs?: string | null
    lbo?: string | null
  }

export type RegisteredPerson = {
  /** Root patient key, to which relations, insurance and chosen doctors refer. */
  root: number
  handle: string
  lzb: string
}

const rowsMax = 2_000

/**
 * Takes over people from the central register, in the order given. A person who is already known by number keeps their LZB. From then on the
 * register's demographics are shown instead of those of charts.
 */
export async function registerPeople(tx: Transaction, world: World, people: readonly CentralPerson[]): Promise<RegisteredPerson[]> {
  const registered: RegisteredPerson[] = []
  for (let at = 0; at < people.length; at += rowsMax) registered.push(...(await registerSome(tx, world, people.slice(at, at + rowsMax))))
  return registered
}

async function registerSome(tx: Transaction, world: World, people: readonly CentralPerson[]): Promise<RegisteredPerson[]> {
  const now = world.now()
  const numbers = people.map((person) => numberOf(world, person))
  const lbos = people.map((person) => (person.lbo ? newNumber(world, 'lbo', checked(person.lbo, checkLbo(person.lbo))) : null))
  const fresh = people.map(() => newPerson(world))
  await replaceTaken(tx, world, fresh)
  const rows = await tx<{ person: number; handle: string; lzb: Buffer }>`
    select person, handle, lzb
      from identity.register_people(
        ${fresh.map((one) => one.id)}::int8[], ${fresh.map((one) => one.handle)}::uuid[], ${numbers.map((one) => one.hash)}::bytea[],
        ${numbers.map((one) => one.kind)}::text[], ${numbers.map((one) => one.cipher)}::bytea[], ${lbos.map((one) => one?.hash ?? null)}::bytea[],
        ${lbos.map((one) => one?.cipher ?? null)}::bytea[], ${fresh.map((one) => one.lzb.hash)}::bytea[],
        ${fresh.map((one) => one.lzb.cipher)}::bytea[], ${now})`
  const said = new Map(rows.map((row, at) => [row.person, describe(row.person, people[at] as CentralPerson)])) // When a person was sent twice, the last counts.
  await describeCentrally(tx, [...said.values()], now)
  const dead = [...said.values()].filter((one) => one.deceasedAt !== null).map((one) => one.key)
  const act = { batch: uuidV4(world), actor: 'central register', at: now }
  if (dead.length > 0) await setState(tx, dead, 'deceased', 'the central register says so', act)
  return rows.map((row) => ({ root: row.person, handle: row.handle, lzb: unseal(world, 'lzb', row.lzb) }))
}

function numberOf(world: World, { jmbg, ebs }: CentralPerson) {
  if (jmbg) return newNumber(world, 'jmbg', checked(jmbg, checkJmbg(jmbg, rulesOf(world).jmbg)))
  if (ebs) return newNumber(world, 'ebs', checked(ebs, checkEbs(ebs)))
  throw new Refusal('unprocessable', 'a person of the central register has JMBG or EBS')
}

function checked(number: string, verdict: { ok: boolean; reason?: string; hint?: string }): string {
  if (!verdict.ok) throw new Refusal('unprocessable', verdict.reason as string, verdict.hint ? { hint: verdict.hint } : {})
  return number
}

/** Among millions of issued numbers a batch now and then draws a taken one. It draws again here, before the number can fail the whole batch. */
async function replaceTaken(tx: Transaction, world: World, fresh: ReturnType<typeof newPerson>[]): Promise<void> {
  const hex = (hash: Buffer) => hash.toString('hex')
  const drawn = new Set<string>()
  for (let asked = fresh; asked.length > 0; ) {
    const rows = await tx<{ taken: Buffer }>`select identity.taken(${asked.map((one) => one.lzb.hash)}::bytea[]) as taken`
    const taken = new Set(rows.map((row) => hex(row.taken)))
    asked = asked.filter((one) => {
      if (!taken.has(hex(one.lzb.hash)) && !drawn.has(one.lzbText)) {
        drawn.add(one.lzbText)
        return false
      }
      one.lzbText = newLzb(world)
      one.lzb = newNumber(world, 'lzb', one.lzbText)
      return true
    })
  }
}

function describe(key: number, person: CentralPerson): Demographics & { key: number } {
  const { family, given, birthDate, sex } = person
  return {
    key,
    family,
    given,
    birthDate,
    sex,
    parent: person.parent ?? null,
    place: person.place ?? null,
    address: person.address ?? null,
    phone: person.phone ?? null,
    deceasedAt: person.deceasedAt ?? null,
  }
}
