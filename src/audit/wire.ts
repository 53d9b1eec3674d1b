// The types that audit sends to the portals: who looked at a person's record, in plain facts.

export type Look = {
  id: string
  at: string // ISO instant, UTC
  atBelgrade: string // `03.11.2026. 14:05:12`
  who: string
  role: string | null
  institution: string | null
  unit: string | null
  kind: 'read' | 'search' | 'write' | 'denied' | 'visit' | 'system'
  /** Resource types opened, most important first. */
  what: string[]
  purpose: string
  basis: string | null
  /** In the words of the person who opened it, for example why a visit was opened. */
  reason: string | null
  allowed: boolean
  count: number // looks of the same person, day and basis folded into this line
}

/** `GET /audit/people/:person/looks?before=ISO&limit=50` */
export type Looks = { looks: Look[]; next: string | null; total: number }
