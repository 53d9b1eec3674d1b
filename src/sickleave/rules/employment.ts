import { addDays, type Day } from './days.ts'

export type Job = { fromDate: Day; untilDate: Day | null }

export const covers = ({ fromDate, untilDate }: Job, day: Day): boolean => fromDate <= day && (untilDate === null || untilDate >= day)

/**
 * The last day of the employment in which a day lies. Contracts that follow each other without a free day are one. A day outside all employments
 * belongs to the one before it.
 */
export function employmentEnd(jobs: readonly Job[], day: Day): Day | null {
  const whole: { from: Day; until: Day | null }[] = []
  for (const { fromDate, untilDate } of jobs.toSorted((a, b) => (a.fromDate < b.fromDate ? -1 : 1))) {
    const last = whole.at(-1)
    const isOne = last && (last.until === null || fromDate <= addDays(last.until, 1))
    if (!isOne) whole.push({ from: fromDate, until: untilDate })
    else if (last.until !== null && (untilDate === null || untilDate > last.until)) last.until = untilDate
  }
  return (whole.findLast(({ from }) => from <= day) ?? whole[0])?.until ?? null
}

/** What the explanation of a leave says about employment, from this day on. */
export const employmentOf = (jobs: readonly Job[], from: Day) => ({ employedUntil: employmentEnd(jobs, from), isEmployed: jobs.length > 0 })
