import { Link, useLoaderData } from 'react-router'
import { calculatorWords } from '../../shared/calculator/words.ts'
import { useSay } from '../../shared/language.tsx'
import { useTitle } from '../../shared/use-title.ts'
import { Loaded } from '../Loaded.tsx'
import type { leavesLoader } from '../loaders.ts'
import { OwnLeaves } from './OwnLeaves.tsx'
import { leaves as words } from '../words.ts'

/** The reader's own leaves: until when, who decides, who pays, which papers. */
export function LeavesPage() {
  const say = useSay()
  const loaded = useLoaderData<typeof leavesLoader>()
  useTitle(words.title)
  return (
    <div className="page patient-page">
      <h1>{say(words.title)}</h1>
      <p className="lead">{say(words.lead)}</p>
      <p>
        <Link to="/leaves/calculator">{say(calculatorWords.open)}</Link>
      </p>
      <Loaded promise={loaded.leaves} lines={4}>
        {({ leaves }) => (leaves.length === 0 ? <p className="soft empty">{say(words.none)}</p> : <OwnLeaves leaves={leaves} />)}
      </Loaded>
    </div>
  )
}
