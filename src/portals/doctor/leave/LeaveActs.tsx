import { useState } from 'react'
import type { LeaveView } from '../../../sickleave/wire.ts'
import { useSay } from '../../shared/language.tsx'
import { closings } from '../../shared/leave-words.ts'
import type { Message } from '../../shared/message.ts'
import { type Asked, StepDialog } from '../../shared/StepDialog.tsx'
import { useSignature } from '../signature/Signature.tsx'
import { acts as words } from './words.ts'

type Act = 'report' | 'extension' | 'referral' | 'closing' | 'cancellation'
type Shape = Omit<Asked, 'title' | 'to' | 'more'> & { name: Message; body?: (values: Record<string, string>) => Record<string, unknown> }

/** The acts that the state allows. The server decides, and names the day that would be right. */
const actsOf = ({ status, reportedUntil, until }: LeaveView): Act[] => {
  if (status === 'cancelled') return []
  const report: Act[] = reportedUntil === null || reportedUntil < until ? ['report'] : []
  if (status === 'closed') return [...report, 'cancellation']
  return status === 'referred' ? [...report, 'closing', 'cancellation'] : [...report, 'extension', 'referral', 'closing', 'cancellation']
}

function shapeOf(act: Act, { until, proposedUntil }: LeaveView, today: string): Shape {
  const untilDay = { name: 'until', isDay: true }
  const note = { name: 'note', label: words.note, hint: words.noteHint, optional: true }
  switch (act) {
    case 'report':
      return { name: words.report, lead: words.reportLead, confirm: words.give, fields: [{ ...untilDay, label: words.reportUntil }], first: { until } }
    case 'extension':
      return { name: words.extend, lead: words.extendLead, confirm: words.extend, fields: [{ ...untilDay, label: words.newUntil }, note], first: { until } }
    case 'referral': {
      const first = { until: proposedUntil ?? until }
      return { name: words.refer, lead: words.referLead, confirm: words.refer, fields: [{ ...untilDay, label: words.proposedUntil }, note], first }
    }
    case 'closing': {
      const options = Object.entries(closings).map(([value, label]) => ({ value, label }))
      const fields = [
        { ...untilDay, label: words.lastDay },
        { name: 'why', label: words.why, options },
      ]
      return { name: words.close, lead: words.closeLead, confirm: words.close, fields, first: { until: today < until ? today : until, why: 'recovered' } }
    }
    case 'cancellation':
      return {
        name: words.cancel,
        lead: words.cancelLead,
        confirm: words.cancel,
        dismiss: words.keep,
        fields: [{ name: 'why', label: words.why, hint: words.whyHint }],
      }
  }
}

type ActsOf = { person: string; leave: LeaveView; to: string; today: string; onDone(leave: LeaveView): void }

/** The acts on one leave, each confirmed once and signed. The number of steps shown is sent along, so that the act fails when another one came between. */
export function LeaveActs({ person, leave, to, today, onDone }: ActsOf) {
  const say = useSay()
  const { postSigned } = useSignature()
  const [act, setAct] = useState<Act | null>(null)
  const possible = actsOf(leave)
  if (possible.length === 0) return null
  const asked = (one: Act): Asked => {
    const { name, ...shape } = shapeOf(one, leave, today)
    return {
      ...shape,
      title: say(name),
      to: `${to}/${one}`,
      more: { seen: leave.steps.length },
      send: (path, body) => postSigned(path, { act: one, person, leave: leave.id, body }),
    }
  }
  return (
    <div className="buttons">
      {possible.map((one) => (
        <button key={one} type="button" className="button small" onClick={() => setAct(one)}>
          {say(shapeOf(one, leave, today).name)}
        </button>
      ))}
      {act && <StepDialog<LeaveView> asked={asked(act)} onClose={() => setAct(null)} onDone={onDone} />}
    </div>
  )
}
