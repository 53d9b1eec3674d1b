import type { Overview, Problem } from '../../../record/wire.ts'
import { AllergyList } from './AllergyList.tsx'
import type { Linked } from './clinical-links.ts'
import { LatestResults } from './LatestResults.tsx'
import { ProblemList } from './ProblemList.tsx'
import { TherapyList } from './TherapyList.tsx'
import { isWithheld } from './withheld.ts'

type SummaryOf = { overview: Overview; linked: Linked | null; problem: Problem | null; onProblem(problem: Problem | null): void }

/** What a doctor needs in ten seconds: allergies and problems, therapy, latest results. */
export function Summary({ overview, linked, problem, onProblem }: SummaryOf) {
  const onClear = () => onProblem(null)
  return (
    <div className="summary" id="summary" tabIndex={-1}>
      <div>
        <AllergyList overview={overview} />
        <ProblemList isHidden={isWithheld(overview, 'Condition')} problems={overview.problems} chosen={problem} onChoose={onProblem} />
      </div>
      <TherapyList
        isHidden={isWithheld(overview, 'MedicationRequest', 'MedicationStatement')}
        all={overview.therapy}
        linked={linked}
        problem={problem}
        onClear={onClear}
      />
      <LatestResults
        isHidden={isWithheld(overview, 'Observation')}
        all={overview.results}
        linked={linked}
        problem={problem}
        at={overview.at}
        onClear={onClear}
      />
    </div>
  )
}
