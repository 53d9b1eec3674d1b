import type { ContractState, MemberState } from '../../bus/wire.ts'
import type { Message } from '../shared/message.ts'
import type { Asked } from '../shared/StepDialog.tsx'
import { path, steps } from './words.ts'

type Say = (message: Message, values?: Record<string, string | number>) => string

/** An instant in universal time, as the bus reads it. */
export const moment = { is: /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/, wrong: steps.momentWrong }
const day = { is: /^\d{4}-\d\d-\d\d$/, wrong: steps.untilWrong }

const decided = [
  { name: 'decision', label: steps.decision },
  { name: 'reason', label: steps.reason },
]

/** The word on the button depends on where one comes from: back from a suspension is another thing than a first approval. */
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
  const until = { name: 'until', label: steps.until, hint: steps.untilHint, optional: true, form: day }
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
  }
}
