import type { Reason } from './reasons.ts'

/**
 * What a diagnosis usually means for the rest of the form, by the chapters of ICD-10 alone. It is only a suggestion, and the doctor decides: no code
 * of an illness tells whether an injury happened at work or whether somebody escorts a patient.
 */
export type Suggested = { reason: Reason; exception: 'malignant' | null }

const reasonOf: readonly (readonly [RegExp, Reason])[] = [
  [/^O\d\d/, '04'], // Chapter XV: pregnancy, childbirth, the puerperium.
  [/^Z52\.[1-9]/, '07'], // Donors of organs and tissues; Z52.0 is blood, which is no ground.
  [/^Z2[0-2]|^Z29\.0/, '05'], // Contact with a communicable disease, carriers, isolation.
  [/^Z76\.3/, '08'], // A healthy person who accompanies a sick one.
]

export function suggestedFor(diagnosis: string): Suggested {
  const [, reason = '01'] = reasonOf.find(([form]) => form.test(diagnosis)) ?? []
  return { reason, exception: /^C\d\d/.test(diagnosis) ? 'malignant' : null }
}
