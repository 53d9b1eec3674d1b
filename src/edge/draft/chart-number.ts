import type { Entry, Json } from './draft.ts'
import { isNational } from './national.ts'

// HL7 table 0203: the rank of a number as that of the chart; others are only further numbers of the patient.
const ranks = new Map<unknown, number>([
  ['MR', 0],
  ['PI', 1],
  ['PT', 2],
  ['LR', 2],
])
const [unsaidRank, otherRank, nationalRank] = [3, 4, 5]

/**
 * Chooses the number by which a chart is found, the same in whatever order the numbers come: first the medical record number of the sender's own
 * system, then other local numbers, and a national one only when there is no other. National numbers are not first for two reasons: a newborn comes
 * under the mother's LBO and would replace her chart; and a patient who arrives without papers gets a JMBG only later, and would then get a second
 * chart.
 */
export function findByChartNumber(entry: Entry, isOwn: (system: string) => boolean): void {
  const given = ((entry.resource['identifier'] as Json[] | undefined) ?? []).filter(
    (one) => typeof one['system'] === 'string' && typeof one['value'] === 'string',
  )
  if (given.length < 2) return
  const ranked = given.map((one) => ({ one, rank: rankOf(one), isOwn: isOwn(String(one['system'])), text: `${String(one['system'])}|${String(one['value'])}` }))
  const [best] = ranked.toSorted((a, b) => a.rank - b.rank || Number(b.isOwn) - Number(a.isOwn) || (a.text < b.text ? -1 : 1))
  if (best !== undefined) entry.isFoundBy(best.one)
}

function rankOf(identifier: Json): number {
  if (isNational(identifier)) return nationalRank
  if (identifier['system'] === 'http://hl7.org/fhir/sid/us-ssn') return otherRank
  const code = ((identifier['type'] as Json | undefined)?.['coding'] as Json[] | undefined)?.[0]?.['code']
  return code === undefined ? unsaidRank : (ranks.get(code) ?? otherRank)
}
