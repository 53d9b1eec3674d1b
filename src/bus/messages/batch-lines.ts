import { constants } from 'node:zlib'
import { unpackedBy } from '../../platform/packed.ts'
import { Refusal } from '../../platform/refusal.ts'

const messagesMax = 500
/** Of all contents together, however small they came. */
const contentsBytesMax = 8 * 1_048_576

/** A message of a batch: what its sender says of it, as the headers of a single one would, and its contents. */
export type Line = { headers: Record<string, string>; body: Buffer }

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

type Wrong = (sentence: string, hint?: string) => Refusal
const wrongAt =
  (at: number): Wrong =>
  (sentence, hint = `Known: ${Object.keys(fields).join(', ')}, body or base64, bytes where they are packed.`) =>
    new Refusal('incorrect', `line ${at + 1}: ${sentence}`, { expression: `line ${at + 1}`, hint })

/** A form that cannot be read is nobody's message: the whole batch is refused, with the line. */
export function readLines(type: string | undefined, body: Buffer): Line[] {
  if (!/^application\/x-ndjson\s*(?:;|$)/i.test(type ?? ''))
    throw new Refusal('unsupported', 'a batch is application/x-ndjson', { expression: 'content-type', hint: 'One message in each line.' })
  if (/;\s*contents="?zstd"?\s*(?:;|$)/i.test(type ?? '')) return readPacked(body)
  return textsOf(body.toString('utf8').replace(/\n$/, '')).map((text, at) => {
    const wrong = wrongAt(at)
    const { body: plain, base64, ...rest } = objectOf(text) ?? {}
    if ((plain === undefined) === (base64 === undefined)) throw wrong('it is no JSON object with either body or base64')
    const headers = headersOf(rest, wrong)
    const contents = plain ?? base64
    const bytes = typeof contents !== 'string' ? null : plain === undefined ? fromBase64(contents) : Buffer.from(contents)
    if (bytes === null) throw wrong('its contents are no text, or no base64')
    return { headers, body: bytes }
  })
}

/** After the lines and an empty one, the contents of all of them one after another, compressed as one (RFC 8878); each line says how many bytes are its own. */
function readPacked(body: Buffer): Line[] {
  const end = body.indexOf('\n\n')
  if (end < 0) throw new Refusal('incorrect', 'no empty line stands between the messages and their contents', { expression: 'body', hint: packedHint })
  const heads = textsOf(body.toString('utf8', 0, end)).map((text, at) => {
    const wrong = wrongAt(at)
    const { bytes, ...rest } = objectOf(text) ?? {}
    if (!Number.isSafeInteger(bytes) || (bytes as number) < 0) throw wrong('it does not say how many bytes of the contents are its own', packedHint)
    return { headers: headersOf(rest, wrong), bytes: bytes as number }
  })
  const total = heads.reduce((sum, { bytes }) => sum + bytes, 0)
  if (total > contentsBytesMax)
    throw new Refusal('too-large', `the contents of a batch have more than ${contentsBytesMax} bytes`, { hint: 'Send the rest in the next one.' })
  const contents = unpacked(body.subarray(end + 2), total)
  let from = 0
  return heads.map(({ headers, bytes }) => ({ headers, body: contents.subarray(from, (from += bytes)) }))
}

const packedHint = 'See docs/bus.md, “Several messages under one signature”: lines, an empty line, one zstd frame.'

/** What every decoder must be able to look back (RFC 8878, 3.1.1.1.2): 8 MB. More would be memory that the sender chooses. */
const windowLogMax = 23

/** In one piece of memory of exactly that size: what claims less than it holds ends there. */
function unpacked(frame: Buffer, bytes: number): Buffer {
  let contents: Buffer | null = null
  try {
    contents = unpackedBy(frame, {
      maxOutputLength: bytes + 1,
      chunkSize: Math.max(64, bytes + 1),
      params: { [constants.ZSTD_d_windowLogMax]: windowLogMax },
    })
  } catch {
    // Not a frame, or one of more bytes.
  }
  if (contents?.length !== bytes)
    throw new Refusal('incorrect', 'the contents are no zstd frame of as many bytes as the lines say', { expression: 'body', hint: packedHint })
  return contents
}

function textsOf(lines: string): string[] {
  // No more than are taken are made of it: eight million empty lines would be as many values.
  const texts = lines.split('\n', messagesMax + 1)
  if (texts.length > messagesMax) throw new Refusal('too-large', `a batch has at most ${messagesMax} messages`, { hint: 'Send the rest in the next one.' })
  return texts
}

function headersOf(rest: Record<string, unknown>, wrong: Wrong): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(rest)) {
    const header = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (header === undefined || typeof value !== 'string') throw wrong('it has a field that is not known here, or no text')
    headers[header] = value
  }
  if (!/^sha-256=:[A-Za-z0-9+/]{43}=:$/.test(headers['content-digest'] ?? ''))
    throw wrong('digest is missing or has another form', 'sha-256=:BASE64: of the contents.')
  if (headers['content-type'] === undefined) throw wrong('contentType is missing', 'Such as application/fhir+json.')
  return headers
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
