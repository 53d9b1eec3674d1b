import { Refusal } from '../../platform/refusal.ts'

export type Batch = {
  /** Each message as it stood in the file. */
  messages: string[]
  /** What the file says of itself and is not so (BTS-1 and FTS-1 count). */
  problems: string[]
}

const messagesMax = 1_000_000
const isEnvelope = /^(FHS|BHS|BTS|FTS)(?=\W|$)/

/** A file of messages (HL7 2.10.3): FHS, BHS, messages, BTS, FTS; the envelope may be missing, as in files that only stand one after another. */
export function splitBatch(text: string): Batch {
  const batch: Batch = { messages: [], problems: [] }
  let lines: string[] = []
  let inBatch = 0
  let batches = 0
  const close = () => {
    if (lines.length > 0) batch.messages.push(lines.join('\r'))
    if (batch.messages.length > messagesMax) throw new Refusal('too-large', `a file may have ${messagesMax} messages`)
    lines = []
  }
  for (const line of text.replace(/^\ufeff/, '').split(/\r\n?|\n/)) {
    const bare = line.replace(/^[\u000b\u001c]+|[\u001c]+$/g, '')
    const envelope = isEnvelope.exec(bare)?.[1]
    if (envelope !== undefined || bare.startsWith('MSH')) close()
    if (envelope === 'BHS') [inBatch, batches] = [batch.messages.length, batches + 1]
    else if (envelope === 'BTS') compare(batch, bare, batch.messages.length - inBatch, 'messages')
    else if (envelope === 'FTS') compare(batch, bare, batches, 'batches')
    else if (envelope === undefined && bare.trim() !== '') addTo(batch, lines, bare)
  }
  close()
  return batch
}

function addTo(batch: Batch, lines: string[], line: string): void {
  if (lines.length > 0 || line.startsWith('MSH')) lines.push(line)
  else if (batch.problems.length < 100) batch.problems.push(`a line stands outside of a message, after ${batch.messages.length} messages`)
}

function compare(batch: Batch, line: string, found: number, what: string): void {
  const said = line.split(line[3] ?? '|')[1]?.trim() ?? ''
  if (/^\d+$/.test(said) && Number(said) !== found) batch.problems.push(`${line.slice(0, 3)}-1 says ${Number(said)} ${what}, and ${found} are there`)
}
