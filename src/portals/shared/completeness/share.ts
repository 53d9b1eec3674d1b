import type { CompletenessTotal } from '../../../record/wire.ts'

/** Whole percents, rounded down: a hundred is said only when nothing is missing. What can still come in time is not counted against anybody. */
export function shareOf({ expected, awaited, inTime }: Pick<CompletenessTotal, 'expected' | 'awaited' | 'inTime'>): number | null {
  const due = expected - awaited
  return due <= 0 ? null : Math.floor((100 * Math.min(inTime, due)) / due)
}
