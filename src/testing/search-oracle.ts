import assert from 'node:assert/strict'
import type { Send } from './server.ts'

// A second implementation of https://hl7.org/fhir/R4/search.html for tests, as literal as possible and without any code of the server.

export type Indexed = { system: string | null; value: string }

/** `code`, `system|code` and `|code`. Codes are compared as they are written, because no code system says that case does not matter. */
export function tokenMatches(wanted: { system: string | null | undefined; value: string }, indexed: readonly Indexed[]): boolean {
  return indexed.some((one) => one.value === wanted.value && (wanted.system === undefined || wanted.system === one.system))
}

/** The instants that a date of any precision may mean, from the first to the last millisecond. */
function rangeOf(text: string): [number, number] {
  const [date = '', time] = text.split('T')
  const [year, month, day] = date.split('-').map(Number) as [number, number | undefined, number | undefined]
  if (time === undefined) {
    if (month === undefined) return [Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1) - 1]
    if (day === undefined) return [Date.UTC(year, month - 1, 1), Date.UTC(year, month, 1) - 1]
    return [Date.UTC(year, month - 1, day), Date.UTC(year, month - 1, day + 1) - 1]
  }
  const low = Date.parse(text)
  return [low, /:\d\d\.\d+/.test(text) ? low : low + 999]
}

type Range = readonly [string | null, string | null]

/** The table of prefixes, section 3.1.1.5.1.6: the search value is a range, and so is the resource's value, which is open where a period has no end. */
export function dateMatches(prefix: string, wanted: string, range: Range): boolean {
  const [from, to] = rangeOf(wanted)
  const low = range[0] === null ? Number.NEGATIVE_INFINITY : rangeOf(range[0])[0]
  const high = range[1] === null ? Number.POSITIVE_INFINITY : rangeOf(range[1])[1]
  const isContained = from <= low && high <= to
  switch (prefix) {
    case '':
    case 'eq':
      return isContained
    case 'ne':
      return !isContained
    case 'gt':
      return high > to
    case 'lt':
      return low < from
    case 'ge':
      return high > to || isContained
    case 'le':
      return low < from || isContained
    case 'sa':
      return low > to
    case 'eb':
      return high < from
    default:
      throw new Error(prefix)
  }
}

/** All matches, from all pages. */
export async function everyPage(send: Send, url: string): Promise<Record<string, any>[]> {
  const found: Record<string, any>[] = []
  for (let next: string | undefined = url, pages = 0; next !== undefined; pages++) {
    assert.ok(pages < 200, 'the pages have an end')
    const page = await send('GET', next.slice(next.indexOf('/fhir')))
    assert.equal(page.status, 200, `${next}: ${page.text.slice(0, 500)}`)
    found.push(...(page.body.entry ?? []).filter((one: any) => one.search.mode === 'match').map((one: any) => one.resource))
    next = page.body.link.find((link: any) => link.relation === 'next')?.url
  }
  return found
}
