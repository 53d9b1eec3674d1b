import type pg from 'pg'
import { nextHash } from './chain.ts'
import type { EntryText } from './entry.ts'
import type { Broken } from './verify.ts'
import { isPlainPage, lastOf, type Page, pageRows, readPage } from './verify-page.ts'
import type { Checkpoints } from './verify-seals.ts'

export type EntriesReport = { rows: number; unsealed: number; broken: Broken | null }

const asText = { getTypeParser: () => (value: string) => value }

/** seq, patient, at, actor, institution, action, decision, entry, hash: as PostgreSQL prints them, because parsing is the costly part. */
type Cells = [string, string, string, string, string | null, string, string, string, string]

/** Recomputes the chain of one stream page by page; the next page is read meanwhile. Stops at the first wrong row. */
export async function verifyEntries(client: pg.Client, stream: { id: number; hash: Buffer }, sealed: Checkpoints | undefined): Promise<EntriesReport> {
  const passed = sealed?.passed ?? []
  const lastSealed = passed.at(-1)?.seq ?? 0
  const walk: Walk = { stream: stream.id, seq: 0, hash: stream.hash.toString('hex'), passed, next: 0, isFinal: sealed?.isFinal ?? false, lastSealed }
  let broken = atCheckpoint(walk)
  let after: { seq: string; patient: string } | null = null
  let coming = broken ? null : readPage(client, stream.id, null)
  while (coming !== null) {
    const page: Page = await coming
    const from = after
    if (page.rows > 0) after = lastOf(page)
    coming = page.rows === pageRows ? readPage(client, stream.id, after) : null
    if (takePlain(walk, page)) continue
    // The end of a page that is not plain may be misread, so the rows are read again from where the page began.
    await coming
    broken = await oneByOne(client, walk, from)
    break
  }
  broken ??= checkEnd(walk)
  return { rows: walk.seq, unsealed: Math.max(0, walk.seq - lastSealed), broken }
}

type Walk = {
  stream: number
  seq: number
  hash: string
  passed: Checkpoints['passed']
  next: number
  isFinal: boolean
  lastSealed: number
}

/** Walks along a page in which everything is right. False leaves the walk where it was. */
function takePlain(walk: Walk, page: Page): boolean {
  if (page.rows === 0) return true
  if (walk.isFinal && walk.seq + page.rows > walk.lastSealed) return false
  const ahead = { ...walk }
  const isPlain = isPlainPage(walk.stream, walk, page, (place) => {
    ahead.seq = place.seq
    ahead.hash = place.hash
    return atCheckpoint(ahead) === null
  })
  if (isPlain) Object.assign(walk, ahead)
  return isPlain
}

/** Checks the rest of the stream row by row, to say exactly what is wrong. */
async function oneByOne(client: pg.Client, walk: Walk, from: { seq: string; patient: string } | null): Promise<Broken | null> {
  let after = from
  for (;;) {
    const rows = await readRows(client, walk.stream, after)
    for (const cells of rows) {
      const broken = checkRow(walk, cells)
      if (broken) return broken
    }
    const last = rows.at(-1)
    if (!last || rows.length < pageRows) return null
    after = { seq: last[0], patient: last[1] }
  }
}

async function readRows(client: pg.Client, stream: number, after: { seq: string; patient: string } | null): Promise<Cells[]> {
  const { rows } = await client.query({
    name: 'audit-verify-rows',
    text: `
      select seq, patient, at, actor, institution, action, decision, entry, hash
        from audit.entry
       where stream = $1 and seq >= $2 and (seq > $2 or patient > $3)
       order by seq, patient
       limit ${pageRows}`,
    values: [stream, after?.seq ?? Number.MIN_SAFE_INTEGER, after?.patient ?? Number.MAX_SAFE_INTEGER],
    rowMode: 'array',
    types: asText as unknown as pg.CustomTypesConfig,
  } as pg.QueryArrayConfig)
  return rows as unknown as Cells[]
}

const at = (walk: Walk, seq: number, problem: string): Broken => ({ where: 'entry', stream: walk.stream, seq, problem })

function checkRow(walk: Walk, cells: Cells): Broken | null {
  const seq = Number(cells[0])
  const expected = walk.seq + 1
  if (seq > expected) return at(walk, expected, 'is missing')
  if (seq < expected) return at(walk, seq, seq === walk.seq ? 'stands twice in its stream' : 'has a number that no entry can have')
  if (walk.isFinal && seq > walk.lastSealed) return at(walk, seq, 'was added after its stream had ended')
  const hash = nextHash(walk.hash, walk.stream, seq, cells[7])
  // '\x' and 64 digits: PostgreSQL prints bytes so.
  if (cells[8] !== `\\x${hash}`) return at(walk, seq, 'does not continue the chain: it or its place was changed')
  const column = wrongColumn(cells)
  if (column) return at(walk, seq, `column ${column} is not what the hashed text says`)
  walk.seq = seq
  walk.hash = hash
  return atCheckpoint(walk)
}

/** The owner of the table can compute hashes again, but not the heads in signed seals. */
function atCheckpoint(walk: Walk): Broken | null {
  while (walk.passed[walk.next]?.seq === walk.seq) {
    const sealed = walk.passed[walk.next] as Checkpoints['passed'][number]
    if (sealed.hash !== walk.hash) {
      const from = (walk.passed[walk.next - 1]?.seq ?? 0) + 1
      return at(walk, Math.min(from, walk.seq), `or one after it up to ${walk.seq} was rewritten after seal ${sealed.seal}`)
    }
    walk.next++
  }
  return null
}

function checkEnd(walk: Walk): Broken | null {
  const missed = walk.passed[walk.next]
  if (!missed) return null
  if (missed.seq > walk.seq) return at(walk, walk.seq + 1, `is missing: the stream was cut; seal ${missed.seal} had seen it up to ${missed.seq}`)
  return at(walk, missed.seq, `seals disagree about the stream from seal ${missed.seal} on`)
}

function wrongColumn(cells: Cells): string | null {
  const [, patient, instant, actor, institution, action, decision, text] = cells
  let entry: EntryText
  try {
    entry = JSON.parse(text) as EntryText
  } catch {
    return 'entry'
  }
  if (Number(patient) !== (entry.patient ?? 0)) return 'patient'
  if (!isSameInstant(instant, entry.at)) return 'at'
  if (actor !== entry.who.id) return 'actor'
  if ((institution === null ? null : Number(institution)) !== entry.who.institution) return 'institution'
  if (action !== entry.action) return 'action'
  if (decision !== entry.decision) return 'decision'
  return null
}

/** Compares `2026-11-23 01:12:01.12+00` with `2026-11-23T01:12:01.120Z` without the cost of two dates for each of a million rows. */
function isSameInstant(printed: string, iso: string): boolean {
  const [seconds = '', zone] = printed.split('+')
  if (zone !== '00') return false
  const fraction = seconds.slice(20).padEnd(3, '0')
  return seconds.slice(0, 10) === iso.slice(0, 10) && seconds.slice(11, 19) === iso.slice(11, 19) && fraction === iso.slice(20, 23)
}
