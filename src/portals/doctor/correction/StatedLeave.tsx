import type { LeaveView, OpenLeave } from '../../../sickleave/wire.ts'
import { DayField } from '../../shared/day/DayField.tsx'
import { useSay } from '../../shared/language.tsx'
import { reasonWords } from '../../shared/leave-words.ts'
import { CaredFor, Choice, Diagnosis, exceptions, nobody } from '../leave/LeaveForm.tsx'
import { leave as words } from '../leave/words.ts'
import { correction } from './words.ts'

/** All data of a leave: a correction states the whole leave, and unchanged parts are sent unchanged. */
export type Stated = Pick<LeaveView, 'from' | 'until'> & {
  reason: keyof typeof reasonWords
  diagnosis: string
  exception: OpenLeave['exception'] | ''
  care: NonNullable<OpenLeave['care']>
}

export const statedOf = ({ from, until, reason, diagnosis, exception, care }: LeaveView): Stated => ({
  ...{ from, until, reason: reason as Stated['reason'], diagnosis: diagnosis ?? '' },
  ...{ exception: exception ?? '', care: care ?? nobody },
})

export const bodyOf = ({ exception, care, ...rest }: Stated): OpenLeave => ({
  ...rest,
  ...(exception ? { exception } : {}),
  ...(rest.reason === '06' ? { care } : {}),
})

type StatedOf = { stated: Stated; wrongIn(name: string): string | undefined; onChange(stated: Stated): void }

/** The fields of the form for a new leave, filled with this leave. */
export function StatedLeave({ stated, wrongIn, onChange }: StatedOf) {
  const say = useSay()
  const { from, until, reason, diagnosis, exception, care } = stated
  const change = (part: Partial<Stated>) => onChange({ ...stated, ...part })
  // A new leave has pregnancy only as a reason. As an exception it is offered only when this leave has it already.
  const offered: [string, string][] = [['', say(words.none)], ...exceptions.map((one): [string, string] => [one, say(words[one])])]
  if (exception === 'pregnancy') offered.push(['pregnancy', say(correction.pregnancy)])
  return (
    <>
      <Diagnosis value={diagnosis} visit={null} wrong={wrongIn('diagnosis')} onChange={(next) => change({ diagnosis: next })} />
      <Choice id="leave-reason" label={say(words.reason)} value={reason} onChange={(next) => change({ reason: next as Stated['reason'] })}>
        {Object.entries(reasonWords).map(([code, word]) => [code, say(word)])}
      </Choice>
      {reason === '06' && <CaredFor care={care} wrongIn={wrongIn} onChange={(next) => change({ care: next })} />}
      <Choice id="leave-exception" label={say(words.exception)} value={exception ?? ''} onChange={(next) => change({ exception: next as Stated['exception'] })}>
        {offered}
      </Choice>
      <DayField id="leave-from" label={say(words.from)} value={from} wrong={wrongIn('from')} onChange={(next) => change({ from: next })} />
      <DayField id="leave-until" label={say(words.until)} value={until} wrong={wrongIn('until')} onChange={(next) => change({ until: next })} />
    </>
  )
}
