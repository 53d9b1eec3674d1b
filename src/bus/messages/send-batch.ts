import type { FastifyReply } from 'fastify'
import { answerOf, Refusal } from '../../platform/refusal.ts'
import { measureMessage } from '../centre/measure.ts'
import { centreKey } from '../members/centre-key.ts'
import { checkDigest, signMessage } from '../../platform/http-signature.ts'
import { recordRefused } from '../signing/refused.ts'
import { sendSignedJson } from '../signing/signed-answer.ts'
import { proofOf, type Signed } from '../signing/signed-request.ts'
import { readHead } from './head.ts'
import { type Asking, entriesOf, type Given, type Judged, judgeMessage } from './judge-message.ts'
import { batchText, type Part, partsOf, partText, readBatch } from '../../platform/signed-batch.ts'
import { receiptOf } from './receipt.ts'
import { storeAllOnce } from './store-once.ts'
import { wake } from './waiting.ts'

export const messagesMax = 500

/** What the centre says of the messages of one batch: each verdict is a text of its own under the root that it signed. */
export type Receipts = { format: 'spona-bus-receipts-1'; verdicts: Part[]; kid: string; base: string; signature: string }

type Line = { headers: Record<string, string>; body: Buffer }
/** A message on its way: what is said of it, and what it has become so far. */
type Way = { line: Line; verdict: Judged | Refusal; text: object }

/** Several messages under one signature. Each is judged by itself; those that may pass are stored in one commit, in their order. */
export async function sendBatch(asking: Asking, signed: Signed, body: Buffer, reply: FastifyReply): Promise<FastifyReply> {
  const { request } = asking
  const { world } = request
  const lines = readLines(request.headers['content-type'], body)
  const { root, parts } = partsOf(lines.map(({ headers }) => partText(headers)))
  const batch = readBatch(request.headers['bus-batch'])
  if (!batch || batch.count !== lines.length || !batch.root.equals(root)) {
    throw new Refusal('incorrect', 'bus-batch is not the root of these messages', {
      expression: 'bus-batch',
      hint: `sha-256=:ROOT:;messages=N, the Merkle root of RFC 6962 over the texts of the messages, see docs/bus.md; here it is ${batchText(root, lines.length)}.`,
    })
  }
  const proof = proofOf(signed)
  const ways = await Promise.all(
    lines.map(async (line, index): Promise<Way> => {
      const part = parts[index] as Part
      return { line, verdict: await judged(asking, line, { ...proof, part }), text: {} }
    }),
  )
  holdBehind(ways)
  await store(asking, ways)
  await tellRefused(asking, ways, reply)
  return sendSignedJson(world, reply.header('cache-control', 'no-store'), 200, receiptsOf(asking, ways))
}

const fields: Readonly<Record<string, string>> = {
  to: 'bus-to',
  messageId: 'bus-message-id',
  key: 'bus-key',
  document: 'bus-document',
  subject: 'bus-subject',
  answers: 'bus-answers',
  contentType: 'content-type',
  digest: 'content-digest',
}

/** A form that cannot be read is nobody's message: the whole batch is refused, with the line. */
function readLines(type: string | undefined, body: Buffer): Line[] {
  if (!/^application\/x-ndjson\s*(?:;|$)/i.test(type ?? ''))
    throw new Refusal('unsupported', 'a batch is application/x-ndjson', { expression: 'content-type', hint: 'One message in each line.' })
  const lines = body.toString('utf8').replace(/\n$/, '').split('\n')
  if (lines.length > messagesMax) throw new Refusal('too-large', `a batch has at most ${messagesMax} messages`, { hint: 'Send the rest in the next one.' })
  return lines.map((text, at) => {
    const wrong = (sentence: string, hint = `Known: ${Object.keys(fields).join(', ')}, body or base64; all of them texts.`) =>
      new Refusal('incorrect', `line ${at + 1}: ${sentence}`, { expression: `line ${at + 1}`, hint })
    const { body: plain, base64, ...rest } = objectOf(text) ?? {}
    if ((plain === undefined) === (base64 === undefined)) throw wrong('it is no JSON object with either body or base64')
    const headers: Record<string, string> = {}
    for (const [name, value] of Object.entries(rest)) {
      const header = Object.hasOwn(fields, name) ? fields[name] : undefined
      if (header === undefined || typeof value !== 'string') throw wrong('it has a field that is not known here, or no text')
      headers[header] = value
    }
    if (!/^sha-256=:[A-Za-z0-9+/]{43}=:$/.test(headers['content-digest'] ?? ''))
      throw wrong('digest is missing or has another form', 'sha-256=:BASE64: of the contents.')
    if (headers['content-type'] === undefined) throw wrong('contentType is missing', 'Such as application/fhir+json.')
    const contents = plain ?? base64
    const bytes = typeof contents !== 'string' ? null : plain === undefined ? fromBase64(contents) : Buffer.from(contents)
    if (bytes === null) throw wrong('its contents are no text, or no base64')
    return { headers, body: bytes }
  })
}

function objectOf(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

/** Node reads whatever looks like it; only what it would write itself is taken. */
function fromBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : null
}

async function judged(asking: Asking, { headers, body }: Line, proof: Pick<Given, 'kid' | 'base' | 'signature' | 'part'>): Promise<Judged | Refusal> {
  try {
    const wrong = checkDigest(headers['content-digest'], body)
    if (wrong) throw wrong
    return await judgeMessage(asking, { head: readHead(headers), body, digest: headers['content-digest'] as string, ...proof }, null)
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

/** Whoever is asked to come again later. */
const isForNow = (verdict: Judged | Refusal): boolean =>
  verdict instanceof Refusal && (verdict.kind === 'busy' || verdict.kind === 'too-many' || verdict.kind === 'full')

/** What must come again would come behind the later ones of its key: they come again with it. */
function holdBehind(ways: readonly Way[]): void {
  const held = new Set<string>()
  for (const way of ways) {
    const { 'bus-to': to, 'bus-key': key } = way.line.headers
    if (key === undefined) continue
    const place = `${to} ${key}`
    if (isForNow(way.verdict)) held.add(place)
    else if (held.has(place) && !(way.verdict instanceof Refusal)) {
      way.verdict = new Refusal('busy', 'an earlier message of this key must be sent again, and this one after it', {
        expression: 'bus-key',
        retryAfterSeconds: 1,
        details: { rule: 'behind' },
      })
    }
  }
}

async function store({ request, member }: Asking, ways: readonly Way[]): Promise<void> {
  const { world } = request
  const passing = ways.flatMap((way) => (way.verdict instanceof Refusal ? [] : [{ way, judged: way.verdict }]))
  const stored = await storeAllOnce(
    world,
    passing.map((one) => one.judged.message),
    (fresh) => entriesOf(request, member, fresh),
  )
  for (const [at, { way, judged: one }] of passing.entries()) {
    const once = stored[at]
    if (once instanceof Refusal) way.verdict = once
    else if (once) {
      way.text = { status: 202, ...receiptOf(one, once) }
      if (!once.isRepeated) for (const { id } of one.message.recipients) wake(world, id)
    }
  }
}

/** On record as if each had come alone; of those that were refused for the same reason the first. */
async function tellRefused({ request }: Asking, ways: readonly Way[], reply: FastifyReply): Promise<void> {
  const told = new Set<string>()
  for (const way of ways) {
    const { verdict } = way
    const to = way.line.headers['bus-to'] ?? ''
    if (!(verdict instanceof Refusal)) {
      await measureMessage(request.world, to, null, reply.elapsedTime)
      continue
    }
    const rule = (verdict.details as { rule?: string } | undefined)?.rule ?? verdict.kind
    await measureMessage(request.world, to, rule, reply.elapsedTime)
    if (!told.has(rule)) await recordRefused(request, verdict)
    told.add(rule)
    const { status, body } = answerOf(verdict, request.correlation)
    const wait = verdict.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: verdict.retryAfterSeconds }
    way.text = { status, messageId: way.line.headers['bus-message-id'] ?? null, rule, ...wait, outcome: body }
  }
}

function receiptsOf({ request }: Asking, ways: readonly Way[]): Receipts {
  const { world, headers } = request
  const { root, parts: verdicts } = partsOf(ways.map(({ text }) => JSON.stringify(text)))
  const values: Record<string, string> = { 'bus-batch': batchText(root, verdicts.length), 'signature;req': String(headers['signature']).trim() }
  const { proof } = signMessage(['"bus-batch"', '"signature";req'], (name) => values[name] ?? null, centreKey(world.keys), world.now())
  return { format: 'spona-bus-receipts-1', verdicts, ...proof }
}
