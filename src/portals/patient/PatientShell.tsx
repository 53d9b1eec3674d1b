import { Link, NavLink, Outlet, ScrollRestoration, useLoaderData, useNavigate, useParams } from 'react-router'
import type { Me } from '../../access/wire.ts'
import { Icon, type IconName } from '../shared/Icon.tsx'
import { LanguageSwitch } from '../shared/LanguageSwitch.tsx'
import { useData, useSay } from '../shared/language.tsx'
import { Mark } from '../shared/Mark.tsx'
import type { Message } from '../shared/message.ts'
import { OwnPortal } from '../shared/OwnPortal.tsx'
import { ownPortal } from '../shared/own-portal.ts'
import { SettingsMenu } from '../shared/SettingsMenu.tsx'
import { SourceProvider } from '../shared/Source.tsx'
import { useFocusOnNewPage } from '../shared/use-focus-on-new-page.ts'
import { shell } from '../shared/words.ts'
import { usePersonPath } from './person-path.ts'
import { portal } from './words.ts'

export function PatientShell() {
  const me = useLoaderData<Me>()
  const say = useSay()
  const data = useData()
  const path = usePersonPath()
  const { person } = useParams()
  const child = me.represents.find((one) => one.person === person)
  const hasRecord = me.person !== null || person !== undefined
  const content = useFocusOnNewPage()
  return (
    <SourceProvider>
      <a className="skip" href="#content">
        {say(shell.skip)}
      </a>
      <header className="bar patient-bar">
        <Link className="mark" to={path('')}>
          <Mark />
          {say(shell.name)}
        </Link>
        {hasRecord && (
          <nav className="pages" aria-label={say(portal.nav)}>
            <Page to={path('')} end icon="home" name={portal.home} />
            <Page to={path('/record')} icon="document" name={child ? portal.childRecord : portal.record} />
            <Page to={path('/looks')} icon="eye" name={portal.looks} />
            {person === undefined && <Page to="/leaves" icon="document" name={portal.leaves} />}
          </nav>
        )}
        <span className="space" />
        {me.represents.length > 0 && <Whose me={me} person={person} />}
        <LanguageSwitch />
        <SettingsMenu me={me} work={false} />
      </header>
      <main id="content" tabIndex={-1} ref={content}>
        {child && (
          <p className="for-child">
            <Icon name="info" /> {say(portal.forChild, { name: data(child.name) })}
          </p>
        )}
        {hasRecord ? <Outlet context={{ me }} /> : <NoRecord me={me} />}
      </main>
      {me.demo && <footer className="demo small soft">{say(shell.demo)}</footer>}
      <ScrollRestoration />
    </SourceProvider>
  )
}

function Page({ to, icon, name, end = false }: { to: string; icon: IconName; name: Message; end?: boolean }) {
  const say = useSay()
  return (
    <NavLink to={to} end={end}>
      <Icon name={icon} />
      <span>{say(name)}</span>
    </NavLink>
  )
}

/** Says in words whose record it is, the reader's own or that of a child they represent: the pages look alike. */
function Whose({ me, person }: { me: Me; person: string | undefined }) {
  const say = useSay()
  const data = useData()
  const navigate = useNavigate()
  return (
    <label className="select-inline">
      {say(portal.whose)}
      <select
        className="input"
        value={person ?? ''}
        onChange={(event) => void navigate(event.target.value ? `/for/${encodeURIComponent(event.target.value)}` : '/')}
      >
        {me.person !== null && <option value="">{say(portal.mine)}</option>}
        {me.person === null && person === undefined && <option value="">–</option>}
        {me.represents.map((one) => (
          <option key={one.person} value={one.person}>
            {data(one.name)}
          </option>
        ))}
      </select>
    </label>
  )
}

function NoRecord({ me }: { me: Me }) {
  const say = useSay()
  const own = ownPortal(me)
  return (
    <div className="page">
      <h1>{say(portal.name)}</h1>
      <p>{say(portal.noRecord)}</p>
      {own !== null && own.to !== '/patient/' && <OwnPortal me={me} />}
    </div>
  )
}
