import type { Me } from '../../../access/wire.ts'
import type { Look } from '../../../audit/wire.ts'
import { dayOf } from '../../shared/format.ts'

export type Circle = 'own' | 'health' | 'employers' | 'offices' | 'family' | 'systems'
export type LookFilter = 'all' | 'denied' | Circle

/** A citizen's look at their own record has the role `patient` and their own name. */
export const isOwn = (look: Look, me: Pick<Me, 'name'>) => look.role === 'patient' && look.who === me.name
export const isByOthers = (look: Look, me: Pick<Me, 'name'>) => !isOwn(look, me) && look.kind !== 'system'

/** In which capacity somebody looked. The basis counts first: a payroll system looks for an employer, and one account may have several roles. */
export function circleOf(look: Look, me: Pick<Me, 'name'>): Circle {
  if (look.basis === 'employer' || look.role === 'employer') return 'employers'
  if (isOwn(look, me)) return 'own'
  if (look.kind === 'system') return 'systems'
  if (look.role === 'patient') return 'family'
  return look.role === 'doctor' || look.role === 'nurse' || look.role === 'laboratory' ? 'health' : 'offices'
}

/** A health institution has a data officer who answers such reports; for an employer, the Fund or an officer's own look the page names other offices. */
export const mayBeReported = (look: Look, me: Pick<Me, 'name'>): boolean => look.institution !== null && ['health', 'systems'].includes(circleOf(look, me))

/** A line of a day changes when a newer look joins it, so a report is matched by the person and the day of its line. */
export const isSameLine = (one: Look, other: Look): boolean =>
  one.who === other.who &&
  one.institution === other.institution &&
  one.unit === other.unit &&
  one.kind === other.kind &&
  one.basis === other.basis &&
  dayOf(one.at) === dayOf(other.at)

export function filterLooks(looks: Look[], filter: LookFilter, institution: string, me: Pick<Me, 'name'>): Look[] {
  return looks.filter((look) => {
    if (institution && look.institution !== institution) return false
    if (filter === 'all') return true
    return filter === 'denied' ? !look.allowed : circleOf(look, me) === filter
  })
}

/** The looks of one person on one day are one line; `count` is their number. */
export const lookCount = (looks: Look[]) => looks.reduce((sum, { count }) => sum + count, 0)

export function byMonth(looks: Look[]): { month: string; looks: Look[] }[] {
  const months: { month: string; looks: Look[] }[] = []
  for (const look of looks) {
    const month = dayOf(look.at).slice(0, 7)
    const last = months.at(-1)
    if (last?.month === month) last.looks.push(look)
    else months.push({ month, looks: [look] })
  }
  return months
}

/** The kind of thing that was looked at, without its id: the log has `sick-leave-request 5446b563-…`. */
export const kindOf = (logged: string): string => logged.replace(/ [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, '')
