import { Link } from 'react-router'
import { Calculator } from '../../shared/calculator/Calculator.tsx'
import { calculatorWords as words } from '../../shared/calculator/words.ts'
import { dayOf } from '../../shared/format.ts'
import { useSay } from '../../shared/language.tsx'
import { useTitle } from '../../shared/use-title.ts'

/** What an employee would be paid: a page of its own, so that the leaves load without its code. */
export function CalculatorPage() {
  const say = useSay()
  useTitle(words.title)
  return (
    <div className="page patient-page">
      <p>
        <Link to="/leaves">{say(words.back)}</Link>
      </p>
      <h1>{say(words.title)}</h1>
      <p className="lead">{say(words.lead)}</p>
      <Calculator today={dayOf(new Date().toISOString())} />
    </div>
  )
}
