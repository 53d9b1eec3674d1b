import { type RelationKind, relationsOf } from '../access/access.ts'
import { type Asking, basisIn, byNameAndDate, requireTreating, show } from './find-people.ts'
import { peopleOfKeys } from './finder-search.ts'
import type { FoundPerson } from './wire.ts'

const peopleMax = 50
// People who are here now come first. The long list of a chosen doctor's patients comes after them.
const order: readonly (RelationKind | 'own-submissions')[] = ['visit', 'stay', 'referral', 'substitute', 'chosen-doctor']
const rankOf = (kind: RelationKind | 'own-submissions') => (order.indexOf(kind) + order.length + 1) % (order.length + 1)

/** The doctor's day: open visits and stays, then chosen patients. */
export async function myPeople(asking: Asking): Promise<{ people: FoundPerson[] }> {
  await requireTreating(asking)
  const { world, actor } = asking
  const relations = await relationsOf(world, actor)
  const keys = [...relations.keys]
    .sort(([, a], [, b]) => rankOf(a.kind) - rankOf(b.kind))
    .slice(0, 2 * peopleMax) // Two relations may be with one person.
    .map(([key]) => key)
  const people = (await peopleOfKeys(world.sql, keys)).map((candidate) => ({ candidate, basis: basisIn(relations, candidate.keys) }))
  const ranked = people.sort(
    (a, b) => rankOf(a.basis?.kind ?? 'own-submissions') - rankOf(b.basis?.kind ?? 'own-submissions') || byNameAndDate(a.candidate, b.candidate),
  )
  return { people: await show(asking, ranked.slice(0, peopleMax), 'day') }
}
