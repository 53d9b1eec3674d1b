/**
 * The usual duration for a diagnosis, as a suggestion that the doctor may change. The rulebook on medical-doctrinal standards (100/2011) was
 * not readable: every row here is UNVERIFIED and is replaced by `sickleave standard set`. A code stands for everything below it.
 */
export type Standard = { code: string; days: number; source: string; isUnverified: boolean }

const table: readonly [string, number][] = [
  ['A08', 4],
  ['A09', 4],
  ['B01', 10],
  ['B02', 14],
  ['B34', 5],
  ['C50', 60],
  ['F32', 30],
  ['F41', 21],
  ['F43', 14],
  ['G43', 3],
  ['G56', 21],
  ['H10', 5],
  ['H66', 7],
  ['I10', 7],
  ['I20', 21],
  ['I21', 60],
  ['I63', 60],
  ['I84', 7],
  ['J00', 4],
  ['J01', 7],
  ['J02', 5],
  ['J03', 7],
  ['J06', 5],
  ['J10', 7],
  ['J11', 7],
  ['J18', 21],
  ['J20', 7],
  ['J45', 10],
  ['K29', 5],
  ['K35', 21],
  ['K40', 28],
  ['K52', 4],
  ['K80', 21],
  ['L03', 10],
  ['M17', 21],
  ['M23', 30],
  ['M51', 21],
  ['M54', 10],
  ['M75', 14],
  ['M77', 14],
  ['N20', 10],
  ['N30', 5],
  ['O20', 14],
  ['O21', 10],
  ['O47', 21],
  ['R50', 3],
  ['S13', 10],
  ['S42', 45],
  ['S52', 45],
  ['S62', 35],
  ['S72', 90],
  ['S82', 60],
  ['S83', 30],
  ['S93', 14],
  ['T14', 7],
  ['U07', 10],
]

export const authoredStandards: readonly Standard[] = table.map(([code, days]) => ({ code, days, source: 'процена, није из правилника', isUnverified: true }))

/** A diagnosis of MKB-10 as doctors write it: M54, M54.5. */
export const isDiagnosis = (text: unknown): text is string => typeof text === 'string' && /^[A-Z]\d{2}(\.\d{1,2})?$/.test(text)

/** The row of the code itself, else of the group it belongs to; entered rows come before ours. */
export function standardFor(diagnosis: string, entered: readonly Standard[] = []): Standard | null {
  for (let code = diagnosis; code.length >= 3; code = code.replace(/\.?.$/, '')) {
    const found = [...entered, ...authoredStandards].find((one) => one.code === code)
    if (found) return found
  }
  return null
}
