import type { ContractState, MemberState } from '../../bus/wire.ts'
import { typedMoment } from '../shared/day/typed-moment.ts'
import { dayOf } from '../shared/format.ts'
import type { Say } from '../shared/language.tsx'
import type { Message } from '../shared/message.ts'
import type { Asked } from '../shared/StepDialog.tsx'
import { path, proposals, steps } from './words.ts'

/** The instant in the form that the bus reads; null for a text that is no moment. */
export const instantOf = (text: string): string | null => typedMoment(text, dayOf(new Date().toISOString()))
export const moment = { is: { test: (text: string) => instantOf(text) !== null }, wrong: steps.momentWrong }

const decided = [
  { name: 'decision', label: steps.decision },
  { name: 'reason', label: steps.reason },
]

/** The word on the button depends on the present state: reactivating a suspended member is not a first approval. */
export function memberWord(from: MemberState, to: MemberState): Message {
  if (to === 'active') return steps.reactivate
  if (to === 'revoked' && from === 'requested') return steps.refuse
  return steps[to as 'approved' | 'suspended' | 'revoked']
}

export function contractWord(from: ContractState, to: ContractState): Message {
  if (to === 'active') return from === 'suspended' ? steps.reactivate : steps.approved
  if (to === 'revoked') return from === 'requested' ? steps.refuse : steps.end
  return steps.suspended
}

const leads: Partial<Record<MemberState, Message>> = { suspended: steps.atOnce, revoked: steps.forGood }

export function memberStep(say: Say, code: string, from: MemberState, to: MemberState): Asked {
  const word = memberWord(from, to)
  return {
    title: say(steps.title, { step: say(word), name: code }),
    ...(leads[to] ? { lead: leads[to] } : {}),
    confirm: word,
    fields: decided,
    to: `/bus/operator/members/${encodeURIComponent(code)}/steps`,
    more: { to },
  }
}

export function contractStep(say: Say, id: string, name: string, from: ContractState, to: ContractState): Asked {
  const word = contractWord(from, to)
  const until = { name: 'until', label: steps.until, optional: true, isDay: true }
  return {
    title: say(steps.title, { step: say(word), name }),
    ...(to === 'revoked' ? { lead: steps.forGood } : {}),
    confirm: word,
    fields: to === 'active' ? [...decided, until] : decided,
    to: `/bus/operator/contracts/${id}/steps`,
    more: { to },
  }
}

export function replayAsked(say: Say, member: string, more: Record<string, unknown>, fields: Asked['fields'] = []): Asked {
  return {
    title: say(steps.title, { step: say(path.replay), name: member }),
    confirm: path.replay,
    fields: [...fields, { name: 'reason', label: steps.reason }],
    to: '/bus/operator/replays',
    more: { member, ...more },
    body: ({ from, to, ...rest }) => ({ ...rest, ...(from ? { from: instantOf(from) } : {}), ...(to ? { to: instantOf(to) } : {}) }),
  }
}

/**
 * The dialog that proposes other contents for a parked message; a second person approves the proposal. `text` is null when the contents are not kept or
 * are no text.
 */
export function correctionAsked(say: Say, message: string, recipient: string, text: string | null): Asked {
  return {
    title: say(steps.title, { step: say(path.correct), name: recipient }),
    lead: text === null ? proposals.gone : proposals.lead,
    confirm: proposals.propose,
    fields: [
      { name: 'body', label: proposals.body, long: true },
      { name: 'reason', label: steps.reason },
    ],
    to: `/bus/operator/messages/${message}/proposals`,
    more: { recipient },
    first: { body: text ?? '' },
  }
}
