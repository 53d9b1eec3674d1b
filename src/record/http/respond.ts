import type { FastifyReply, FastifyRequest } from 'fastify'
import { fhirJson } from '../../platform/http.ts'
import { outcomeOf, Refusal, type RefusalIssue } from '../../platform/refusal.ts'
import { anyVersion, type Applied, type Expected } from '../write/apply.ts'
import type { Asking } from '../asking.ts'

/** What the client asked for in `Prefer` (R4 http, sections 3.1.0.1.8 and 3.1.1.3). */
export type Preference = { give: 'representation' | 'minimal' | 'OperationOutcome'; lenient: boolean; isGiven: boolean }

export function preferenceOf(request: FastifyRequest): Preference {
  const text = [request.headers['prefer'] ?? ''].flat().join(',')
  const give = /(?:^|[,;\s])return="?(minimal|representation|OperationOutcome)\b/.exec(text)?.[1] as Preference['give'] | undefined
  const handling = /(?:^|[,;\s])handling=(\w+)/.exec(text)?.[1]
  return { give: give ?? 'representation', lenient: handling === 'lenient', isGiven: give !== undefined }
}

/** All pairs of the query in order: a repeated parameter means AND, so none may be lost. */
export function pairsOf(request: FastifyRequest): [string, string][] {
  const at = request.raw.url?.indexOf('?') ?? -1
  return at < 0 ? [] : [...new URLSearchParams((request.raw.url as string).slice(at + 1))]
}

export const etagOf = (version: number): string => `W/"${version}"`

export function expectedOf({ headers }: FastifyRequest): Expected {
  const tagged = (text: string | undefined, expression: string) => (text === undefined ? null : versionsTagged(text, expression))
  return { ifMatch: tagged(headers['if-match'], 'http.If-Match'), ifNoneMatch: tagged(headers['if-none-match'], 'http.If-None-Match') }
}

/** The versions that `W/"3"` or a list names. A tag that is not ours matches nothing (RFC 9110, section 13.1.1); `*` matches any version. */
export function versionsTagged(text: string, expression: string): number[] {
  const tags = text.split(',').map((tag) => tag.trim())
  if (tags.length > 50 || !tags.every((tag) => tag === '*' || /^(?:W\/)?"[^"]*"$/.test(tag))) {
    throw new Refusal('incorrect', 'this is not an ETag of this server', { expression, hint: 'Send the ETag as you received it, for example W/"3".' })
  }
  return tags.map((tag) => (tag === '*' ? anyVersion : Number(/^(?:W\/)?"([1-9][0-9]{0,8})"$/.exec(tag)?.[1] ?? -1)))
}

/** Whether the client's copy is current: by ETag, or by time when there is no ETag (R4 http, section 3.1.0.1.3; RFC 9110, section 13.2.2). */
export function isUnchanged(row: { version: number; at: Date }, asked: { ifNoneMatch: string | null; ifModifiedSince: string | null }): boolean {
  if (asked.ifNoneMatch !== null) {
    const tags = asked.ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
    return tags.includes('*') || tags.includes(`"${row.version}"`)
  }
  const since = asked.ifModifiedSince === null ? Number.NaN : Date.parse(asked.ifModifiedSince)
  // The header counts whole seconds.
  return Math.floor(row.at.getTime() / 1000) * 1000 <= since
}

export function conditionsOf(request: FastifyRequest): { ifNoneMatch: string | null; ifModifiedSince: string | null } {
  return { ifNoneMatch: request.headers['if-none-match'] ?? null, ifModifiedSince: request.headers['if-modified-since'] ?? null }
}

export function sendResource(reply: FastifyReply, body: string, version: number, at: Date, status = 200): FastifyReply {
  return reply.code(status).header('etag', etagOf(version)).header('last-modified', at.toUTCString()).header('content-type', fhirJson).send(body)
}

export function sendApplied(asking: Asking, reply: FastifyReply, applied: Applied, preference: Preference): FastifyReply {
  if (applied.status === 204) return reply.code(204).header('etag', etagOf(applied.version)).send()
  reply.header('location', `${asking.base}/${applied.type}/${applied.id}/_history/${applied.version}`)
  reply.header('etag', etagOf(applied.version)).header('last-modified', applied.at.toUTCString()).header('content-type', fhirJson)
  if (applied.temporaryNumber !== null) reply.header('x-spona-temporary-number', applied.temporaryNumber)
  reply.code(applied.status)
  if (preference.isGiven) reply.header('preference-applied', `return=${preference.give}`)
  if (preference.give === 'minimal') return reply.send()
  if (preference.give === 'OperationOutcome') return reply.send(JSON.stringify(outcomeOfApplied(applied)))
  return reply.send(applied.body)
}

export function outcomeOfApplied(applied: Applied) {
  const issues: RefusalIssue[] = applied.warnings.map((diagnostics) => ({ severity: 'warning', code: 'business-rule', diagnostics }))
  if (applied.temporaryNumber !== null) {
    issues.push({
      severity: 'information',
      code: 'informational',
      diagnostics: `pending identity under the temporary number ${applied.temporaryNumber}`,
      hint: 'Send the Patient again with its JMBG or EBS as soon as it is known.',
    })
  }
  return outcomeOf(issues.length > 0 ? issues : [{ severity: 'information', code: 'informational', diagnostics: 'all is well' }])
}
