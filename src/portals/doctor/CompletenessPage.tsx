import type { Completeness } from '../../record/wire.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { CompletenessView } from '../shared/completeness/CompletenessView.tsx'
import { Stretch, useStretch } from '../shared/completeness/Stretch.tsx'
import { completeness as words } from '../shared/completeness/words.ts'
import { useData, useSay } from '../shared/language.tsx'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import './completeness.css'

/** Shows whether the reader's own institution sends the reports it should, and which are missing. */
export function CompletenessPage() {
  const say = useSay()
  const data = useData()
  const { days, query } = useStretch()
  const live = useLive<Completeness>(`/record/completeness${query}`, null)
  useTitle(words.title)
  return (
    <div className="page completeness-page">
      <Arrived live={live}>
        {(shown) => (
          <>
            <h1>{say(words.titleOf, { name: data(shown.institution.name) })}</h1>
            <p className="soft">{say(words.lead)}</p>
            <Stretch days={days} from={shown.from} to={shown.to} />
            <CompletenessView shown={shown} isOwn />
          </>
        )}
      </Arrived>
    </div>
  )
}
