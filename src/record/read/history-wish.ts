import type { Search } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Asking } from '../asking.ts'
import { type Extent, extentOf } from '../http/shortened.ts'
import { dateAsked } from './asked-date.ts'
import { currentList } from './history-lists.ts'
import type { Passage } from './history-rows.ts'
import { isFhirId } from '../ids.ts'
import { instantOf, type Moment } from './moments.ts'
import { openWords } from '../sealed-link.ts'

/** What a history was asked for (R4 http, section 3.1.0.12); the later pages keep all of it. */
export type HistoryWish = {
  count: number
  /** Milliseconds; versions created then or later. */
  since: number | null
  /** Versions that were current at some time of this period. */
  at: Period | null
  isAscending: boolean
  /** Lists: only what they name, of what they name by version only that. */
  lists?: string[]
  /** A functional list: only what is on it. */
  current?: Search
  /** How much of each version: `_summary` and `_elements` belong to every interaction. */
  extent: Extent
  /** The parameters as they were given, for the self link. */
  used: [string, string][]
  moment: Moment | null
  after: Passage | null
}
/** What was asked, and of what: a link of one history opens no other. */
export type HistoryPage = { wish: HistoryWish; of: string }

const countDefault = 100
const countMax = 1000
const sorts: Record<string, boolean | undefined> = { '-_lastUpdated': false, _lastUpdated: true }
const known = new Set(['_count', '_since', '_at', '_sort', '_list', '_summary', '_elements'])
const ignored = new Set(['_format', '_pretty'])

export function wishOf(asking: Asking, of: string, type: string | null, pairs: readonly [string, string][]): HistoryWish {
  const page = pairs.find(([name]) => name === '_page')?.[1]
  if (page !== undefined) {
    const kept = openWords<HistoryPage>(asking, 'history', page)
    if (kept.of !== of) throw new Refusal('incorrect', 'this page link belongs to another history', { hint: 'Follow the links as they are given.' })
    return { ...kept.wish, moment: kept.wish.moment && { ...kept.wish.moment, at: new Date(kept.wish.moment.at) } }
  }
  const used = pairs.filter(([name]) => !ignored.has(name))
  const extent = extentOf(asking, type, used)
  const wish: HistoryWish = { count: countDefault, since: null, at: null, isAscending: false, extent, used, moment: null, after: null }
  for (const [name, text] of used) {
    if (!known.has(name)) {
      throw new Refusal('incorrect', 'a history has no such parameter', { expression: 'http.query', hint: `Supported: ${[...known].join(', ')}.` })
    }
    if (name !== '_at' && used.filter(([other]) => other === name).length > 1) {
      throw new Refusal('incorrect', `${name} is given twice`, { expression: `http.${name}`, hint: 'Give it once.' })
    }
    if (name === '_count') wish.count = countOf(text)
    else if (name === '_since') wish.since = instantOf(text, name).getTime()
    else if (name === '_at') wish.at = within(wish.at, periodOf(asking, text))
    else if (name === '_sort') wish.isAscending = ascendingOf(text)
    else if (name !== '_list') continue
    else if (text.includes('$')) wish.current = currentList(asking, type, text)
    else wish.lists = listsOf(text)
  }
  return wish
}

function countOf(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new Refusal('incorrect', '_count is a whole number', { expression: 'http._count', hint: `Ask for 1 to ${countMax}.` })
  return Math.min(Number(text), countMax)
}

function ascendingOf(text: string): boolean {
  const isAscending = sorts[text]
  if (isAscending !== undefined) return isAscending
  throw new Refusal('incorrect', 'a history is sorted by time only', { expression: 'http._sort', hint: `Use one of: ${Object.keys(sorts).join(', ')}.` })
}

const listsMax = 20

function listsOf(text: string): string[] {
  const ids = text.split(',').map((one) => one.replace(/^List\//, ''))
  if (ids.length <= listsMax && ids.every(isFhirId)) return ids
  throw new Refusal('incorrect', '_list does not name Lists', {
    expression: 'http._list',
    hint: `Write up to ${listsMax} ids with commas, or a functional list.`,
  })
}

type Period = { from: number; until: number }

/** "See Search notes on date searching" (R4 http, 3.1.0.12): a date is as long as it is exact, a prefix makes a bound of it, and two bounds a period. */
function periodOf({ world }: Asking, text: string): Period {
  const date = dateAsked(world, text)
  const period = date === null ? null : boundedBy(date.prefix, date.low, date.high + 1)
  if (period !== null) return period
  throw new Refusal('incorrect', '_at is not a date', { expression: 'http._at', hint: 'Write it like _at=2026-11-27T10:15:00.000Z or _at=ge2026-11-27.' })
}

function boundedBy(prefix: string, from: number, until: number): Period | null {
  switch (prefix) {
    case 'eq':
      return { from, until }
    case 'ge':
      return { from, until: latest }
    case 'gt':
    case 'sa':
      return { from: until, until: latest }
    case 'le':
      return { from: earliest, until }
    case 'lt':
    case 'eb':
      return { from: earliest, until: from }
    default:
      return null
  }
}

const earliest = 0
const latest = Date.UTC(9999, 11, 31)

function within(known: Period | null, more: Period): Period {
  const both = known === null ? more : { from: Math.max(known.from, more.from), until: Math.min(known.until, more.until) }
  if (both.from < both.until) return both
  throw new Refusal('incorrect', 'the bounds of _at leave no time between them', {
    expression: 'http._at',
    hint: 'Write the beginning with ge, the end with lt.',
  })
}
