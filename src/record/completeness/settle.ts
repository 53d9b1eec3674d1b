/**
 * Decides which visit has its report, and how that changes the sums of its day. Pure, and independent of the order of arrival: it looks at everything
 * that one institution reported about one person.
 */
export type Expected = {
  type: number
  id: string
  kind: 'booking' | 'visit' | 'stay'
  state: 'open' | 'due' | 'merged' | 'void'
  beganAt: Date
  endedAt: Date
  day: string
  booking: string | null
  receivedAt: Date | null
}
export type Received = { id: string; type: number; isLetter: boolean; encounter: string | null; at: Date; day: string; receivedAt: Date; void: boolean }
export type Sums = { due: number; reported: number; reportedInTime: number; reports: number; reportsInTime: number }

export const limitMs = 24 * 3_600_000
/** Whether the report came in time. A clock of the sender that is a little ahead does not make the report late. */
export const isInTime = (endedAt: Date, receivedAt: Date): boolean => receivedAt.getTime() - endedAt.getTime() <= limitMs

/** Sets the state and the report of each visit from everything that is known. */
export function settle<V extends Expected>(visits: readonly V[], reports: readonly Received[], dayOf: (at: Date) => string): V[] {
  const ordered = visits
    .toSorted((a, b) => a.endedAt.getTime() - b.endedAt.getTime() || (a.id < b.id ? -1 : 1))
    .map((one) => ({ ...one, receivedAt: null as Date | null, state: one.state === 'merged' ? ('due' as const) : one.state }))
  mergeBookings(ordered, dayOf)
  const live = ordered.filter(({ state }) => state === 'due' || state === 'open')
  const byId = new Map(live.map((one) => [one.id, one]))
  const finished = reports.filter((one) => !one.void).toSorted((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime() || (a.id < b.id ? -1 : 1))
  const free: Received[] = []
  for (const one of finished) {
    const named = one.encounter === null ? undefined : byId.get(one.encounter)
    if (named === undefined) free.push(one)
    else if (covers(one, named)) named.receivedAt ??= one.receivedAt
  }
  // Reports that name no visit are distributed: one report to one visit of its day, a letter to a stay.
  for (const one of free) {
    const open = live.find((visit) => visit.receivedAt === null && covers(one, visit) && dayOf(visit.beganAt) <= one.day && one.day <= visit.day)
    if (open) open.receivedAt = one.receivedAt
  }
  return ordered
}

/** A laboratory finding is not the letter of a stay. */
const covers = (report: Received, visit: Expected): boolean => visit.kind !== 'stay' || report.isLetter

/** A booking and the visit that it led to are one: by the reference, or one for one on the same day. */
function mergeBookings(visits: Expected[], dayOf: (at: Date) => string): void {
  const bookings = visits.filter(({ kind, state }) => kind === 'booking' && state === 'due')
  const came = visits.filter(({ kind, state }) => kind !== 'booking' && state !== 'void')
  const left = came.filter((visit) => {
    const named = bookings.find(({ id }) => id === visit.booking)
    if (named) named.state = 'merged'
    return named === undefined
  })
  for (const visit of left) {
    const same = bookings.find((one) => one.state === 'due' && one.day === dayOf(visit.beganAt))
    if (same) same.state = 'merged'
  }
}

const nothing = (): Sums => ({ due: 0, reported: 0, reportedInTime: 0, reports: 0, reportsInTime: 0 })

/** The sums of each day for these visits and reports. The sums before are subtracted from the sums after (`sign`). */
export function sumsOf(visits: readonly Expected[], reports: readonly Received[], into = new Map<string, Sums>(), sign = 1): Map<string, Sums> {
  const of = (day: string): Sums => {
    const sums = into.get(day) ?? nothing()
    into.set(day, sums)
    return sums
  }
  for (const { state, day, endedAt, receivedAt } of visits) {
    if (state !== 'due') continue
    const sums = of(day)
    sums.due += sign
    if (receivedAt === null) continue
    sums.reported += sign
    if (isInTime(endedAt, receivedAt)) sums.reportedInTime += sign
  }
  for (const one of reports) {
    if (one.void) continue
    const sums = of(one.day)
    sums.reports += sign
    if (isInTime(one.at, one.receivedAt)) sums.reportsInTime += sign
  }
  return into
}
