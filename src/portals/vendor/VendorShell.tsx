import { NavLink, Outlet, ScrollRestoration } from 'react-router'
import { LanguageSwitch } from '../shared/LanguageSwitch.tsx'
import { useSay } from '../shared/language.tsx'
import { Mark } from '../shared/Mark.tsx'
import { useFocusOnNewPage } from '../shared/use-focus-on-new-page.ts'
import { shell } from '../shared/words.ts'
import { portal } from './words.ts'

/** The frame of the sandbox, which has no sign-in: the number of a system opens its page. */
export function VendorShell() {
  const say = useSay()
  const content = useFocusOnNewPage()
  return (
    <>
      <a className="skip" href="#content">
        {say(shell.skip)}
      </a>
      <header className="bar">
        <NavLink className="mark" to="/">
          <Mark />
          {say(shell.name)}
        </NavLink>
        <span className="portal-name">{say(portal.name)}</span>
        <span className="space" />
        <LanguageSwitch />
      </header>
      <main id="content" tabIndex={-1} ref={content}>
        <div className="page work-page">
          <Outlet />
        </div>
      </main>
      <ScrollRestoration />
    </>
  )
}
