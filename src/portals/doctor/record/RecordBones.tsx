import { useSay } from '../../shared/language.tsx'
import { states, summary, timeline } from './words.ts'

const bones = (count: number) => Array.from({ length: count }, (_, at) => <div key={at} className="bone" />)

/** The layout of the record before its data: nothing for 200 ms, then motionless placeholders in the right places. */
export function RecordBones() {
  const say = useSay()
  return (
    <div className="record late" aria-busy="true">
      <div className="banner">
        <div className="banner-row">
          <p role="status">{say(states.loading)}</p>
        </div>
      </div>
      <div className="record-body">
        <div className="summary">
          <section>
            <h2>{say(summary.problems)}</h2>
            {bones(5)}
          </section>
          <section>
            <h2>{say(summary.therapy)}</h2>
            {bones(6)}
          </section>
          <section>
            <h2>{say(summary.results)}</h2>
            {bones(8)}
          </section>
        </div>
        <section>
          <h2>{say(timeline.title)}</h2>
          {bones(8)}
        </section>
      </div>
    </div>
  )
}
