/** Who asks. Made by access from a token or a session; everything else only reads it. */
export type Actor = {
  kind: 'person' | 'system' | 'anonymous'
  /** Account or client id: stable, never a personal number. */
  id: string
  /** As the access log and the patient see it. */
  name: string
  roles: readonly string[]
  /** SMART v2 scopes; they can only narrow what a decision allows. */
  scopes: readonly string[]
  institution: number | null
  institutionName: string | null
  unit: number | null
  unitName: string | null
  /** Row of registry.worker, for health workers. */
  worker: number | null
  /** Patient key of the account's own person (root key), for citizens. */
  patient: number | null
  session: string | null
}

export const anonymous: Actor = {
  kind: 'anonymous',
  id: 'anonymous',
  name: 'anonymous',
  roles: [],
  scopes: [],
  institution: null,
  institutionName: null,
  unit: null,
  unitName: null,
  worker: null,
  patient: null,
  session: null,
}

/** An actor as the access log keeps it. */
export type Who = {
  id: string
  name: string
  kind: 'person' | 'system' | 'anonymous'
  role: string | null
  institution: number | null
  institutionName?: string | null
  unit: number | null
  unitName?: string | null
}

const whoOf = new WeakMap<Actor, Who>()

/** The person or system of a request, as the access log keeps them. */
export function whoIs(actor: Actor): Who {
  let who = whoOf.get(actor)
  if (!who) {
    const { id, name, kind, institution, institutionName, unit, unitName } = actor
    who = Object.freeze({ id, name, kind, role: actor.roles[0] ?? null, institution, institutionName, unit, unitName })
    whoOf.set(actor, who)
  }
  return who
}
