import { useState } from 'react'
import type { AskCalculator, CompensationView } from '../../../sickleave/wire.ts'
import { post } from '../api.ts'
import { useSay } from '../language.tsx'
import { Trouble } from '../Trouble.tsx'
import { CalculationView } from './CalculationView.tsx'
import { CalculatorForm } from './CalculatorForm.tsx'
import { calculatorWords as words } from './words.ts'

/** A calculator for employers and employees alike: a form, and the calculation below it. */
export function Calculator({ today }: { today: string }) {
  const say = useSay()
  const [view, setView] = useState<CompensationView | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const [isAsking, setAsking] = useState(false)
  const ask = async (asked: AskCalculator) => {
    setAsking(true)
    setFailure(null)
    try {
      setView(await post<CompensationView>('/sickleave/calculator', asked))
    } catch (error) {
      setView(null)
      setFailure(error)
    } finally {
      setAsking(false)
    }
  }
  return (
    <>
      <CalculatorForm today={today} isAsking={isAsking} onAsk={(asked) => void ask(asked)} />
      {failure !== null && <Trouble error={failure} takesFocus />}
      <section aria-labelledby="calculator-result" aria-live="polite" hidden={view === null}>
        <h2 id="calculator-result">{say(words.result)}</h2>
        {view && <CalculationView view={view} titleId="calculator-result" />}
      </section>
    </>
  )
}
