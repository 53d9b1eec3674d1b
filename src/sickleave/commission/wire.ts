import type { Leaves } from '../wire.ts'

// The types of the commissions' side.

/** `GET /sickleave/commission/people/:person/leaves/:leave`: the file of a case that waits for this commission. */
export type CommissionFile = Leaves & {
  degree: 1 | 2
  leave: string
  birthDate: string | null
  isProposed: boolean
  objection: { id: string; number: string; kind: string; madeBy: 'employer' | 'person' | 'fund'; due: string; text: string } | null
}
export type Decided = { status: string; until: string }

export type AgendaLine = {
  kind: 'proposal' | 'assessment' | 'control'
  person: string
  family: string
  given: string
  leave: string
  objection: string | null
  since: string
  due: string
  session: string | null
  proposedUntil: string | null
}
/** `GET /sickleave/commission/agenda`: cases with the nearest due date first. */
export type Agenda = { today: string; degree: 1 | 2; lines: AgendaLine[] }
