import { contentDigest } from '../../platform/http-signature.ts'
import { packed } from '../../platform/packed.ts'
import { leafHash, rootOf } from '../../platform/merkle.ts'
import { areParts, areTexts, batchText, type Part, partText } from '../../platform/signed-batch.ts'

/** A message as the bus takes it, alone or as one of several under one signature (docs/bus.md). */
export type Outgoing = { id: string; to: string; key: string | null; document: string | null; contentType: string; body: Buffer }

export const headersOf = ({ id, to, key, document, contentType }: Outgoing): Record<string, string> => ({
  'content-type': contentType,
  'bus-to': to,
  'bus-message-id': id,
  ...(key === null ? {} : { 'bus-key': key }),
  ...(document === null ? {} : { 'bus-document': document }),
})

/** The contents in a line of text: as text, or in base64 when they are not UTF-8. */
function inLine(body: Buffer): { body: string } | { base64: string } {
  const text = body.toString('utf8')
  return Buffer.from(text).equals(body) ? { body: text } : { base64: body.toString('base64') }
}

/**
 * One request for several messages: one signature over the root of their hashes, and their contents compressed together. Documents of one sender
 * resemble each other: together they take a tenth or less of their separate sizes, on the line and in the record. A centre of an earlier version
 * takes only uncompressed batches.
 */
export function batchOf(messages: readonly Outgoing[], isPacked: boolean): { body: Buffer; headers: Record<string, string> } {
  const lines: string[] = []
  const leaves: Buffer[] = []
  for (const one of messages) {
    const { id, to, key, document, contentType, body } = one
    const digest = contentDigest(body)
    leaves.push(leafHash(partText({ ...headersOf(one), 'content-digest': digest })))
    lines.push(
      JSON.stringify({
        to,
        messageId: id,
        ...(key === null ? {} : { key }),
        ...(document === null ? {} : { document }),
        contentType,
        digest,
        ...(isPacked ? { bytes: body.length } : inLine(body)),
      }),
    )
  }
  const headers = {
    'content-type': `application/x-ndjson${isPacked ? '; contents=zstd' : ''}`,
    prefer: 'receipts=texts',
    'bus-batch': batchText(rootOf(leaves), messages.length),
  }
  if (!isPacked) return { body: Buffer.from(lines.join('\n')), headers }
  const contents = packed(Buffer.concat(messages.map(({ body }) => body)))
  return { body: Buffer.concat([Buffer.from(`${lines.join('\n')}\n\n`), contents]), headers }
}

/** The centre's answer to one message; `retryAfterSeconds` when it should be sent again. */
export type Verdict = { status: number; messageId: string; message?: string; retryAfterSeconds?: number; outcome?: unknown }
/** Texts alone when the centre supports the short form; an earlier centre sends each text with its path to the root. */
export type Receipts = { verdicts: Part[] | string[]; kid: string; base: string; signature: string }

/** The verdicts in the order of the messages, with the signed texts; null when the signature, an id or their number is wrong. */
export function readVerdicts(receipts: Receipts, messages: readonly Outgoing[]): { verdicts: Verdict[]; texts: string[] } | null {
  const texts = textsUnder(receipts)
  if (texts?.length !== messages.length) return null
  const verdicts = texts.map((text) => JSON.parse(text) as Verdict)
  return verdicts.every(({ messageId }, at) => messageId === messages[at]?.id) ? { verdicts, texts } : null
}

function textsUnder({ verdicts, base }: Receipts): string[] | null {
  if (!Array.isArray(verdicts)) return null
  const root = /^"bus-batch": (.*)$/m.exec(String(base))?.[1]
  if (verdicts.every((one) => typeof one === 'string')) return areTexts(verdicts, root) ? verdicts : null
  return areParts(verdicts, root) ? verdicts.map(({ text }) => text) : null
}
