import { Link } from 'react-router'
import { useSay } from './language.tsx'
import { shell } from './words.ts'

export function NotFound() {
  const say = useSay()
  return (
    <div className="page">
      <h1>{say(shell.notFound)}</h1>
      <p>
        <Link to="/">{say(shell.home)}</Link>
      </p>
    </div>
  )
}
