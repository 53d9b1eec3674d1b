import { type FormEvent, type ReactNode, useState } from 'react'
import type { AskCalculator } from '../../../sickleave/wire.ts'
import { useSay } from '../language.tsx'
import { DayField, focusField } from '../day/DayField.tsx'
import { reasonWords } from '../leave-words.ts'
import { shell } from '../words.ts'
import { TextField } from '../TextField.tsx'
import { calculatorWords as words } from './words.ts'

type Form = { reason: string; from: string; until: string; gross: string; hours: string; born: string; isChild: boolean; isSevere: boolean }

/** Everything but the wage and the days is filled in. For care the form asks only for the age of the person cared for. */
export function CalculatorForm({ today, isAsking, onAsk }: { today: string; isAsking: boolean; onAsk(asked: AskCalculator): void }) {
  const say = useSay()
  const [form, setForm] = useState<Form>({ reason: '01', from: today, until: today, gross: '', hours: '8', born: today, isChild: true, isSevere: false })
  const [isTried, setTried] = useState(false)
  const change = (part: Partial<Form>) => setForm((before) => ({ ...before, ...part }))
  const send = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (missing[0] !== undefined) focusField(`calculator-${missing[0]}`)
    else if (!isAsking) onAsk(askedOf(form))
  }
  const missing = (['born', 'from', 'until'] as const).filter((name) => form[name] === '' && (name !== 'born' || form.reason === '06'))
  const day = (name: 'born' | 'from' | 'until') => (
    <DayField
      id={`calculator-${name}`}
      label={say(words[name])}
      wrong={isTried && missing.includes(name) ? say(shell.needed) : undefined}
      value={form[name]}
      onChange={(value) => change({ [name]: value })}
    />
  )
  return (
    <form className="calculator-form" onSubmit={send}>
      <div className="field">
        <label htmlFor="calculator-reason">{say(words.reason)}</label>
        <select id="calculator-reason" className="input" value={form.reason} onChange={(event) => change({ reason: event.target.value })}>
          {Object.entries(reasonWords).map(([code, word]) => (
            <option key={code} value={code}>
              {say(word)}
            </option>
          ))}
        </select>
      </div>
      {form.reason === '06' && <CareFields form={form} change={change} born={day('born')} />}
      {day('from')}
      {day('until')}
      <TextField
        {...figure}
        id="calculator-gross"
        label={say(words.gross)}
        hint={say(words.grossHint)}
        value={form.gross}
        onChange={(gross) => change({ gross })}
      />
      <TextField {...figure} id="calculator-hours" label={say(words.hours)} value={form.hours} onChange={(hours) => change({ hours })} />
      <button type="submit" className="button main" aria-disabled={isAsking}>
        {say(words.calculate)}
      </button>
    </form>
  )
}

function askedOf({ reason, from, until, gross, hours, born, isChild, isSevere }: Form): AskCalculator {
  return { reason, from, until, averageGross: gross, hoursPerDay: hours, ...(reason === '06' ? { care: { born, isChild, isSevere } } : {}) }
}

function CareFields({ form, change, born }: { form: Form; change(part: Partial<Form>): void; born: ReactNode }) {
  const say = useSay()
  return (
    <>
      {born}
      {(['isChild', 'isSevere'] as const).map((name) => (
        <label key={name} className="calculator-check">
          <input type="checkbox" checked={form[name]} onChange={(event) => change({ [name]: event.target.checked })} />{' '}
          {say(name === 'isChild' ? words.child : words.severe)}
        </label>
      ))}
    </>
  )
}

const figure = { isNumber: true, required: true, maxLength: 40, inputMode: 'decimal' } as const
