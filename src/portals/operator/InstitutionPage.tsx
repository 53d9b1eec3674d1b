import { Link, useParams } from 'react-router'
import type { Completeness } from '../../record/wire.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { CompletenessView } from '../shared/completeness/CompletenessView.tsx'
import { Stretch, useStretch } from '../shared/completeness/Stretch.tsx'
import { completeness as words } from '../shared/completeness/words.ts'
import { useData, useSay } from '../shared/language.tsx'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'

/** One institution for the ministry and the operator: figures and reasons, but no visits. */
export function InstitutionPage() {
  const say = useSay()
  const data = useData()
  const { id = '' } = useParams()
  const { days, query } = useStretch()
  const live = useLive<Completeness>(`/record/completeness/institutions/${encodeURIComponent(id)}${query}`, null)
  useTitle(words.title)
  return (
    <>
      <p>
        <Link to={`/completeness?days=${days}`}>{say(words.back)}</Link>
      </p>
      <Arrived live={live}>
        {(shown) => (
          <>
            <h1>{say(words.titleOf, { name: data(shown.institution.name) })}</h1>
            <Stretch days={days} from={shown.from} to={shown.to} />
            <CompletenessView shown={shown} isOwn={false} />
          </>
        )}
      </Arrived>
    </>
  )
}
