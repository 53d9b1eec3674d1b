import type { Denied } from './wire.ts'

/**
 * A relation is a fact that ties a patient key to whoever may see the record, from a moment until a moment.
 * The upper slices hand these facts down; access alone draws the conclusion (ekarton.md section 12).
 * `consent` and `emergency` have their place and open nothing until their rules are written.
 */
export const relationKinds = ['chosen-doctor', 'visit', 'stay', 'substitute', 'referral', 'guardian', 'self', 'consent', 'emergency'] as const
export type RelationKind = (typeof relationKinds)[number]

export type Relation = {
  patient: number
  kind: RelationKind
  worker: number | null
  unit: number | null
  institution: number | null
  account: string | null
  /** Birth date of the child, for guardians: the age limit is a parameter, so the end is worked out when asked. */
  born: string | null
  from: Date
  until: Date | null
  endedAt: Date | null
}

/** How much of a record a basis opens; `typesHidden` says what each leaves out. */
export type View = 'whole' | 'nurse' | 'laboratory' | 'self' | 'own-submissions'

export type Basis = { kind: RelationKind | 'own-submissions'; until: Date | null; view: View }

export type Action = 'read' | 'write' | 'search'

/** What is true of the one who asks at this moment; with the relation rows and the clock it is all a decision needs. */
export type Circumstances = {
  kind: 'person' | 'system' | 'anonymous'
  roles: readonly string[]
  account: string
  worker: number | null
  institution: number | null
  unit: number | null
  /** Units on whose roster the worker stands now. */
  duties: readonly { unit: number; until: Date }[]
  /** Doctors whom this worker stands in for today, and the end of the last day of it. */
  standsInFor: readonly { worker: number; until: Date }[]
  /** Age from which a child alone opens its record. */
  guardianAge: number
}

export type DenialReason =
  | 'unknown'
  | 'no-relation'
  | 'relation-ended'
  | 'not-on-duty'
  | 'role-without-records'
  | 'not-own-record'
  | 'child-grown'
  | 'read-only'

export type Decision = { permit: true; basis: Basis } | { permit: false; because: DenialReason; denied: Denied }

/** What `relationsOf` gives to a search: every key with a live relation; own submissions are open by institution beside them. */
export type Relations = { keys: Map<number, Basis>; institution: number | null; everything: boolean }
