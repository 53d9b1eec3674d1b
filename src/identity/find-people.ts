import { access, type Basis, type Relations, relationsOf } from '../access/access.ts'
import { type Entry, whoIs } from '../audit/audit.ts'
import type { Actor } from '../platform/actor.ts'
import { Refusal } from '../platform/refusal.ts'
import type { World } from '../platform/world.ts'
import { queryMax, type Question, readQuestion } from './finder-question.ts'
import { type Candidate, farnessOf, likelyNames, peopleById, peopleNamed } from './finder-search.ts'
import { inGroups } from './issue.ts'
import { personOfAnyNumber } from './keys.ts'
import { unseal } from './secrets.ts'
import type { FinderAnswer, FoundPerson } from './wire.ts'

export type Asking = { world: World; actor: Actor; correlation: string }

/** At most ten: a finder is for one patient, never for a list. */
const foundMax = 10
const namesPerWordMax = 60
const treating = ['doctor', 'nurse', 'laboratory']

/** Finds a patient by name, birth date or number. Who is shown is audited before the answer leaves. */
export async function findPeople(asking: Asking, query: string): Promise<FinderAnswer> {
  await requireTreating(asking)
  if (query.length > queryMax) throw new Refusal('incorrect', `a query has at most ${queryMax} characters`, { expression: 'query' })
  const { world } = asking
  access.limit(world, 'finder', asking.actor.id)
  const question = readQuestion(query, world.now().getUTCFullYear())
  const relations = await relationsOf(world, asking.actor)
  const candidates = question.number === null ? await byName(world, question, relations) : await byNumber(world, question.number)
  const ranked = candidates
    .map((candidate) => ({ candidate, basis: basisIn(relations, candidate.keys), far: farnessOf(question, candidate) }))
    .sort((a, b) => a.far - b.far || Number(a.basis === null) - Number(b.basis === null) || byNameAndDate(a.candidate, b.candidate))
  const people = await show(asking, ranked.slice(0, foundMax), 'finder')
  return { people, foldedAs: question.words, more: ranked.length > foundMax }
}

export async function requireTreating({ world, actor, correlation }: Asking): Promise<void> {
  if (actor.kind === 'person' && actor.worker !== null && actor.roles.some((role) => treating.includes(role))) return
  const denied = { reason: 'only health workers look for patients', opens: [] }
  await world.ledger.record([{ ...entryOf({ world, actor, correlation }, 'search', null, 'finder'), decision: 'deny', basis: denied.reason }])
  throw new Refusal('forbidden', denied.reason, { details: denied })
}

/** The exact names first; only when nobody has them, names that begin so or were mistyped. */
async function byName(world: World, question: Question, relations: Relations): Promise<Candidate[]> {
  // «Јанковић М»: who is still typing, or writes an initial, names somebody already.
  const [initials, words] = [question.words.filter((word) => word.length === 1), question.words.filter((word) => word.length > 1)]
  if (words.length === 0) return []
  const names = await likelyNames(world.sql, words)
  const ownKeys = [...relations.keys.keys()]
  for (const isWide of [false, true]) {
    const sets = words.map((word) => {
      const list = names.get(word) ?? []
      const exact = list.filter((one) => one.far < 1)
      return (exact.length > 0 && !isWide ? exact : list).slice(0, namesPerWordMax).map((one) => one.name)
    })
    if (sets.some((set) => set.length === 0)) return []
    const found = await peopleNamed(world.sql, { sets, initials, born: question.born }, ownKeys)
    if (found.length > 0 || isWide) return found
  }
  return []
}

async function byNumber(world: World, number: string): Promise<Candidate[]> {
  const known = await personOfAnyNumber(world.sql, world, number)
  return known === null ? [] : peopleById(world.sql, [known.person])
}

export function basisIn(relations: Relations, keys: readonly number[]): Basis | null {
  for (const key of keys) {
    const basis = relations.keys.get(key)
    if (basis) return basis
  }
  return null
}

export const byNameAndDate = (a: Candidate, b: Candidate) =>
  a.family.localeCompare(b.family, 'sr') || a.given.localeCompare(b.given, 'sr') || (a.birthDate ?? '').localeCompare(b.birthDate ?? '')

type Shown = { candidate: Candidate; basis: Basis | null }

/** Lines as this reader may see them, each disclosed person one audit row, durable before the first line is sent. */
export async function show(asking: Asking, shown: readonly Shown[], what: string): Promise<FoundPerson[]> {
  const { world } = asking
  const entries: Entry[] = shown.map(({ candidate, basis }) => ({
    ...entryOf(asking, 'search', candidate.keys[0] ?? null, what),
    basis: basis?.kind ?? 'masked line',
  }))
  await world.ledger.record(entries.length > 0 ? entries : [entryOf(asking, 'search', null, what)])
  const open = shown.flatMap(({ candidate, basis }) => (basis === null ? [] : [candidate.person]))
  const numbers = await world.sql<{ person: number; lzb: Buffer }>`select person, lzb from identity.lzb_of(${open}::int8[])`
  const lzbs = new Map(numbers.map((row) => [row.person, inGroups(unseal(world, 'lzb', row.lzb))]))
  return shown.map(({ candidate, basis }) => (basis === null ? masked(candidate) : whole(candidate, basis, lzbs.get(candidate.person) ?? null)))
}

function whole(candidate: Candidate, basis: Basis, lzb: string | null): FoundPerson {
  const { handle, family, given, parent, birthDate, sex, place, isIdentified, temporaryNumber } = candidate
  return {
    id: handle,
    family,
    given,
    parent,
    birthDate,
    sex,
    place,
    lzb,
    temporaryNumber: isIdentified ? null : temporaryNumber,
    state: isIdentified ? 'identified' : 'pending',
    basis: { kind: basis.kind, until: basis.until?.toISOString() ?? null },
  }
}

/** «Ђ. Милан, 1972, Београд»: enough to see that it is the patient in the room, too little to learn about somebody else. */
export function masked(candidate: Candidate): FoundPerson {
  const { handle, family, given, birthDate, sex, place, isIdentified } = candidate
  return {
    id: handle,
    family: initialOf(family),
    given,
    parent: null,
    birthDate: birthDate?.slice(0, 4) ?? null,
    sex,
    place,
    lzb: null,
    temporaryNumber: null,
    state: isIdentified ? 'identified' : 'pending',
    basis: null,
  }
}

/** Lj, Nj and Dž are one letter. */
const initialOf = (family: string) => {
  const [initial] = /^(?:lj|nj|dž|.)/iu.exec(family) ?? []
  return initial ? `${initial}.` : ''
}

function entryOf({ actor, correlation }: Asking, action: Entry['action'], patient: number | null, what: string): Entry {
  return { action, who: whoIs(actor), patient, what, purpose: 'treatment', basis: null, decision: 'permit', correlation }
}
