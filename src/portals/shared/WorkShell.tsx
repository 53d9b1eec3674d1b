import { NavLink, Outlet, ScrollRestoration, useLoaderData } from 'react-router'
import type { Me, Role } from '../../access/wire.ts'
import { LanguageSwitch } from './LanguageSwitch.tsx'
import { useSay } from './language.tsx'
import { Mark } from './Mark.tsx'
import type { Message } from './message.ts'
import { OwnPortal } from './OwnPortal.tsx'
import { SettingsMenu } from './SettingsMenu.tsx'
import { useFocusOnNewPage } from './use-focus-on-new-page.ts'
import { shell } from './words.ts'

type Shell = {
  name: Message
  /** The address, the word and, for a page that only some of the portal's roles may see, those roles. */
  pages: readonly (readonly [string, Message, (readonly Role[])?])[]
  roles: readonly Role[]
  notYours: Message
}

/** With more pages than this the bar leaves out what other places show, too, so that it stays one line on an office screen. */
const manyPages = 4

/** The frame of a portal for work: its pages, language and account. A reader without any of its roles is told so, and no data is loaded. */
export function WorkShell({ name, pages, roles, notYours }: Shell) {
  const me = useLoaderData<Me>()
  const say = useSay()
  const content = useFocusOnNewPage()
  const isTheirs = me.roles.some((role) => roles.includes(role))
  const shown = isTheirs ? pages.filter(([, , only]) => only === undefined || me.roles.some((role) => only.includes(role))) : []
  return (
    <>
      <a className="skip" href="#content">
        {say(shell.skip)}
      </a>
      <header className={shown.length > manyPages ? 'bar many' : 'bar'}>
        <NavLink className="mark" to="/">
          <Mark />
          {say(shell.name)}
        </NavLink>
        <span className="portal-name">{say(name)}</span>
        {shown.length > 0 && (
          <nav className="pages" aria-label={say(shell.pages)}>
            {shown.map(([to, word]) => (
              <NavLink key={to} to={to} end={to === '/'}>
                {say(word)}
              </NavLink>
            ))}
          </nav>
        )}
        <span className="space" />
        {me.demo && <span className="demo small soft">{say(shell.demo)}</span>}
        <LanguageSwitch />
        <SettingsMenu me={me} work />
      </header>
      <main id="content" tabIndex={-1} ref={content}>
        <div className="page work-page">
          {isTheirs ? (
            <Outlet context={me} />
          ) : (
            <>
              <h1>{say(name)}</h1>
              <p>{say(notYours)}</p>
              <OwnPortal me={me} />
            </>
          )}
        </div>
        {me.demo && <p className="demo-below small soft">{say(shell.demo)}</p>}
      </main>
      <ScrollRestoration />
    </>
  )
}
