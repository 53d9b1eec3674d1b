import type { Json } from './draft.ts'

/** National numbers by their names in messages: the type of the identifier, or its authority. */
const byType = new Map<string, Kind>(Object.entries({ JMBG: 'jmbg', NNSRB: 'jmbg', EBS: 'ebs', LBO: 'lbo', LZB: 'lzb', PIB: 'pib', MB: 'mb' } as const))
const byAuthority = new Map<string, Kind>(
  Object.entries({ MUP: 'jmbg', JMBG: 'jmbg', EBS: 'ebs', RFZO: 'lbo', LBO: 'lbo', LZB: 'lzb', RIZIS: 'lzb', APR: 'mb' } as const),
)
const shapes: Record<Kind, RegExp> = { jmbg: /^\d{13}$/, ebs: /^\d{13}$/, lbo: /^\d{11}$/, lzb: /^\d{6,20}$/, pib: /^\d{9}$/, mb: /^\d{8}$/ }
// General types (HL7 table 0203) for which the authority tells the kind of number.
const isGeneral = new Set([undefined, 'NI', 'NNxxx', 'SS', 'HC', 'PI', 'NH', 'XX'])

type Kind = 'jmbg' | 'ebs' | 'lbo' | 'lzb' | 'pib' | 'mb'

/**
 * The system of a Serbian number (no official URIs are published, UNVERIFIED: `urn:rs:<kind>`). `null` means that the number does not have the form
 * of its kind: it keeps the sender's own system, so that a mistyped number finds nobody.
 */
export function nationalSystem(value: string, type: string | undefined, authority: string | undefined): string | null | undefined {
  const name = type?.toUpperCase()
  const typed = name === undefined ? undefined : byType.get(name)
  const kind = typed ?? (authority !== undefined && isGeneral.has(name) ? byAuthority.get(authority.toUpperCase()) : undefined)
  if (kind === undefined) return undefined
  return shapes[kind].test(value) ? `urn:rs:${kind}` : null
}

/**
 * Whether this is a JMBG by its day of birth and its last digit (Zakon o jedinstvenom matičnom broju građana); when the birth date is known, the days
 * must agree.
 */
export function isJmbgOf(value: string, birthDate: string | undefined): boolean {
  if (!/^\d{13}$/.test(value)) return false
  const digits = [...value].map(Number) as [number, ...number[]]
  const sum = digits.slice(0, 12).reduce((all, digit, at) => all + digit * (7 - (at % 6)), 0)
  if ((11 - (sum % 11)) % 11 !== digits[12]) return false
  const [day, month, year] = [value.slice(0, 2), value.slice(2, 4), value.slice(4, 7)]
  return (
    birthDate === undefined ||
    (birthDate.slice(1, 4) === year && [month, undefined].includes(part(birthDate, 5)) && [day, undefined].includes(part(birthDate, 8)))
  )
}
const part = (date: string, at: number) => (date.length > at ? date.slice(at, at + 2) : undefined)

const ofPersons = new Set<unknown>(['urn:rs:jmbg', 'urn:rs:ebs', 'urn:rs:lbo', 'urn:rs:lzb'])
export const isNational = (identifier: Json): boolean => ofPersons.has(identifier['system'])

/** The type and the authority of a national system for a CX. */
export function nationalName(system: string): { type: string; authority: string } | undefined {
  const kind = /^urn:rs:(jmbg|ebs|lbo|lzb|pib|mb)$/.exec(system)?.[1] as Kind | undefined
  if (kind === undefined) return undefined
  const authority = { jmbg: 'MUP', ebs: 'MUP', lbo: 'RFZO', lzb: 'RIZIS', pib: 'PU', mb: 'APR' }[kind]
  return { type: kind === 'jmbg' ? 'NNSRB' : kind.toUpperCase(), authority }
}

/** An MKB-10 code with a dot, as in FHIR's own examples: `J18.9`. In practice here it is written without. Other codes stay as they are. */
export function plainCode(code: string, system: string | undefined): string {
  if (system !== 'http://hl7.org/fhir/sid/icd-10') return code
  const parts = /^([A-Za-z]\d{2})\.?(\d{1,2})$/.exec(code)
  return parts === null ? code.toUpperCase() : `${(parts[1] as string).toUpperCase()}.${parts[2]}`
}
