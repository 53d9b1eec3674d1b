import type { Who } from '../platform/actor.ts'

/** What was done. Reads and writes are FHIR interactions; the rest are acts of Spona itself. */
export type Action =
  | 'read'
  | 'search'
  | 'history'
  | 'export'
  | 'create'
  | 'update'
  | 'delete'
  | 'move'
  | 'erase'
  | 'visit' // a doctor opened a visit with the patient present
  | 'identify' // a personal number was turned into a person, or back
  | 'sign-in'
  | 'sign-out'
  | 'grant'
  | 'revoke'
  | 'configure' // relations, clients, accounts, keys

export type Decision = 'permit' | 'deny'

export type Entry = {
  action: Action
  who: Who
  /** Key of the patient concerned; null when no patient is. */
  patient: number | null
  /** Resource types or references, separated by spaces or commas (`Observation/7f… Condition`), or one of our own pages in lower case. */
  what: string
  purpose: string
  /** The relation that allowed the act; for a denial, what was missing. */
  basis: string | null
  decision: Decision
  /** The reason in the actor's own words, where Spona asks for one: why a visit is opened. The patient reads it. */
  reason?: string
  /** Ties together everything one request did. */
  correlation: string
  /** How many resources were disclosed or written. */
  count?: number
}

/** An entry as it will be hashed: its text, and the columns that repeat parts of the text. */
export type WrittenEntry = {
  patient: number
  at: string
  actor: string
  institution: number | null
  action: string
  decision: Decision
  text: string
}

/** The fields of an entry's text once it is parsed again. */
export type EntryText = Omit<Entry, 'count'> & { at: string; atBelgrade: string; count: number }

const lengthsMax = { what: 2000, name: 200, word: 200 }
/** JMBG and EBS have 13 digits, LBO and LZB 11; a UUID never has such a run between its hyphens. */
const personalNumber = /(?<![0-9a-f])\d{11}(?:\d{2})?(?![0-9a-f])/g

/** A quick test for anything that `clean` takes out; nearly no text has any of it. */
const suspicious = /[\0\ud800-\udfff]|\d{11}/

/**
 * Makes text fit to stand in the audit for ever. Callers do not pass personal numbers; this is the net below them, because a correlation id or a
 * client's own resource id comes from outside and no row here can be taken back.
 */
function clean(text: string, lengthMax: number): string {
  const short = text.length > lengthMax ? `${text.slice(0, lengthMax - 1)}…` : text
  if (!suspicious.test(short)) return short
  return short.toWellFormed().replaceAll('\0', '').replace(personalNumber, '•••')
}

const word = (text: string) => clean(text, lengthsMax.word)
const wordOrNull = (text: string | null | undefined) => (text === null || text === undefined ? null : word(text))

const writtenWho = new WeakMap<Who, { id: string; text: string }>()

/** The text is remembered: the same person or system asks again and again. */
function writeWho(who: Who): { id: string; text: string } {
  let written = writtenWho.get(who)
  if (written) return written
  const id = word(who.id)
  const text = JSON.stringify({
    id,
    name: clean(who.name, lengthsMax.name),
    kind: who.kind,
    role: wordOrNull(who.role),
    institution: who.institution,
    institutionName: wordOrNull(who.institutionName),
    unit: who.unit,
    unitName: wordOrNull(who.unitName),
  })
  written = { id, text }
  if (Object.isFrozen(who)) writtenWho.set(who, written)
  return written
}

/** The one canonical text of an entry: fields in this order, no spaces. Verification never rebuilds it; it hashes the stored text. */
export function writeEntry(entry: Entry, now: Date): WrittenEntry {
  const { who } = entry
  const at = now.toISOString()
  const { id: actor, text: whoText } = writeWho(who)
  const { action, decision, patient, reason, count = 1 } = entry
  // The text is put together by hand: building an object only to print it costs as much as the hash. Actions and decisions come from our own code and
  // need no escaping.
  const reasonText = reason === undefined ? '' : `"reason":${quoted(clean(reason, lengthsMax.what))},`
  const text =
    `{"at":"${at}","atBelgrade":"${belgradeTime(now)}","action":"${action}","decision":"${decision}","who":${whoText},"patient":${patient},` +
    `"what":${quoted(clean(entry.what, lengthsMax.what))},"purpose":${quoted(word(entry.purpose))},"basis":${quoted(wordOrNull(entry.basis))},` +
    `${reasonText}"correlation":${quoted(word(entry.correlation))},"count":${count}}`
  return { patient: patient ?? 0, at, actor, institution: who.institution, action, decision, text }
}

const quoted = (text: string | null): string => JSON.stringify(text)

const belgrade = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/Belgrade',
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
let cachedSecond = Number.NaN
let cachedText = ''

/**
 * `03.11.2026. 14:05:12`, as times are written in Serbia. Thousands of entries share a second, and formatting is the costly part, so the last second
 * is cached.
 */
export function belgradeTime(instant: Date): string {
  const second = Math.floor(instant.getTime() / 1000)
  if (second !== cachedSecond) {
    const parts = new Map(belgrade.formatToParts(instant).map((part) => [part.type, part.value]))
    const get = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? ''
    cachedText = `${get('day')}.${get('month')}.${get('year')}. ${get('hour')}:${get('minute')}:${get('second')}`
    cachedSecond = second
  }
  return cachedText
}
