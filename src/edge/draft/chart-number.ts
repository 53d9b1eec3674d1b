import type { Entry, Json } from './draft.ts'
import { isNational } from './national.ts'

// HL7 table 0203: which number is that of the chart, and which is only a patient's beside others.
const ranks = new Map<unknown, number>([
  ['MR', 0],
  ['PI', 1],
  ['PT', 2],
  ['LR', 2],
])
const [unsaidRank, otherRank, nationalRank] = [3, 4, 5]

/**
 * The number by which a chart is found, the same in whichever order they are given: the medical record number of the sender's own system first, then other local numbers, a national one only where there
 * is no other. National numbers are not first: a newborn is written under the mother's LBO, and would be written over her chart; and who comes in without papers has a JMBG only later, and
 * would have a second chart then.
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
