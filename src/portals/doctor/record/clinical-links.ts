import type { Problem, TimelineEntry, Therapy, LabSeries } from '../../../record/wire.ts'

/**
 * The therapy and the analyses that usually belong to a diagnosis, by ICD-10 chapter, ATC group and LOINC code. This is a suggestion for reading
 * and not a rule: it hides nothing for good, and for a diagnosis outside the table the page shows everything and says so.
 */
const links: { icd: RegExp; atc: RegExp; loinc: string[] }[] = [
  {
    icd: /^E1[0-4]/,
    atc: /^A10/,
    loinc: ['4548-4', '59261-8', '17856-6', '2345-7', '2339-0', '1558-6', '14749-6', '15074-8', '2160-0', '14682-9', '33914-3', '62238-1', '9318-7', '14959-1'],
  },
  {
    icd: /^(I1[0-5])/,
    atc: /^C0[2-9]/,
    loinc: ['2160-0', '14682-9', '2823-3', '6298-4', '2951-2', '2947-0', '33914-3', '62238-1', '8480-6', '8462-4', '85354-9', '3094-0'],
  },
  {
    icd: /^E78/,
    atc: /^C10/,
    loinc: ['2093-3', '14647-2', '2085-9', '14646-4', '2089-1', '13457-7', '18262-6', '22748-8', '2571-8', '14927-8', '1742-6', '1920-8'],
  },
  {
    icd: /^I(2[0-5]|6[0-9]|7[0-4])/,
    atc: /^(B01|C0[1-9]|C10)/,
    loinc: ['2093-3', '14647-2', '13457-7', '2089-1', '22748-8', '2571-8', '10839-9', '6598-7', '2157-6', '89579-7'],
  },
  { icd: /^I(48|49|50)/, atc: /^(B01|C0[13-9])/, loinc: ['6301-6', '34714-6', '5902-2', '2823-3', '6298-4', '33762-6', '30934-4', '2160-0', '14682-9'] },
  {
    icd: /^N1[789]/,
    atc: /^(B03|C0[39]|V03)/,
    loinc: ['2160-0', '14682-9', '33914-3', '62238-1', '98979-8', '2731-8', '2000-8', '14879-1', '3094-0', '22664-7', '2823-3', '6298-4', '718-7', '9318-7'],
  },
  { icd: /^E0[0-7]/, atc: /^H03/, loinc: ['3016-3', '11580-8', '3024-7', '14920-3', '3053-6', '14928-6'] },
  { icd: /^D5[0-3]/, atc: /^B03/, loinc: ['718-7', '789-8', '4544-3', '787-2', '4544-3', '2276-4', '2498-4', '14798-3', '2132-9', '2284-8'] },
  { icd: /^J4[4-6]/, atc: /^R03/, loinc: ['713-8', '711-2', '19113-0', '20150-9', '6690-2'] },
  { icd: /^(J0|J1|J2|A0|A4|N39)/, atc: /^J01/, loinc: ['1988-5', '6690-2', '26464-8', '751-8', '770-8', '33959-8', '30341-2', '4537-7'] },
  { icd: /^K7/, atc: /^A05/, loinc: ['1742-6', '1920-8', '1975-2', '14631-6', '2324-2', '6768-6', '1751-7', '6301-6'] },
  { icd: /^K2[0-9]/, atc: /^A02/, loinc: ['718-7', '2276-4', '2498-4'] },
  { icd: /^F/, atc: /^N0[5-7]/, loinc: ['14334-7', '3719-2', '3948-7'] },
  { icd: /^(G40|G43)/, atc: /^N0[23]/, loinc: ['4049-3', '3432-2', '3968-5'] },
  { icd: /^M(05|06|45|10)/, atc: /^(L0[14]|M0[14]|H02)/, loinc: ['1988-5', '4537-7', '30341-2', '3084-1', '14933-6', '11572-5'] },
  { icd: /^(C61|N40)/, atc: /^(G04|L02)/, loinc: ['2857-1', '10886-0'] },
  { icd: /^C50/, atc: /^L0[12]/, loinc: ['6875-9', '718-7', '6690-2', '777-3'] },
  { icd: /^(E21|E55|M8[01])/, atc: /^(A1[12]|M05)/, loinc: ['2731-8', '2000-8', '14879-1', '62292-8', '1989-3'] },
]

export type Linked = { therapy: Therapy[]; results: LabSeries[]; timeline: TimelineEntry[]; isKnown: boolean }
type Items = Pick<Linked, 'therapy' | 'results' | 'timeline'>

const isLoinc = (system: string | null) => system === null || system.includes('loinc')

/** The items that belong to a problem: items that name its code, and therapy and analyses by the table above. */
export function linkedTo(problem: Problem, { therapy, results, timeline }: Items): Linked {
  const code = problem.what.code ?? ''
  const link = links.find(({ icd }) => icd.test(code))
  const isNamed = namesProblem(problem)
  return {
    therapy: therapy.filter((one) => isNamed(one.reason) || (link?.atc.test(one.medicine.code ?? '') ?? false)),
    results: link ? results.filter(({ analysis }) => isLoinc(analysis.system) && link.loinc.includes(analysis.code ?? '')) : results,
    timeline: timeline.filter((entry) => isNamed(entry.detail) || isNamed(entry.title)),
    isKnown: link !== undefined,
  }
}

function namesProblem(problem: Problem): (text: string | null) => boolean {
  const stem = problem.what.code?.split('.')[0] ?? ''
  const name = problem.what.text.toLowerCase()
  const byCode = /^[A-Z]\d\d/.test(stem) ? new RegExp(`(^|[^A-Z0-9])${stem}`) : null
  return (text) => text !== null && ((byCode?.test(text) ?? false) || text.toLowerCase().includes(name))
}
