import { Calculator } from '../shared/calculator/Calculator.tsx'
import { calculatorWords as words } from '../shared/calculator/words.ts'
import { dayOf } from '../shared/format.ts'
import { useSay } from '../shared/language.tsx'
import { useTitle } from '../shared/use-title.ts'
import { portal } from './words.ts'

/** What a leave would cost the firm and the Fund, calculated from typed figures, without anybody's data. */
export function CalculatorPage() {
  const say = useSay()
  useTitle(words.title)
  return (
    <>
      <h1>{say(words.title)}</h1>
      <p className="soft">{say(portal.calculatorLead)}</p>
      <Calculator today={dayOf(new Date().toISOString())} />
    </>
  )
}
