import type { Denied, Me } from '../../access/wire.ts'

/** An answer that is not 2xx, or no answer at all (`status` 0). */
export class Failure extends Error {
  readonly status: number
  readonly denied: Denied | null
  readonly reference: string | null
  /** All errors that the answer names, as sentences. */
  readonly issues: readonly string[]
  /** The sentence about each field, by the field's name. */
  readonly places: ReadonlyMap<string, string>
  readonly details: unknown

  constructor(
    status: number,
    message: string,
    denied: Denied | null,
    reference: string | null,
    more: { issues?: string[]; places?: ReadonlyMap<string, string>; details?: unknown } = {},
  ) {
    super(message)
    this.name = 'Failure'
    this.status = status
    this.denied = denied
    this.reference = reference
    this.issues = more.issues ?? []
    this.places = more.places ?? new Map()
    this.details = more.details ?? null
  }
}

const never = new Promise<never>(() => {})
let csrf = ''
let who = ''
let isLeaving = false

/** Sends the browser to the sign-in, which returns here. The promise never settles, so the page stays as it is until the browser leaves it. */
export function signIn(): Promise<never> {
  if (isLeaving) return never // Several requests of a page may be refused at once; only the first leads away.
  isLeaving = true
  location.assign(`/sign-in?to=${encodeURIComponent(location.pathname + location.search + location.hash)}`)
  return never
}

export async function whoAmI(): Promise<Me> {
  const me = await get<Me>('/access/me')
  csrf = me.csrf
  who = me.id
  return me
}

export async function signOut(): Promise<void> {
  await send('/sign-out', { method: 'POST', headers: { 'x-spona-csrf': csrf } })
  location.assign('/')
}

/** `stay`: the page stays when the session has ended, because the reader has typed something into it. */
export async function get<T>(path: string, signal?: AbortSignal, atEnd: 'leave' | 'stay' = 'leave'): Promise<T> {
  const response = await send(path, signal ? { signal } : {}, atEnd)
  return (await response.json()) as T
}

export async function post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const response = await send(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-spona-csrf': csrf },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  })
  return (response.status === 204 ? null : await response.json()) as T
}

/**
 * Sends what a person typed. When the session has ended, the page stays as it is and says so; it goes on once the same person has signed in
 * again in another tab. A body with a `type` is a file and is sent unchanged.
 */
export async function submit<T>(method: 'POST' | 'PUT', path: string, body: unknown, more: { type?: string; signal?: AbortSignal } = {}): Promise<T> {
  if (csrf === '') await whoAmIStill()
  const headers = { 'content-type': more.type ?? 'application/json', 'x-spona-csrf': csrf }
  const sent = { method, headers, body: more.type ? (body as Blob) : JSON.stringify(body), ...(more.signal ? { signal: more.signal } : {}) }
  const response = await send(path, sent, 'stay')
  return (response.status === 204 ? null : await response.json()) as T
}

async function whoAmIStill(): Promise<void> {
  const next = (await (await send('/access/me', {}, 'stay')).json()) as Me
  if (who !== '' && next.id !== who) throw new Failure(401, 'another person has signed in', null, null)
  csrf = next.csrf
  who = next.id
}

export async function remove(path: string): Promise<void> {
  await send(path, { method: 'DELETE', headers: { 'x-spona-csrf': csrf } })
}

/** For pages without sign-in: sent without the session that the browser may have, and so without its token against forged requests. */
export async function postAsNobody<T>(path: string, body: unknown): Promise<T> {
  const response = await send(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), credentials: 'omit' })
  return (await response.json()) as T
}

/** Saves the answer as a file under the name that the server gives. */
export async function download(path: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json', 'x-spona-csrf': csrf }
  const response = await send(path, { method: 'POST', headers, body: JSON.stringify(body) })
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await response.blob())
  link.download = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'file'
  link.click()
  URL.revokeObjectURL(link.href)
}

/** A change without a body: sets or removes what the address names. */
export async function change(method: 'PUT' | 'DELETE', path: string): Promise<void> {
  await send(path, { method, headers: { 'x-spona-csrf': csrf } })
}

async function send(path: string, init: RequestInit, atEnd: 'leave' | 'stay' = 'leave'): Promise<Response> {
  const headers = new Headers(init.headers)
  headers.set('accept', 'application/json')
  headers.set('accept-language', document.documentElement.lang) // The server writes refusals in this language.
  let response: Response
  try {
    response = await fetch(path, { credentials: 'same-origin', ...init, headers })
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw new Failure(0, 'no connection', null, null)
  }
  if (response.ok) return response
  if (response.status === 401) {
    if (atEnd === 'leave') return signIn()
    csrf = '' // The token belongs to the session that has ended.
  }
  throw await failureOf(response)
}

async function failureOf(response: Response): Promise<Failure> {
  const reference = response.headers.get('x-correlation-id') ?? response.headers.get('x-request-id')
  const body: unknown = await response.json().catch(() => null)
  const all = (body as Outcome | null)?.issue ?? []
  const issues = all.flatMap((issue) => sentenceOf(issue) ?? [])
  const places = new Map(all.flatMap((issue) => (issue.expression ?? []).map((place) => [place, sentenceOf(issue) ?? ''] as const)))
  return new Failure(response.status, issues[0] ?? response.statusText, deniedOf(body), reference, { issues, places, details: detailsOf(body) })
}

type Issue = { diagnostics?: string; expression?: string[]; details?: { text?: string } }
type Outcome = {
  issue?: Issue[]
  extension?: { url: string; valueString?: string }[]
}

function detailsOf(body: unknown): unknown {
  const details = (body as Outcome | null)?.extension?.find(({ url }) => url === 'urn:spona:outcome-details')?.valueString
  return details ? parse(details) : null
}

/** A 403 carries `Denied` in an extension of its OperationOutcome. */
function deniedOf(body: unknown): Denied | null {
  const denied = (detailsOf(body) ?? body) as Partial<Denied> | null
  return typeof denied?.reason === 'string' ? { reason: denied.reason, opens: denied.opens ?? [] } : null
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The sentence about an error, with the remedy when the server knows one. */
const sentenceOf = ({ diagnostics, details }: Issue): string | null =>
  diagnostics === undefined ? null : details?.text ? `${diagnostics.replace(/\.$/, '')}. ${details.text}` : diagnostics
