import { Refusal } from '../../platform/refusal.ts'
import { type Asking, refuse } from '../asking.ts'
import { loadRules } from '../case-store.ts'
import { type Cell, readAmount, readHours, readMonth } from '../earnings/cells.ts'
import { type Body, bodyOf, dayOf, optional } from '../read-body.ts'
import { careOf, reasonOf } from '../read-illness.ts'
import { lengthOf, type Span } from '../rules/days.ts'
import type { Leave } from '../rules/reasons.ts'
import type { CompensationView } from '../wire.ts'
import type { Earning } from './base.ts'
import type { Input } from './calculate.ts'
import { type Month, monthsBefore, type Schedule, usualSchedule, workOf } from './months.ts'
import { compensationOf } from './view.ts'

// "What if": the same rules applied to what a user types. Nothing is stored, nothing is looked up about a person, and no name or number is asked.

const daysMax = 1100
const listMax = 60
const known = [
  'from',
  'until',
  'reason',
  'care',
  'averageGross',
  'earnings',
  'earlier',
  'insured',
  'employedUntil',
  'hoursPerDay',
  'employerPercent',
  'otherGross',
  'paidOn',
]

export async function calculator(asking: Asking, given: unknown): Promise<CompensationView> {
  const { world, actor } = asking
  if (actor.kind === 'anonymous')
    return refuse(asking, null, 'read', new Refusal('forbidden', 'sign in to use the calculator', { details: { reason: 'anonymous', opens: [] } }))
  return compensationOf(inputOf(given), await loadRules(world.sql))
}

function inputOf(given: unknown): Input {
  const body = bodyOf(given, known)
  const leave = leaveOf(body, 'this')
  const schedule = optional(body, 'hoursPerDay', scheduleOf) ?? usualSchedule
  return {
    leave,
    schedule,
    history: listOf(body, 'earlier', (one, place) => leaveOf(one, place, ['from', 'until', 'reason', 'care'])),
    earnings: earningsIn(body, leave, schedule),
    insured: body['insured'] === undefined ? null : listOf(body, 'insured', (one) => spanOf(bodyOf(one, ['from', 'until']))),
    employedUntil: optional(body, 'employedUntil', dayOf) ?? null,
    employerPercent: optional(body, 'employerPercent', percentOf) ?? null,
    otherGross: optional(body, 'otherGross', amountsByMonth) ?? {},
    paidOn: optional(body, 'paidOn', dayOf) ?? null,
  }
}

const wrong = (name: string, is: string) => new Refusal('incorrect', `${name} ${is}`, { expression: name })

function listOf<T>(body: Body, name: string, read: (one: Body, place: string) => T): T[] {
  const list = body[name] ?? []
  if (!Array.isArray(list) || list.length > listMax) throw wrong(name, `is a list of at most ${listMax}`)
  return list.map((one, at) => read(one as Body, `${name}[${at}]`))
}

function spanOf(body: Body): Span {
  const span = { from: dayOf(body, 'from'), until: dayOf(body, 'until') }
  if (span.until < span.from) throw wrong('until', 'is not before from')
  if (lengthOf(span) > 40_000) throw wrong('until', 'is too far from from')
  return span
}

function leaveOf(given: Body, id: string, names?: string[]): Leave {
  const body = names ? bodyOf(given, names) : given
  const span = spanOf(body)
  if (lengthOf(span) > daysMax) throw wrong('until', `is at most ${daysMax} days after from`)
  const reason = reasonOf(body)
  const care = optional(body, 'care', careOf) ?? null
  if ((reason === '06') !== (care !== null)) throw wrong('care', 'is given for the reason 06 and for no other')
  return { id, ...span, reason, isException: false, care }
}

/** The texts of a cell are written for clerks; the English ones go into the outcome. */
function read<T>(body: Body, name: string, place: string, reader: (text: string) => Cell<T>): T {
  const text = body[name]
  if (typeof text !== 'string' || text.length > 40) throw wrong(place, 'is a text, for example "120000.00"')
  const cell = reader(text)
  if ('value' in cell) return cell.value
  throw new Refusal('incorrect', `${place} ${cell.wrong.en}`, { expression: place, hint: `${cell.right.en}.` })
}

/** Earnings month by month, or one average for all twelve with the hours of the schedule. */
function earningsIn(body: Body, leave: Leave, schedule: Schedule): Earning[] {
  if (body['averageGross'] !== undefined && body['earnings'] !== undefined) throw wrong('averageGross', 'is given instead of earnings, not beside them')
  if (body['averageGross'] !== undefined) {
    const gross = read(body, 'averageGross', 'averageGross', readAmount)
    return monthsBefore(leave.from, 12).map((month) => ({ employer: 'own', month, gross, hours: workOf(schedule, month).hours }))
  }
  return listOf(body, 'earnings', (one, place) => {
    const row = bodyOf(one, ['month', 'hours', 'gross'])
    return {
      employer: 'own',
      month: read(row, 'month', `${place}.month`, readMonth),
      hours: read(row, 'hours', `${place}.hours`, readHours),
      gross: read(row, 'gross', `${place}.gross`, readAmount),
    }
  })
}

function scheduleOf(body: Body, name: string): Schedule {
  const hours = read(body, name, name, readHours)
  if (hours < 50 || hours > 2400) throw wrong(name, 'is between 0.5 and 24')
  return { week: usualSchedule.week.map((usual) => (usual > 0 ? hours : 0)), days: {} }
}

function percentOf(body: Body, name: string): number {
  const value = body[name]
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 100) throw wrong(name, 'is a whole number from 0 to 100')
  return value
}

function amountsByMonth(body: Body, name: string): Record<Month, bigint> {
  const given = body[name]
  if (typeof given !== 'object' || given === null || Array.isArray(given) || Object.keys(given).length > listMax)
    throw wrong(name, 'is an object of months and amounts')
  return Object.fromEntries(
    Object.keys(given).map((month) => {
      const cell = readMonth(month)
      if (!('value' in cell)) throw wrong(name, 'has a key that is not a month, written 2026-03')
      return [cell.value, read(given as Body, month, name, readAmount)]
    }),
  )
}
