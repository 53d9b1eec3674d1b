import type pg from 'pg'
import { nextHash } from './chain.ts'

/**
 * A page of a stream as three values: the count, and the columns and the texts of its rows, a line each. A result row for each would cost more than
 * its check.
 */
export type Page = { rows: number; columns: string; entries: string }
/** How far a walk along a stream has come. */
export type Place = { seq: number; hash: string }

export const pageRows = 4_000
const separator = '\u001f'

/** The next rows of a stream after a row. They are compared by patient too, so that a duplicate of the page's last number is not skipped. */
export async function readPage(client: pg.Client, stream: number, after: { seq: string; patient: string } | null): Promise<Page> {
  const { rows } = await client.query({
    name: 'audit-verify',
    text: `
      select count(*)::int4 as rows, string_agg(columns, E'\\n') as columns, string_agg(entry, E'\\n') as entries
        from (select entry, concat_ws(E'\\x1f', seq, patient, at, coalesce(institution::text, 'null'), action, decision, encode(hash, 'hex'), to_json(actor)) as columns
                from audit.entry
               where stream = $1 and seq >= $2 and (seq > $2 or patient > $3)
               order by seq, patient
               limit ${pageRows}) as page`,
    values: [stream, after?.seq ?? Number.MIN_SAFE_INTEGER, after?.patient ?? Number.MAX_SAFE_INTEGER],
  })
  return rows[0] as Page
}

/** The last row of a page, after which the next page begins. */
export function lastOf({ columns }: Page): { seq: string; patient: string } {
  const [seq = '', patient = ''] = columns.slice(columns.lastIndexOf('\n') + 1).split(separator)
  return { seq, patient }
}

/**
 * Whether every row of the page is the next of its chain, and every column agrees with the hashed text. The text is canonical (`writeEntry`), so its
 * parts are compared where they must stand and nothing is parsed. False means only that this is not the plain case: the caller then reads the rows
 * one by one and finds out.
 */
export function isPlainPage(stream: number, from: Place, page: Page, visit: (place: Place) => boolean): boolean {
  const lines = page.columns.split('\n')
  const texts = page.entries.split('\n')
  if (lines.length !== page.rows || texts.length !== page.rows) return false
  const place = { ...from }
  for (let at = 0; at < lines.length; at++) {
    const text = texts[at] as string
    const [seq, patient, instant, institution, action, decision, hash, actor, ...more] = (lines[at] as string).split(separator)
    place.seq++
    if (more.length > 0 || seq !== String(place.seq)) return false
    place.hash = nextHash(place.hash, stream, place.seq, text)
    if (hash !== place.hash || !saysTheSame(text, patient, instant, institution, action, decision, actor)) return false
    if (!visit(place)) return false
  }
  return true
}

type Cell = string | undefined

function saysTheSame(text: string, patient: Cell, instant: Cell, institution: Cell, action: Cell, decision: Cell, actor: Cell): boolean {
  const beginning = `{"at":"${isoOf(instant ?? '')}","atBelgrade":"`
  if (!text.startsWith(beginning)) return false
  const after = text.indexOf('"', beginning.length)
  // A quote inside a text is escaped, so these parts can stand in no other place than their own.
  return (
    text.startsWith(`","action":"${action}","decision":"${decision}","who":{"id":${actor},"name":`, after) &&
    text.includes(`,"institution":${institution},"institutionName":`) &&
    text.includes(`},"patient":${patient === '0' ? 'null' : patient},"what":"`)
  )
}

/** `2026-11-23 01:12:01.12+00` as `2026-11-23T01:12:01.120Z`. */
function isoOf(printed: string): string {
  const zone = printed.indexOf('+')
  const fraction = printed.slice(20, zone).padEnd(3, '0')
  return printed.slice(zone) === '+00' ? `${printed.slice(0, 10)}T${printed.slice(11, 19)}.${fraction}Z` : ''
}
