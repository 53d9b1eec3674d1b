import type { CommissionFile } from '../../sickleave/commission/wire.ts'
import type { Say } from '../shared/language.tsx'
import type { Asked } from '../shared/StepDialog.tsx'
import { decisions, file as words } from './words.ts'

/** The dialogs in which the commission decides about a proposal, accepts an objection or rejects it. `at` is the file's address. */
export function askedOf(say: Say, data: CommissionFile, at: string): Record<'decide' | 'accept' | 'reject', Asked> {
  const leave = data.leaves.find(({ id }) => id === data.leave)
  const seen = leave?.steps.length
  const number = { name: 'number', label: words.number }
  const why = { name: 'why', label: words.why }
  const until = { name: 'until', label: words.until, isDay: true }
  const finding = { name: 'finding', label: words.finding, optional: true }
  const isEnd = {
    name: 'isEnd',
    label: words.ends,
    options: [
      { value: 'yes', label: words.endsYes },
      { value: 'no', label: words.endsNo },
    ],
  }
  return {
    decide: {
      ...{ title: say(words.decide), lead: words.sealed, confirm: words.decide },
      fields: [{ name: 'decision', label: words.decision, options: decisions }, until, number, finding],
      first: leave?.proposedUntil ? { until: leave.proposedUntil } : {},
      ...{ to: `${at}/decision`, more: { seen } },
    },
    accept: {
      ...{ title: say(words.accept), lead: words.sealed, confirm: words.accept },
      fields: [until, isEnd, why, number, finding],
      ...{ to: `${at}/review`, more: { accept: true, seen } },
      body: ({ isEnd: ends, ...rest }) => ({ ...rest, isEnd: ends === 'yes' }),
    },
    reject: {
      ...{ title: say(words.reject), confirm: words.reject },
      fields: [why, number],
      ...{ to: `${at}/review`, more: { accept: false, seen } },
    },
  }
}
