import { useRouteError } from 'react-router'
import { LanguageSwitch } from './LanguageSwitch.tsx'
import { useSay } from './language.tsx'
import { Mark } from './Mark.tsx'
import { Trouble } from './Trouble.tsx'
import { shell } from './words.ts'

/** Shown when not even the signed-in person could be loaded: the shell without contents, and what to do. */
export function PageTrouble() {
  const error = useRouteError()
  const say = useSay()
  return (
    <>
      <header className="bar">
        <span className="mark">
          <Mark />
          {say(shell.name)}
        </span>
        <span className="space" />
        <LanguageSwitch />
      </header>
      <main className="page" tabIndex={-1}>
        <h1 className="only-read">{say(shell.name)}</h1>
        <Trouble error={error} takesFocus onRetry={() => location.reload()} />
      </main>
    </>
  )
}
