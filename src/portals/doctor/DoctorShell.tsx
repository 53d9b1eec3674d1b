import { lazy, Suspense, useCallback, useState } from 'react'
import { Link, Navigate, Outlet, useLoaderData, useLocation, useNavigate } from 'react-router'
import type { Me } from '../../access/wire.ts'
import { Icon } from '../shared/Icon.tsx'
import { LanguageSwitch } from '../shared/LanguageSwitch.tsx'
import { useSay } from '../shared/language.tsx'
import { Mark } from '../shared/Mark.tsx'
import { OwnPortal } from '../shared/OwnPortal.tsx'
import { SettingsMenu } from '../shared/SettingsMenu.tsx'
import { useShortcuts } from '../shared/shortcuts.ts'
import { SourceProvider } from '../shared/Source.tsx'
import { shell } from '../shared/words.ts'
import { LookReportsLink } from './look-reports/LookReportsLink.tsx'
import type { Opened } from './open-visit.ts'
import { SignatureProvider } from './signature/Signature.tsx'
import { useTopOfNewPage } from './use-top-of-new-page.ts'
import { finder, portal } from './words.ts'

const OpenVisitDialog = lazy(() => import('./OpenVisitDialog.tsx'))
const CommandPalette = lazy(() => import('./CommandPalette.tsx'))

export type DoctorOutlet = { me: Me; openVisit(opened?: Opened): void; showCommands(): void }

/** The bar over every page, the visit dialog and the list of commands. */
export function DoctorShell() {
  const me = useLoaderData<Me>()
  const say = useSay()
  const navigate = useNavigate()
  const [visit, setVisit] = useState<Opened | null>(null)
  const [areCommandsShown, setCommandsShown] = useState(false)
  const openVisit = useCallback((opened: Opened = {}) => setVisit(opened), [])
  const showCommands = useCallback(() => setCommandsShown(true), [])
  useTopOfNewPage()
  useShortcuts({
    '/': () => void navigate('/', { state: { focus: Date.now() } }),
    F8: () => openVisit({ way: 'card' }),
    '?': showCommands,
    'Ctrl+KeyK': showCommands,
  })
  const isWorker = me.roles.some((role) => role === 'doctor' || role === 'nurse' || role === 'laboratory')
  // The data officer sees which reports the institution sends and which looks patients do not know, but opens no record.
  const isOfficer = me.roles.includes('data-officer')
  const { pathname } = useLocation()
  const isAtOfficers = pathname === '/completeness' || pathname === '/look-reports'
  return (
    <SourceProvider>
      <a className="skip" href="#content">
        {say(shell.skip)}
      </a>
      <Bar me={me} isWorker={isWorker} isOfficer={isOfficer} onCommands={showCommands} />
      <main id="content" tabIndex={-1}>
        {isWorker || (isOfficer && isAtOfficers) ? (
          <SignatureProvider>
            <Outlet context={{ me, openVisit, showCommands } satisfies DoctorOutlet} />
          </SignatureProvider>
        ) : isOfficer && pathname === '/' ? (
          <Navigate to="/completeness" replace />
        ) : (
          <NotWorker me={me} />
        )}
      </main>
      <Suspense>
        {visit && <OpenVisitDialog opened={visit} onClose={() => setVisit(null)} />}
        {areCommandsShown && (
          <CommandPalette isDoctor={me.roles.includes('doctor')} onClose={() => setCommandsShown(false)} onVisit={() => openVisit({ way: 'card' })} />
        )}
      </Suspense>
    </SourceProvider>
  )
}

function Bar({ me, isWorker, isOfficer, onCommands }: { me: Me; isWorker: boolean; isOfficer: boolean; onCommands(): void }) {
  const say = useSay()
  return (
    <header className="bar">
      <Link className="mark" to="/">
        <Mark />
        {say(shell.name)}
      </Link>
      <span className="portal-name">{say(portal.name)}</span>
      <nav aria-label={say(portal.name)}>
        {isWorker && (
          <Link className="find" to="/" state={{ focus: 1 }}>
            <Icon name="search" />
            &nbsp;{say(finder.title)}
          </Link>
        )}
        {me.roles.includes('doctor') && <Link to="/reports">{say(portal.reports)}</Link>}
        {(isWorker || isOfficer) && <Link to="/completeness">{say(portal.completeness)}</Link>}
        {isOfficer && <LookReportsLink />}
      </nav>
      <span className="space" />
      {me.demo && <span className="demo small soft">{say(shell.demo)}</span>}
      <LanguageSwitch />
      <button type="button" className="icon-button" onClick={onCommands}>
        <span className="only-read">{say(portal.help)} </span>
        <kbd>?</kbd>
      </button>
      <SettingsMenu me={me} work />
    </header>
  )
}

function NotWorker({ me }: { me: Me }) {
  const say = useSay()
  return (
    <div className="page">
      <h1>{say(portal.name)}</h1>
      <p>{say(portal.notWorker)}</p>
      <OwnPortal me={me} />
    </div>
  )
}
