import { Suspense, useEffect } from 'react'
import { Await, Link, useAsyncError, useLoaderData, useOutletContext, useRevalidator } from 'react-router'
import { Failure } from '../../shared/api.ts'
import { Icon } from '../../shared/Icon.tsx'
import { useSay } from '../../shared/language.tsx'
import { Trouble } from '../../shared/Trouble.tsx'
import { shell } from '../../shared/words.ts'
import type { DoctorOutlet } from '../DoctorShell.tsx'
import type { recordLoader } from '../loaders.ts'
import { finder } from '../words.ts'
import { Record } from './Record.tsx'
import { RecordBones } from './RecordBones.tsx'
import { allergy, states } from './words.ts'

/** The record of one person, on one scrolling page. */
export function RecordPage() {
  const { overview } = useLoaderData<typeof recordLoader>()
  return (
    <Suspense fallback={<RecordBones />}>
      <Await resolve={overview} errorElement={<RecordTrouble />}>
        {(known) => <Record key={known.person.id} overview={known} />}
      </Await>
    </Suspense>
  )
}

/** A refusal names what would open the record and offers the one way that a doctor has here; after a fault the reader can try again. */
function RecordTrouble() {
  const error = useAsyncError()
  const say = useSay()
  const revalidator = useRevalidator()
  const { openVisit } = useOutletContext<DoctorOutlet>()
  const isDenied = error instanceof Failure && error.status === 403
  useEffect(() => {
    document.title = `${say(isDenied ? states.denied : shell.name)} · ${say(shell.name)}`
  }, [say, isDenied])
  if (!isDenied) {
    return (
      <div className="page">
        <h1 className="only-read">{say(shell.name)}</h1>
        <Trouble error={error} takesFocus onRetry={() => void revalidator.revalidate()} />
        <p className="status warn">
          <Icon name="warning" />
          {say(allergy.unavailable)}
        </p>
      </div>
    )
  }
  return (
    <div className="page denied">
      <h1>{say(states.denied)}</h1>
      <Trouble error={error} takesFocus />
      <div className="buttons">
        <button type="button" className="button main" onClick={() => openVisit({ way: 'number' })}>
          {say(finder.openVisit)}
        </button>
        <Link className="button" to="/">
          {say(finder.title)}
        </Link>
      </div>
    </div>
  )
}
