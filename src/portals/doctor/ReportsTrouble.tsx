import { Link, useRevalidator, useRouteError } from 'react-router'
import { Failure } from '../shared/api.ts'
import { useSay } from '../shared/language.tsx'
import { Trouble } from '../shared/Trouble.tsx'
import { useTitle } from '../shared/use-title.ts'
import { reports as words } from './leave/words.ts'
import { finder } from './words.ts'

/** The error is shown inside the shell: a reader who may not give reports still sees the way to other pages. */
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
