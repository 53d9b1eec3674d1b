import type { LeaveView, OpenLeave } from '../../../sickleave/wire.ts'
import { DayField } from '../../shared/day/DayField.tsx'
import { useSay } from '../../shared/language.tsx'
import { reasonWords } from '../../shared/leave-words.ts'
import { CaredFor, Choice, Diagnosis, exceptions, nobody } from '../leave/LeaveForm.tsx'
import { leave as words } from '../leave/words.ts'
import { correction } from './words.ts'

/** A leave as a correction states it: whole, so what is left as it was is sent as it was. */
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

/** The fields of a new leave, with what stands in this one. */
export function StatedLeave({ stated, wrongIn, onChange }: StatedOf) {
  const say = useSay()
  const { from, until, reason, diagnosis, exception, care } = stated
  const change = (part: Partial<Stated>) => onChange({ ...stated, ...part })
  // Pregnancy is offered as a reason; as an exception it stands only where a leave came with it.
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
