// Objections and requests about an assessment, a period or a sum. An employer hears that its objection was taken and how it ended, never who decided.

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
export type Objections = { objections: (ObjectionShown & { answer?: string | null })[] }

/** At a desk: `GET /sickleave/commission/agenda`, `GET /sickleave/fund/objections`, `GET /sickleave/corrections`. */
export type DeskLine = ObjectionShown & {
  person: string
  madeBy: 'employer' | 'person' | 'fund'
  employer: string | null
  session: string | null
  text: string
}
export type Desk = { today: string; lines: DeskLine[] }
