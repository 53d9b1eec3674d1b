// Objections and requests about an assessment, a period or a sum. An employer learns that its objection was received and how it ended, and never who
// decided.

export type ObjectionKind = 'assessment' | 'control' | 'correction' | 'calculation'
export type ObjectionState = 'open' | 'accepted' | 'rejected' | 'withdrawn'

/** `GET /sickleave/employer/:pib/objections`, `GET /sickleave/mine/objections` */
export type ObjectionShown = {
  id: string
  number: string
  kind: ObjectionKind
  leave: string
  request: string | null
  employee: { family: string; given: string }
  state: ObjectionState
  madeAt: string
  due: string
  endedAt: string | null
}
/** What a person may still object to: `degree` of the commission that would decide, or null when the Fund would. */
export type ObjectionLimit = { kind: 'assessment' | 'calculation'; leave: string; request: string | null; until: string; degree: 1 | 2 | null }
/** A person also reads the answers, and until when each objection may be made. */
export type Objections = { objections: (ObjectionShown & { answer?: string | null })[]; limits?: ObjectionLimit[] }

/** `GET /sickleave/employer/objections`: of all employers for whom you act. */
export type EmployersObjections = { today: string; objections: (ObjectionShown & { pib: string; name: string })[]; more: boolean }

/** At a desk: `GET /sickleave/commission/agenda`, `GET /sickleave/fund/objections`. */
export type DeskLine = ObjectionShown & {
  person: string
  madeBy: 'employer' | 'person' | 'fund'
  employer: string | null
  session: string | null
  text: string
}
export type Desk = { today: string; lines: DeskLine[] }
/** A request that waits for a colleague of the same unit. It does not say whose leave it is until somebody takes it. */
export type ColleaguesLine = { id: string; number: string; madeAt: string; due: string; doctor: string }
/** `GET /sickleave/corrections`, and the answer of the acts there. */
export type CorrectionsDesk = Desk & { ofColleagues: ColleaguesLine[] }
