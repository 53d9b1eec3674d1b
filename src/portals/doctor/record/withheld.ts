import type { Overview } from '../../../record/wire.ts'
import { type Message, messages } from '../../shared/message.ts'
import { resourceWords } from '../../shared/words.ts'

// A role may miss a hundred FHIR types; a reader wants a few words for what they mean.
const groups = messages({
  reasoning: { sr: 'лекарско мишљење и прогноза', en: 'the doctor’s reasoning and prognosis' },
  family: { sr: 'подаци о сродницима и наслеђу', en: 'data about relatives and heredity' },
  letters: { sr: 'преписка лекара и пацијента', en: 'letters between doctor and patient' },
  legal: { sr: 'правни папири', en: 'legal papers' },
  money: { sr: 'новац и осигурање', en: 'money and insurance' },
})

const groupOf: Record<string, Message> = {
  ClinicalImpression: groups.reasoning,
  RiskAssessment: groups.reasoning,
  FamilyMemberHistory: groups.family,
  MolecularSequence: groups.family,
  Communication: groups.letters,
  Contract: groups.legal,
  Consent: groups.legal,
  Account: groups.money,
  Claim: groups.money,
  Coverage: groups.money,
  Invoice: groups.money,
  ChargeItem: groups.money,
}

/** The withheld types in words, without duplicates. Types without a word are left out. */
export function withheldWords({ kinds }: NonNullable<Overview['withheld']>): Message[] {
  const words = kinds.map((kind) => groupOf[kind] ?? resourceWords[kind as keyof typeof resourceWords])
  return [...new Set(words.filter((word) => word !== undefined))]
}

/** Whether a section is withheld; it then says so instead of "not recorded". */
export function isWithheld({ withheld }: Overview, ...types: string[]): boolean {
  return withheld !== null && types.every((type) => withheld.kinds.includes(type))
}
