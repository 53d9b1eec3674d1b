import { headers } from '../../identity/identity.ts'
import { Refusal } from '../../platform/refusal.ts'
import { type Asking, entryOf } from '../asking.ts'
import { loadRules, waiting } from '../case-store.ts'
import { atDesk } from '../objection/objection-store.ts'
import { bodyOf, dayOf, optional, uuidOf } from '../read-body.ts'
import { addDays, dayAt, daysBetween } from '../rules/days.ts'
import type { Rules } from '../rules/parameters.ts'
import { daysAfter } from '../rules/working-days.ts'
import type { CommissionQueue } from '../wire.ts'
import { type Degree, deskOfDegree, requireCommission, rootOfKey } from './desk.ts'
import type { Agenda, AgendaLine } from './wire.ts'

// What waits for a commission and on which day the commission meets about it. Cases with a near due date come first, so that none is forgotten.

type Item = Omit<AgendaLine, 'person' | 'family' | 'given'> & { patient: number }

async function itemsOf({ world }: Asking, degree: Degree, rules: Rules): Promise<Item[]> {
  const proposals = degree === 1 ? await waiting(world.sql) : []
  const objections = await atDesk(world.sql, deskOfDegree(degree))
  return [
    ...proposals.map(({ patient, leave, since, proposedUntil, session }): Item => {
      const day = dayAt(since)
      const due = daysAfter(day, rules.on('commission.days', day)).effective
      return { kind: 'proposal', patient, leave, objection: null, since: since.toISOString(), due, session, proposedUntil }
    }),
    ...objections.map(({ kind, patient, leave, id, madeAt, due, session }): Item => {
      return { kind: kind as Item['kind'], patient, leave, objection: id, since: madeAt.toISOString(), due, session, proposedUntil: null }
    }),
  ].sort((a, b) => (a.due === b.due ? (a.since < b.since ? -1 : 1) : a.due < b.due ? -1 : 1))
}

async function named(asking: Asking, items: readonly Item[]): Promise<AgendaLine[]> {
  const people = new Map<number, { id: string; family: string; given: string }>()
  for (const { patient } of items) {
    if (people.has(patient)) continue
    const [header] = await headers(asking.world, [await rootOfKey(asking, patient)])
    people.set(patient, { id: header?.id ?? '', family: header?.family ?? '', given: header?.given ?? '' })
  }
  return items.map(({ patient, ...item }) => {
    const { id = '', family = '', given = '' } = people.get(patient) ?? {}
    return { ...item, person: id, family, given }
  })
}

export async function agenda(asking: Asking): Promise<Agenda> {
  const degree = await requireCommission(asking, 'search')
  const { world } = asking
  const items = await itemsOf(asking, degree, await loadRules(world.sql))
  const one = (patient: number | null) => entryOf(asking, patient, { action: 'search', basis: degree === 1 ? 'commission' : 'second-degree commission' })
  await world.ledger.record(items.length > 0 ? [...new Set(items.map(({ patient }) => patient))].map(one) : [one(null)])
  return { today: dayAt(world.now()), degree, lines: await named(asking, items) }
}

/** Proposals alone, oldest first, as before the agenda existed. */
export async function commissionQueue(asking: Asking): Promise<CommissionQueue> {
  const { today, lines } = await agenda(asking)
  const proposals = lines.filter(({ kind }) => kind === 'proposal').sort((a, b) => (a.since < b.since ? -1 : 1))
  return {
    waiting: proposals.map(({ person, family, given, leave, since, proposedUntil }) => {
      return { person, family, given, leave, since, proposedUntil: proposedUntil ?? '', days: daysBetween(dayAt(new Date(since)), today) }
    }),
  }
}

const itemsMax = 200
const aheadMax = 60

/** Puts cases on the list of a meeting, or takes them off it. */
export async function scheduleSession(asking: Asking, given: unknown): Promise<Agenda> {
  const degree = await requireCommission(asking, 'update')
  const { world, actor } = asking
  const body = bodyOf(given, ['session', 'items'])
  const session = optional(body, 'session', dayOf) ?? null
  const today = dayAt(world.now())
  if (session !== null && (session < today || session > addDays(today, aheadMax)))
    throw new Refusal('unprocessable', `a session is between today and ${addDays(today, aheadMax)}`, { expression: 'session' })
  const list = Array.isArray(body['items']) ? (body['items'] as unknown[]) : []
  if (list.length === 0 || list.length > itemsMax) throw new Refusal('incorrect', `items is a list of 1 to ${itemsMax} cases`, { expression: 'items' })
  const wished = list.map((item) => {
    const one = bodyOf(item, ['leave', 'objection'])
    return { leave: uuidOf(one, 'leave'), objection: optional(one, 'objection', uuidOf) ?? null }
  })
  await world.ledger.transaction(async (tx) => {
    const items = await itemsOf(asking, degree, await loadRules(tx))
    for (const { leave, objection } of wished) {
      const found = items.find((item) => item.leave === leave && item.objection === objection)
      if (!found) throw new Refusal('conflict', 'one of these cases does not lie with the commission any more', { expression: 'items', hint: 'Look again.' })
      tx.audit([entryOf(asking, found.patient, { action: 'update', basis: degree === 1 ? 'commission' : 'second-degree commission', reason: actor.name })])
      if (objection === null) await tx`update sickleave.waiting set session = ${session} where patient = ${found.patient} and leave = ${leave}`
      else await tx`update sickleave.objection set session = ${session} where patient = ${found.patient} and id = ${objection} and state = 'open'`
    }
  })
  return agenda(asking)
}
