import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import { names } from '../../registry/registry.ts'
import { type Asking, entryOf } from '../asking.ts'
import { allow } from '../scope.ts'
import type { Completeness, CompletenessOfAll } from '../wire.ts'
import { dayOf } from '../../platform/calendar.ts'
import { byNeed, daysOf, rules, totalOf, weeksBefore } from './meter.ts'
import { limitMs } from './settle.ts'
import { daysMax, findDays, findLate, findRefused, type Late } from './store.ts'

/** Staff of an institution may know whether it reports; the figures of all are for those who are responsible for all. */
const staff = ['doctor', 'nurse', 'laboratory', 'data-officer']
const overAll = ['operator', 'ministry']
const defaultDays = 14

type Wish = { from: string; to: string }

export async function showOwn(asking: Asking, query: Record<string, unknown>): Promise<Completeness> {
  const { actor } = asking
  const isOwn = actor.institution !== null && (actor.kind === 'system' || (actor.kind === 'person' && actor.roles.some((role) => staff.includes(role))))
  if (!isOwn) return deny(asking, 'completeness is shown to the system and the staff of an institution')
  if (actor.kind === 'system') await allow(asking, 'Encounter', 's')
  return show(asking, actor.institution as number, readWish(asking.world, query), true)
}

export async function showOne(asking: Asking, id: string, query: Record<string, unknown>): Promise<Completeness> {
  await requireOverAll(asking)
  if (!/^\d{1,9}$/.test(id)) throw new Refusal('not-found', 'there is no such institution')
  return show(asking, Number(id), readWish(asking.world, query), false)
}

export async function showAll(asking: Asking, query: Record<string, unknown>): Promise<CompletenessOfAll> {
  await requireOverAll(asking)
  const { world } = asking
  const wish = readWish(world, query)
  const [rows, named] = await Promise.all([findDays(world.sql, null, widened(wish)), names(world)])
  const today = dayOf(world.now())
  const days = [...rows].map(([id, of]) => ({ id, days: daysOf(of, wish.from, wish.to, today) }))
  const lines = days.map(({ id, days: of }) => ({ id, name: named.institution(id), total: totalOf(of) })).toSorted((a, b) => byNeed(a.total, b.total))
  const isTrial = ({ id }: { id: number }) => named.isTrial(id)
  const isCounted = (line: { id: number }) => !isTrial(line)
  const counted = days.filter(isCounted).flatMap(({ days: of }) => of)
  await world.ledger.record([entryOf(asking, 'read', null, 'completeness of all institutions', { basis: 'role', count: lines.length })])
  return { ...wish, rules, total: totalOf(counted), institutions: lines.filter(isCounted), trials: lines.filter(isTrial) }
}

async function show(asking: Asking, id: number, wish: Wish, isOwn: boolean): Promise<Completeness> {
  const { world } = asking
  const [rows, refused, named] = await Promise.all([findDays(world.sql, id, widened(wish)), findRefused(world.sql, id, wish), names(world)])
  const days = daysOf(rows.get(id) ?? [], wish.from, wish.to, dayOf(world.now()))
  const late = isOwn ? await findLate(world.sql, world, id, wish) : []
  // Each patient can read in the log that the list named a visit of theirs.
  const patients = [...new Set(late.map(({ patient }) => patient))]
  await world.ledger.record([
    entryOf(asking, 'read', null, `completeness of institution ${id}`, { basis: isOwn ? 'own-institution' : 'role' }),
    ...patients.map((patient) => entryOf(asking, 'search', patient, 'visits whose report is missing', { basis: 'own-institution' })),
  ])
  return {
    institution: { id, name: named.institution(id) },
    ...wish,
    rules,
    total: totalOf(days),
    days,
    refused: refused.map((one) => ({ ...one, last: one.last.toISOString() })),
    missing: late.map((one) => lineOf(world, one)),
  }
}

export function lineOf(world: World, { type, name, id, kind, endedAt }: Late) {
  const dueAt = new Date(endedAt.getTime() + limitMs)
  return { reference: `${world.fhir.types[type]}/${name ?? id}`, kind, endedAt: endedAt.toISOString(), dueAt: dueAt.toISOString() }
}

async function requireOverAll(asking: Asking): Promise<void> {
  const { kind, roles } = asking.actor
  if (kind !== 'person' || !roles.some((role) => overAll.includes(role)))
    await deny(asking, 'figures of all institutions are for the ministry and for operators')
}

async function deny(asking: Asking, sentence: string): Promise<never> {
  await asking.world.ledger.record([entryOf(asking, 'read', null, 'completeness', { decision: 'deny' })])
  throw new Refusal('forbidden', sentence)
}

const day = /^\d{4}-\d{2}-\d{2}$/

function readWish(world: World, query: Record<string, unknown>): Wish {
  for (const name of Object.keys(query))
    if (name !== 'from' && name !== 'to') throw new Refusal('incorrect', `there is no parameter ${name.slice(0, 40)}`, { hint: 'Possible: from, to.' })
  const today = Temporal.PlainDate.from(dayOf(world.now()))
  const to = readDay(query['to'], 'to') ?? today
  const from = readDay(query['from'], 'from') ?? to.subtract({ days: defaultDays - 1 })
  const length = from.until(to, { largestUnit: 'days' }).days
  if (length < 0 || length >= daysMax)
    throw new Refusal('incorrect', `from and to name at most ${daysMax} days, the first not after the last`, { expression: 'http.from' })
  return { from: from.toString(), to: to.toString() }
}

function readDay(text: unknown, name: string): Temporal.PlainDate | null {
  if (text === undefined) return null
  const wrong = new Refusal('incorrect', `${name} is a day`, { expression: `http.${name}`, hint: 'Written like 2026-11-03.' })
  if (typeof text !== 'string' || !day.test(text)) throw wrong
  try {
    return Temporal.PlainDate.from(text)
  } catch {
    throw wrong
  }
}

const widened = ({ from, to }: Wish) => ({ from: Temporal.PlainDate.from(from).subtract({ weeks: weeksBefore }).toString(), to })
