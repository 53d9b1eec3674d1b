import { NavLink, Outlet, ScrollRestoration, useLoaderData } from 'react-router'
import type { Me } from '../../access/wire.ts'
import { LanguageSwitch } from '../shared/LanguageSwitch.tsx'
import { useSay } from '../shared/language.tsx'
import { Mark } from '../shared/Mark.tsx'
import { SettingsMenu } from '../shared/SettingsMenu.tsx'
import { useFocusOnNewPage } from '../shared/use-focus-on-new-page.ts'
import { shell } from '../shared/words.ts'
import { portal } from './words.ts'

const pages = [
  ['/', portal.overview],
  ['/members', portal.members],
  ['/contracts', portal.contracts],
  ['/messages', portal.messages],
  ['/proposals', portal.proposals],
] as const

export function OperatorShell() {
  const me = useLoaderData<Me>()
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
        <nav className="pages" aria-label={say(portal.nav)}>
          {pages.map(([to, name]) => (
            <NavLink key={to} to={to} end={to === '/'}>
              {say(name)}
            </NavLink>
          ))}
        </nav>
        <span className="space" />
        {me.demo && <span className="demo small soft">{say(shell.demo)}</span>}
        <LanguageSwitch />
        <SettingsMenu me={me} work />
      </header>
      <main id="content" tabIndex={-1} ref={content}>
        <div className="page operator-page">{me.roles.includes('operator') ? <Outlet /> : <NotOperator />}</div>
      </main>
      <ScrollRestoration />
    </>
  )
}

function NotOperator() {
  const say = useSay()
  return (
    <>
      <h1>{say(portal.name)}</h1>
      <p>{say(portal.notOperator)}</p>
      <p>
        <a href="/doctor/">{say(portal.toDoctor)}</a>
      </p>
    </>
  )
}
