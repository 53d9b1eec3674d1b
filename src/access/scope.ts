import type { Actor } from '../platform/actor.ts'
import { Refusal } from '../platform/refusal.ts'

/** Create, read, update, delete, search: SMART App Launch 2.2, section "Scopes for requesting FHIR Resources". */
export type Interaction = 'c' | 'r' | 'u' | 'd' | 's'
const order = 'cruds'
const scopesMax = 200

/** Resource type, or `*`, to the letters it grants. */
export type Grant = Map<string, string>

/** Rights that are about no FHIR type: registered and asked for by name, because no wildcard contains them. Whoever owns one enforces it. */
const namedRights = new Set(['system/lzb.convert', 'system/search.explain', 'system/sickleave.employer'])

const shape = /^system\/(\*|[A-Z][A-Za-z]{2,60})\.(read|write|\*|[cruds]{1,5})$/
const olderForms: Record<string, string> = { read: 'rs', write: 'cud', '*': 'cruds' }

/** Reads scopes of a system; anything we would not enforce exactly as written is refused, not ignored. */
export function parseScopes(text: string): Grant | Refusal {
  const grant: Grant = new Map()
  const scopes = text.split(/\s+/).filter(Boolean)
  if (scopes.length > scopesMax) return new Refusal('incorrect', `at most ${scopesMax} scopes`)
  for (const scope of scopes) {
    if (namedRights.has(scope)) {
      grant.set(scope, '')
      continue
    }
    const [, type, written] = shape.exec(scope) ?? []
    if (type === undefined || written === undefined)
      return new Refusal('incorrect', `scope ${JSON.stringify(scope.slice(0, 80))} is not one of system/Type.cruds`)
    const letters = olderForms[written] ?? written
    if (!isInOrder(letters)) return new Refusal('incorrect', `letters of scope ${scope} must be a part of "cruds" in that order`)
    grant.set(type, union(grant.get(type) ?? '', letters))
  }
  return grant
}

const isInOrder = (letters: string) => [...letters].every((letter, at) => at === 0 || order.indexOf(letter) > order.indexOf(letters[at - 1] as string))
const union = (one: string, other: string) => [...order].filter((letter) => one.includes(letter) || other.includes(letter)).join('')
const common = (one: string, other: string) => [...order].filter((letter) => one.includes(letter) && other.includes(letter)).join('')

/** What is both asked for and registered: a token never holds more than its client. */
export function narrow(asked: Grant, registered: Grant): Grant {
  const granted: Grant = new Map()
  const add = (type: string, letters: string) => {
    if (letters) granted.set(type, union(granted.get(type) ?? '', letters))
  }
  const everywhere = registered.get('*') ?? ''
  for (const [type, letters] of asked) {
    if (namedRights.has(type)) {
      if (registered.has(type)) granted.set(type, '')
    } else if (type === '*') for (const [registeredType, more] of registered) add(registeredType, common(letters, more))
    else add(type, common(letters, union(everywhere, registered.get(type) ?? '')))
  }
  return granted
}

export function printScopes(grant: Grant): string[] {
  return [...grant].map(([type, letters]) => (namedRights.has(type) ? type : `system/${type}.${letters}`)).sort()
}

const known = new Map<string, Grant>()
const knownMax = 2000
function grantOf(scopes: readonly string[]): Grant {
  const text = scopes.join(' ')
  let grant = known.get(text)
  if (!grant) {
    const parsed = parseScopes(text)
    grant = parsed instanceof Refusal ? new Map<string, string>() : parsed
    if (known.size >= knownMax) known.clear()
    known.set(text, grant)
  }
  return grant
}

/** Does the token of a system allow this? People carry no scopes: the decision alone says what they may do. */
export function hasScope(actor: Actor, type: string, interaction: Interaction): boolean {
  if (actor.kind === 'person') return true
  if (actor.kind !== 'system') return false
  const grant = grantOf(actor.scopes)
  return (grant.get('*') ?? '').includes(interaction) || (grant.get(type) ?? '').includes(interaction)
}

/** Called on every path before the decision; a scope never widens it. */
export function requireScope(actor: Actor, type: string, interaction: Interaction): void {
  if (hasScope(actor, type, interaction)) return
  throw new Refusal('forbidden', `the token lacks the scope system/${type}.${interaction}`, {
    hint: 'Ask for this scope at the token endpoint; the operator registers which scopes a client may hold.',
    details: { reason: 'insufficient_scope', opens: [`system/${type}.${interaction}`] },
  })
}
