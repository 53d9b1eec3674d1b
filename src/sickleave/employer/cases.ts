import { Refusal } from '../../platform/refusal.ts'
import { fragment, type Sql } from '../../platform/sql.ts'
import { fold } from '../../platform/text.ts'
import { isUuid } from '../../platform/uuid.ts'
import type { Asking } from '../asking.ts'
import { bodyOf, countOf, dayOf, flagOf, oneOf, optional, textOf, wordOf, uuidOf } from '../read-body.ts'
import { actingFor, requireEmployer } from './rights.ts'
import { recordShown } from './shown.ts'
import { asEmployer } from './store.ts'
import type { EmployerView } from './view.ts'
import type { CaseLine, Cases, Latest, Marked } from './wire.ts'

// One line for each leave, for one employer or over all that somebody acts for: an agency's queue is the same question without a tax number.

const linesMax = 200
const marksMax = 500
const states = ['open', 'closed', 'cancelled'] as const

type Row = Omit<CaseLine, 'pib' | 'name' | 'at' | 'doneAt' | 'employee' | 'category' | 'document'> & {
  employer: number
  at: Date
  doneAt: Date | null
  content: EmployerView
}
type Place = { isUnread: boolean; at: string; leave: string }

/** How far the streams of all that somebody acts for have come. A page asks each second, so it says one number and looks at nobody. */
export async function latestOf(asking: Asking): Promise<Latest> {
  const employers = (await actingFor(asking, null)).map(({ employer }) => employer)
  const [found] = await asEmployer(
    asking.world.sql,
    employers,
    (tx) => tx<Latest>`select coalesce(sum(last), 0)::int8 as latest from sickleave.employer_stream where employer = any(${employers}::int4[])`,
  )
  return found ?? { latest: 0 }
}

export async function searchCases(asking: Asking, given: unknown): Promise<Cases> {
  const body = bodyOf(given, ['pib', 'text', 'state', 'unread', 'from', 'until', 'after', 'limit'])
  const pib = optional(body, 'pib', (of, name) => wordOf(of, name, 9))
  const wish = wishOf(body)
  const acting = pib === undefined ? await actingFor(asking, null) : [await requireEmployer(asking, pib)]
  const byId = new Map(acting.map((one) => [one.employer, one]))
  const { rows, unread } = await read(asking.world.sql, [...byId.keys()], wish)
  const shown = rows.slice(0, wish.limit)
  await recordShown(asking, { employers: [...byId.keys()], leaves: shown.map(({ leave }) => leave) })
  const cases = shown.map(({ employer, content, at, doneAt, ...row }): CaseLine => {
    const { pib: own = '', name = '' } = byId.get(employer) ?? {}
    const document = content.document && { kind: content.document.kind, number: content.document.number }
    return {
      ...row,
      pib: own,
      name,
      employee: content.employee,
      category: content.category,
      document,
      at: at.toISOString(),
      doneAt: doneAt?.toISOString() ?? null,
    }
  })
  const last = shown.at(-1)
  return { cases, unread, next: rows.length > wish.limit && last ? placeText({ isUnread: last.isUnread, at: last.at.toISOString(), leave: last.leave }) : null }
}

type Wish = ReturnType<typeof wishOf>
const wishOf = (body: Record<string, unknown>) => ({
  text: optional(body, 'text', (of, name) => textOf(of, name, 100)),
  state: optional(body, 'state', (of, name) => oneOf(of, name, states)),
  unread: flagOf(body, 'unread'),
  from: optional(body, 'from', dayOf) ?? null,
  until: optional(body, 'until', dayOf) ?? null,
  after: placeOf(optional(body, 'after', (of, name) => wordOf(of, name, 200))),
  limit: Math.min(linesMax, Math.max(1, optional(body, 'limit', countOf) ?? 50)),
})

function read(sql: Sql, employers: readonly number[], { text, state, unread: onlyUnread, from, until, after, limit }: Wish) {
  const pattern = text === undefined ? null : `%${fold(text).replace(/[\\%_]/g, '\\$&')}%`
  const place =
    after && fragment`and (known.seq > known.done_seq, known.at, known.known_as) < (${after.isUnread}::bool, ${after.at}::timestamptz, ${after.leave}::uuid)`
  return asEmployer(sql, employers, async (tx) => {
    // The lines are chosen and put in order before their papers are read: an agency has thousands of them.
    const found = await tx<Row>`
      with line as materialized (
      select known.employer, known.known_as as leave, known.from_day as from, known.until_day as until, known.state, known.seq, known.at,
             known.done_by, known.done_at, known.seq > known.done_seq as is_unread
        from sickleave.employer_case known
       where known.employer = any(${[...employers]}::int4[])
         and (${pattern}::text is null or known.folded like ${pattern})
         and (${state ?? null}::text is null or known.state = ${state ?? null})
         and (not ${onlyUnread} or known.seq > known.done_seq)
         and (${from}::date is null or known.until_day >= ${from}::date)
         and (${until}::date is null or known.from_day <= ${until}::date)
         ${place ?? fragment``}
       order by (known.seq > known.done_seq) desc, known.at desc, known.known_as desc
       limit ${limit + 1}
      )
      select line.*, event.kind, event.content
        from line
        join sickleave.employer_event event on event.employer = line.employer and event.seq = line.seq
       order by line.is_unread desc, line.at desc, line.leave desc
       limit ${limit + 1}`
    const [count] = await tx<{ unread: number }>`
      select count(*)::int4 as unread from sickleave.employer_case where employer = any(${[...employers]}::int4[]) and seq > done_seq`
    return { rows: found, unread: count?.unread ?? 0 }
  })
}

const placeText = (place: Place) => Buffer.from(`${place.isUnread ? 1 : 0} ${place.at} ${place.leave}`).toString('base64url')

function placeOf(text: string | undefined): Place | null {
  if (text === undefined) return null
  const [unread = '', at = '', leave = ''] = Buffer.from(text, 'base64url').toString().split(' ')
  const wrong = new Refusal('incorrect', 'after is what the answer before said as next', { expression: 'after' })
  if (!/^[01]$/.test(unread) || Number.isNaN(Date.parse(at)) || !isUuid(leave)) throw wrong
  return { isUnread: unread === '1', at: new Date(at).toISOString(), leave }
}

/** Dealt with, or taken back. A word that came in after the one that was seen stays unread, so nothing is lost by a quick hand. */
export async function markCases(asking: Asking, pib: string, given: unknown): Promise<Marked> {
  const { world, actor } = asking
  const { employer } = await requireEmployer(asking, pib, 'work')
  const body = bodyOf(given, ['leaves', 'done'])
  const done = flagOf(body, 'done')
  const leaves = body['leaves']
  if (!Array.isArray(leaves) || leaves.length === 0 || leaves.length > marksMax) {
    throw new Refusal('incorrect', `leaves is a list of 1 to ${marksMax}`, { expression: 'leaves' })
  }
  const wishes = leaves.map((one) => {
    const wish = bodyOf(one, ['leave', 'seq'])
    return { leave: uuidOf(wish, 'leave'), seq: countOf(wish, 'seq') }
  })
  const at = world.now()
  const marked = await world.sql.begin(
    (tx) => tx<{ leave: string }>`
      update sickleave.employer_case known
         set done_seq = case when ${done} then greatest(known.done_seq, least(known.seq, wish.seq)) else 0 end,
             done_by = ${done ? actor.name : null}, done_at = ${done ? at : null}
        from unnest(${wishes.map((one) => one.leave)}::uuid[], ${wishes.map((one) => one.seq)}::int8[]) as wish (leave, seq)
       where known.employer = ${employer} and known.known_as = wish.leave
      returning known.known_as as leave`,
  )
  return { marked: marked.length }
}
