import { Link, useRevalidator, useRouteError } from 'react-router'
import { Failure } from '../shared/api.ts'
import { useSay } from '../shared/language.tsx'
import { Trouble } from '../shared/Trouble.tsx'
import { useTitle } from '../shared/use-title.ts'
import { reports as words } from './leave/words.ts'
import { finder } from './words.ts'

/** Within the shell, so that whoever may not give reports still has the way to what they may do. */
export function ReportsTrouble() {
  const error = useRouteError()
  const say = useSay()
  const { revalidate } = useRevalidator()
  const isDenied = error instanceof Failure && error.status === 403
  const title = isDenied ? words.doctorOnly : words.title
  useTitle(title)
  return (
    <div className="page">
      <h1>{say(title)}</h1>
      <Trouble error={error} takesFocus {...(isDenied ? {} : { onRetry: () => void revalidate() })} />
      <p>
        <Link to="/">{say(finder.title)}</Link>
      </p>
    </div>
  )
}
