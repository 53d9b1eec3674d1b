import { numbers } from '../identity/identity.ts'
import { mayHoldNumber } from '../platform/personal-number.ts'
import { Refusal } from '../platform/refusal.ts'
import type { World } from '../platform/world.ts'

/**
 * Ids of resources. An id given by the server is a UUIDv8 whose first 48 bits are the patient key, so a read by id goes
 * straight to the patient's rows and no index over all ids exists. The key is random: a pseudonym, never a national number.
 */
export const reservedKeys = 4096

/** The key as the log names it: null for what is about nobody. */
export const patientOrNone = (key: number): number | null => (key < reservedKeys ? null : key)

/** `ending`: twelve digits that say more than chance would (owner.ts). */
export function newId(world: World, patient: number, ending: string | null = null): string {
  const noise = world.random(10)
  noise[0] = ((noise[0] as number) & 0x0f) | 0x80 // version 8: custom layout (RFC 9562, section 5.8)
  noise[2] = ((noise[2] as number) & 0x3f) | 0x80 // variant
  const rest = noise.toString('hex')
  return `${idBeginning(patient)}${rest.slice(1, 4)}-${rest.slice(4, 8)}-${ending ?? rest.slice(8)}`
}

/** A key for things that are not about one patient: spread over many so that no row or page is hot. */
export const newSharedKey = (world: World): number => 1 + (world.random(2).readUInt16BE() % (reservedKeys - 1))

const serverId = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
export const isServerId = (id: string): boolean => serverId.test(id)

/** How the ids of what is filed under a key begin. */
export function idBeginning(patient: number): string {
  if (patient === lastBeginning.patient) return lastBeginning.text
  const key = patient.toString(16).padStart(12, '0')
  lastBeginning = { patient, text: `${key.slice(0, 8)}-${key.slice(8)}-8` }
  return lastBeginning.text
}
// A bundle asks for the same patient hundreds of times.
let lastBeginning = { patient: Number.NaN, text: '' }

/** The patient key inside an id given by the server. */
export const keyOfId = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)

/** R4 data type `id`. */
export const isFhirId = (id: string): boolean => /^[A-Za-z0-9\-.]{1,64}$/.test(id)

/**
 * Ids stand in addresses, links and the log, where no personal number may (design decision 13). What has the form of a JMBG, EBS
 * or LBO is refused as a new id, whether or not its check digit is right.
 */
export function requireNoPersonalNumber(id: string, expression: string): void {
  const isNumber = isLikeNumber(id)
  if (!isNumber && !holdsJmbg(id)) return
  const sentence = isNumber ? 'an id of 11 or 13 digits may be a personal number and is not accepted' : 'the id holds a JMBG and is not accepted'
  throw new Refusal('unprocessable', sentence, {
    expression,
    hint: 'Let the server choose the id (POST); the number itself belongs into identifier.',
  })
}

const isLikeNumber = (id: string): boolean => /^(?:\d{11}|\d{13})$/.test(id)

/**
 * Whether a search that is kept may name somebody by a personal number. An id that is accepted here is none, though many hold a time in milliseconds, which
 * has as many digits; anything else that is asked for may be one.
 */
export function mayAskByNumber({ fhir }: World, type: string, query: string): boolean {
  const references = new Set(fhir.parameters(type).flatMap((one) => (one.type === 'reference' ? [one.code] : [])))
  return [...new URLSearchParams(query)].some(([name, value]) => {
    const [code = '', modifier] = name.split(':')
    const isById = code === '_id' || (references.has(code) && modifier !== 'identifier' && !name.includes('.'))
    return mayHoldNumber(name) || (isById ? value.split(/[^A-Za-z0-9\-.]/).some((id) => isLikeNumber(id) || holdsJmbg(id)) : mayHoldNumber(value))
  })
}

export type Reference = { type: string; id: string; version: string | null }

/** Reads `Type/id`, `Type/id/_history/1` or the same below our own base; anything else is not a reference to this server. */
export function parseReference(text: string, base: string): Reference | null {
  const local = base !== '' && text.startsWith(`${base}/`) ? text.slice(base.length + 1) : text
  const found = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?$/.exec(local)
  return found ? { type: found[1] as string, id: found[2] as string, version: found[3] ?? null } : null
}

const endOfTime = '9999-12-31'

/** Thirteen digits among others are as often a time in milliseconds, so here the date and the check digit must be right. */
function holdsJmbg(text: string): boolean {
  return text.split(/\D+/).some((digits) => digits.length === 13 && numbers.checkJmbg(digits, { today: endOfTime }).ok)
}
