import type { BundleEntry } from '../../fhir/fhir.ts'
import { answerOf, Refusal, type RefusalIssue } from '../../platform/refusal.ts'
import type { Asking } from '../asking.ts'

/**
 * A transaction is accepted only when every entry ends in 2xx or 3xx, reads too (R4 http, section 3.1.0.11.2: all actions or none). Reads see what
 * the transaction writes, so they are answered after the commit. Whether they fail must be known before it, so each is asked once before. Answers
 * that the writes cannot change are kept; the others are asked for again, and both looks are logged.
 */
export async function readBefore(
  asking: Asking,
  entries: readonly BundleEntry[],
  read: (entry: BundleEntry) => Promise<string>,
): Promise<ReadonlyMap<number, string>> {
  const known = new Map<number, string>()
  const writes = entries.filter((entry) => !isRead(entry))
  for (const entry of entries) {
    if (!isRead(entry)) continue
    const fate = fateOf(entry, writes)
    if (fate === 'written') continue
    const at = `Bundle.entry[${entry.index}].request.url`
    if (fate === 'deleted') throw failed(at, [{ ...gone, expression: at }])
    const text = await readOrRefuse(asking, entry, read, at)
    if (fate === 'untouched') known.set(entry.index, text)
  }
  return known
}

const isRead = ({ method }: BundleEntry) => method === 'GET' || method === 'HEAD'

/** How the writes affect a read: certainly when they name the resource by its id, perhaps when a condition finds it. */
function fateOf({ target }: BundleEntry, writes: readonly BundleEntry[]): 'written' | 'deleted' | 'untouched' | 'changed' {
  if (writes.length === 0) return 'untouched'
  if (target.kind !== 'instance') return 'changed'
  const { type, id } = target
  let fate: 'untouched' | 'changed' = 'untouched'
  for (const write of writes) {
    if (write.target.kind === 'other' || write.target.kind === 'type' || write.target.type !== type) continue
    const written = write.target.kind === 'instance' ? write.target.id : write.resource?.id
    if (written === id && write.method !== 'PATCH') return write.method === 'DELETE' ? 'deleted' : 'written'
    if (written === id || write.target.kind === 'search') fate = 'changed'
  }
  return fate
}

async function readOrRefuse(asking: Asking, entry: BundleEntry, read: (entry: BundleEntry) => Promise<string>, at: string): Promise<string> {
  let text: string
  try {
    text = await read(entry)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw failed(at, answerOf(error, asking.correlation).body.issue.map(atEntry(at)), error.kind === 'forbidden')
  }
  // An entry that was sent as a request of its own tells by its status that it failed.
  if (!text.startsWith('{"response":')) return text
  const { response } = JSON.parse(text) as { response: { status: string; outcome?: { issue: Parameters<ReturnType<typeof atEntry>>[0][] } } }
  if (response.status < '4') return text
  throw failed(at, (response.outcome?.issue ?? []).map(atEntry(at)), response.status.startsWith('403'))
}

const gone: RefusalIssue = { severity: 'error', code: 'deleted', diagnostics: 'this transaction deletes what it reads' }

type Said = { severity: string; code: string; diagnostics?: string; details?: { text?: string } }
const atEntry =
  (expression: string) =>
  ({ severity, code, diagnostics, details }: Said): RefusalIssue => ({
    ...{ severity: severity as RefusalIssue['severity'], code, diagnostics: diagnostics ?? 'the read fails', expression },
    ...(details?.text === undefined ? {} : { hint: details.text }),
  })

const failed = (expression: string, issues: RefusalIssue[], isForbidden = false) =>
  new Refusal(isForbidden ? 'forbidden' : 'incorrect', 'a read of this transaction fails, so nothing was done', { expression, issues })
