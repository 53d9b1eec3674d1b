import { birthdayOf, startOfDay } from '../platform/calendar.ts'
import { denied } from './denial.ts'
import type { Action, Basis, Circumstances, Decision, DenialReason, Relation, View } from './relation.ts'

/** What a health worker's role opens once there is a relation; every other role opens nothing clinical. */
const viewOfRole: Record<string, View> = { doctor: 'whole', nurse: 'nurse', laboratory: 'laboratory' }

function viewOf(who: Circumstances): View | null {
  for (const role of ['doctor', 'nurse', 'laboratory']) if (who.roles.includes(role)) return viewOfRole[role] as View
  return null
}

const earlier = (one: Date | null, other: Date | null): Date | null => {
  if (one === null || other === null) return one ?? other
  return one < other ? one : other
}

export const isLive = (row: Relation, now: Date) => row.from <= now && (row.until === null || row.until > now) && row.endedAt === null

/** The one table of who sees whom. Pure: same person, row and instant give the same basis. */
export function basisOf(who: Circumstances, row: Relation, now: Date): Basis | null {
  if (!isLive(row, now)) return null
  if (who.kind === 'system') return basisOfSystem(who, row)
  if (who.kind !== 'person') return null
  if (row.kind === 'self' || row.kind === 'guardian') return basisOfCitizen(who, row, now)
  return basisOfWorker(who, row)
}

/** Software of an institution sees whom the institution treats now. */
function basisOfSystem(who: Circumstances, row: Relation): Basis | null {
  const treated = (row.kind === 'visit' || row.kind === 'stay') && row.institution !== null && row.institution === who.institution
  return treated ? { kind: row.kind, until: row.until, view: 'whole' } : null
}

function basisOfCitizen(who: Circumstances, row: Relation, now: Date): Basis | null {
  if (row.account !== who.account) return null
  if (row.kind === 'self') return { kind: 'self', until: row.until, view: 'self' }
  const grown = row.born === null ? null : startOfDay(birthdayOf(row.born, who.guardianAge))
  if (grown !== null && grown <= now) return null
  return { kind: 'guardian', until: earlier(row.until, grown), view: 'self' }
}

function basisOfWorker(who: Circumstances, row: Relation): Basis | null {
  const view = viewOf(who)
  if (view === null || who.worker === null) return null
  const isNamed = row.worker === who.worker
  const duty = row.unit === null ? undefined : who.duties.find((one) => one.unit === row.unit)

  switch (row.kind) {
    case 'chosen-doctor': {
      if (view !== 'whole') return null
      if (isNamed) return { kind: 'chosen-doctor', until: row.until, view }
      const instead = who.standsInFor.find((one) => one.worker === row.worker)
      return instead ? { kind: 'substitute', until: earlier(row.until, instead.until), view } : null
    }
    case 'visit':
    case 'stay': {
      // A visit elsewhere gives nothing here, even to the same doctor under a second employment.
      if (row.institution !== null && row.institution !== who.institution) return null
      if (isNamed) return { kind: row.kind, until: row.until, view }
      return duty ? { kind: row.kind, until: earlier(row.until, duty.until), view } : null
    }
    case 'substitute':
      return isNamed && view === 'whole' ? { kind: 'substitute', until: row.until, view } : null
    case 'referral': {
      // Triage is read by whoever works on the unit, on the roster of the day or not.
      const isOwnUnit = row.unit !== null && row.unit === who.unit
      if (isNamed || isOwnUnit) return { kind: 'referral', until: row.until, view }
      return duty ? { kind: 'referral', until: earlier(row.until, duty.until), view } : null
    }
    default:
      return null // consent and emergency open nothing until their rules exist
  }
}

const rank: Record<View, number> = { whole: 4, self: 3, nurse: 2, laboratory: 1, 'own-submissions': 0 }

/** The basis that opens more; of two that open the same, the one that lasts longer. */
export function better(one: Basis | null, other: Basis | null): Basis | null {
  if (one === null || other === null) return one ?? other
  if (rank[one.view] !== rank[other.view]) return rank[one.view] > rank[other.view] ? one : other
  const last = (basis: Basis) => basis.until?.getTime() ?? Number.POSITIVE_INFINITY
  return last(other) > last(one) ? other : one
}

/** The decision for one person: the rows are those of every key of that person. */
export function decideOn(who: Circumstances, action: Action, rows: readonly Relation[], now: Date): Decision {
  let basis: Basis | null = null
  for (const row of rows) basis = better(basis, basisOf(who, row, now))
  // An institution always reads what it submitted and files what it did; the record narrows the answer to that.
  if (basis === null && who.kind === 'system' && who.institution !== null) {
    basis = { kind: 'own-submissions', until: null, view: 'own-submissions' }
  }
  if (basis === null) return deny(whyNot(who, rows, now))
  if (action === 'write' && basis.view === 'self') return deny('read-only')
  return { permit: true, basis }
}

export function deny(because: DenialReason): Decision {
  return { permit: false, because, denied: denied(because, 'en') }
}

/** Only what the one who asks already knows of themselves may shape the reason: their own past relation, their own unit. */
function whyNot(who: Circumstances, rows: readonly Relation[], now: Date): DenialReason {
  if (who.kind !== 'person') return 'unknown'
  if (viewOf(who) !== null && who.worker !== null) {
    if (rows.some((row) => row.worker === who.worker && !isLive(row, now))) return 'relation-ended'
    const onOwnUnit = (row: Relation) => (row.kind === 'visit' || row.kind === 'stay') && row.unit !== null && row.unit === who.unit
    return rows.some((row) => onOwnUnit(row) && isLive(row, now)) ? 'not-on-duty' : 'no-relation'
  }
  if (rows.some((row) => row.kind === 'guardian' && row.account === who.account)) return 'child-grown'
  return who.roles.includes('patient') ? 'not-own-record' : 'role-without-records'
}
