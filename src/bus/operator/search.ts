import { fragment, join } from '../../platform/sql.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isUuid } from '../../platform/uuid.ts'
import type { World } from '../../platform/world.ts'
import { directoryOf } from '../members/directory.ts'
import { type TextForm, words } from '../signing/json-input.ts'
import type { DeliveryState, MessageLine, MessageLines } from '../wire.ts'

const shownMax = 100
const dayMs = 86_400_000
const rangeDaysMax = 31
const states = new Set<string>(['waiting', 'leased', 'acknowledged', 'parked'])

type Wish = { number: string | null; member: string | null; service: string | null; state: DeliveryState | null; from: Date; to: Date }

/** Which messages: each part is a question by itself, and what is not understood is refused rather than left out. */
export function readSearch(query: Record<string, unknown>, now: Date): Wish {
  const known = ['number', 'member', 'service', 'state', 'from', 'to']
  const strange = Object.keys(query).find((name) => !known.includes(name))
  if (strange !== undefined)
    throw new Refusal('incorrect', 'this is no part of a search for messages', { expression: strange.slice(0, 60), hint: known.join(', ') })
  const text = (name: string, form: TextForm, about: string): string | null => {
    const value = query[name]
    if (value === undefined || value === '') return null
    if (typeof value === 'string' && form.test(value)) return value
    throw new Refusal('incorrect', `${name} has another form`, { expression: name, hint: about })
  }
  const instant = (name: string, otherwise: number): Date => {
    const value = text(name, /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z$/, 'An instant, for example 2026-11-28T10:00:00Z.')
    const at = value === null ? otherwise : Date.parse(value)
    if (Number.isNaN(at)) throw new Refusal('incorrect', `${name} is no instant`, { expression: name })
    return new Date(at)
  }
  const state = text('state', /^\w{1,20}$/, [...states].join(', '))
  if (state !== null && !states.has(state)) throw new Refusal('incorrect', 'there is no such state', { expression: 'state', hint: [...states].join(', ') })
  const to = instant('to', now.getTime() + 1000)
  // What is parked waits for somebody, however long ago it came.
  const from = instant('from', to.getTime() - (state === 'parked' ? rangeDaysMax : 1) * dayMs)
  if (from >= to || to.getTime() - from.getTime() > rangeDaysMax * dayMs)
    throw new Refusal('incorrect', `the stretch of time is empty or longer than ${rangeDaysMax} days`, { expression: 'from' })
  return {
    number: text('number', words(100), 'Number of a message: ours, or the sender’s own.'),
    member: text('member', /^[a-z][a-z0-9-]{2,39}$/, 'Code of a member that sent or receives it.'),
    service: text('service', /^[a-z][a-z0-9-]{2,39}\/[a-z][a-z0-9.-]{1,59}$/, 'MEMBER/SERVICE'),
    state: state as DeliveryState | null,
    from,
    to,
  }
}

/** Numbers of version 7 begin with their time, so a stretch of time is a stretch of the primary key. */
const firstOf = (at: Date): string => {
  const hex = at.getTime().toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}

type Row = {
  id: string
  at: Date
  kind: 'message' | 'call'
  from: string
  to: string
  messageId: string
  states: DeliveryState[] | null
  reason: string | null
}

export async function searchMessages(world: World, wish: Wish): Promise<MessageLines> {
  const directory = await directoryOf(world)
  const member = wish.member === null ? null : (directory.byCode.get(wish.member)?.id ?? null)
  if (wish.member !== null && member === null) return { messages: [], more: false }
  const senders = [...directory.members.keys()]
  const conditions = [
    fragment`l.kind in ('message', 'call')`,
    wish.number === null
      ? fragment`l.id >= ${firstOf(wish.from)}::uuid and l.id < ${firstOf(wish.to)}::uuid`
      : isUuid(wish.number)
        ? fragment`l.id = ${wish.number}::uuid`
        : fragment`l.id in (select message from bus.seen where sender = any(${senders}::uuid[]) and name = ${wish.number} limit ${shownMax})`,
    ...(wish.member === null
      ? []
      : [
          fragment`(l.entry::json ->> 'from' = ${wish.member} or exists (select 1 from bus.delivery d where d.message = l.id and d.recipient = ${member}::uuid))`,
        ]),
    ...(wish.service === null ? [] : [fragment`l.entry::json ->> 'to' = ${wish.service}`]),
    // What is parked has an index of its own; it is found even among millions that arrived.
    ...(wish.state === null
      ? []
      : wish.state === 'parked'
        ? [
            fragment`l.id in (select d.message from bus.delivery d where d.parked and (${member}::uuid is null or d.recipient = ${member}::uuid or d.sender = ${member}::uuid))`,
          ]
        : [fragment`exists (select 1 from bus.delivery d where d.message = l.id and d.state = ${wish.state})`]),
  ]
  const rows = await world.sql.run<Row>(fragment`
    select l.id, l.at, l.kind, l.entry::json ->> 'from' as from, l.entry::json ->> 'to' as to, l.entry::json ->> 'messageId' as message_id,
           (select array_agg(distinct d.state) from bus.delivery d where d.message = l.id) as states,
           (select max(d.reason) from bus.delivery d where d.message = l.id and d.state = 'parked') as reason
      from bus.log l
     where ${join(conditions, ' and ')}
     order by l.id desc
     limit ${shownMax + 1}`)
  return { messages: rows.slice(0, shownMax).map(lineOf), more: rows.length > shownMax }
}

const lineOf = ({ at, states: of, ...row }: Row): MessageLine => ({ ...row, at: at.toISOString(), states: of ?? [] })
