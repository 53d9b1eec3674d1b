import type { CompletenessTotal } from '../../../record/wire.ts'

/** The share in whole percent, rounded down: it is 100 only when nothing is missing. Reports that may still arrive in time are not counted. */
export function shareOf({ expected, awaited, inTime }: Pick<CompletenessTotal, 'expected' | 'awaited' | 'inTime'>): number | null {
  const due = expected - awaited
  return due <= 0 ? null : Math.floor((100 * Math.min(inTime, due)) / due)
}
