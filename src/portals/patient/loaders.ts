import type { LoaderFunctionArgs } from 'react-router'
import type { Me } from '../../access/wire.ts'
import type { Looks } from '../../audit/wire.ts'
import type { DocumentView, Overview, VisitsReported } from '../../record/wire.ts'
import type { Leaves } from '../../sickleave/wire.ts'
import { get, whoAmI } from '../shared/api.ts'

let me: Promise<Me> | null = null

/** The signed-in person, loaded once per page: every address of the portal needs to know whose record is meant. */
export function knownMe(): Promise<Me> {
  me ??= whoAmI()
  me.catch(() => {
    me = null
  })
  return me
}

const freshMs = 60_000
const overviews = new Map<string, { at: number; answer: Promise<Overview> }>()

/** The start page and the record show the same answer. Within a minute it is loaded only once, and logged as one look. */
function overviewOf(person: string): Promise<Overview> {
  const known = overviews.get(person)
  if (known && Date.now() - known.at < freshMs) return known.answer
  const answer = quiet(get<Overview>(`/record/people/${encodeURIComponent(person)}/overview`))
  answer.catch(() => overviews.delete(person))
  overviews.set(person, { at: Date.now(), answer })
  return answer
}

export const looksOf = (person: string, before: string | null) =>
  quiet(get<Looks>(`/audit/people/${encodeURIComponent(person)}/looks?limit=50${before ? `&before=${encodeURIComponent(before)}` : ''}`))

/** The person in the address, otherwise the signed-in person. */
async function personOf(params: LoaderFunctionArgs['params']): Promise<string | null> {
  return params.person ?? (await knownMe()).person
}

export async function homeLoader({ params }: LoaderFunctionArgs) {
  const person = await personOf(params)
  return person === null ? null : { overview: overviewOf(person), looks: looksOf(person, null) }
}

export async function recordLoader({ params }: LoaderFunctionArgs) {
  const person = await personOf(params)
  return person === null ? null : { overview: overviewOf(person) }
}

export async function looksLoader({ params }: LoaderFunctionArgs) {
  const person = await personOf(params)
  return person === null ? null : { person, looks: looksOf(person, null) }
}

export async function visitsLoader({ params }: LoaderFunctionArgs) {
  const person = await personOf(params)
  return person === null ? null : { visits: quiet(get<VisitsReported>(`/record/people/${encodeURIComponent(person)}/visits`)) }
}

export const leavesLoader = () => ({ leaves: quiet(get<Leaves>('/sickleave/mine')) })

export async function documentLoader({ params }: LoaderFunctionArgs) {
  const person = await personOf(params)
  if (person === null) return null
  const path = `/record/people/${encodeURIComponent(person)}/documents/${encodeURIComponent(params.document ?? '')}`
  return { document: quiet(get<DocumentView>(path)) }
}

/** The section that awaits the promise shows its rejection. Until the section is mounted, the rejection must not count as unhandled. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}
