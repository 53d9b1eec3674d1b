import { useEffect } from 'react'
import { useLoaderData, useLocation, useOutletContext } from 'react-router'
import { useSay } from '../shared/language.tsx'
import { WaitingCorrections } from './correction/WaitingCorrections.tsx'
import type { DoctorOutlet } from './DoctorShell.tsx'
import { Finder } from './Finder.tsx'
import { type homeLoader, loadRecordPage } from './loaders.ts'
import { WaitingClaims } from './WaitingClaims.tsx'
import { portal } from './words.ts'
import { shell } from '../shared/words.ts'

/** The doctor's first page: find a person, or pick one of today's. */
export function HomePage() {
  const say = useSay()
  const { me, openVisit } = useOutletContext<DoctorOutlet>()
  const { mine } = useLoaderData<typeof homeLoader>()
  const location = useLocation()
  useEffect(() => {
    document.title = `${say(portal.today)} · ${say(shell.name)}`
  }, [say])
  useEffect(() => {
    // The next page is nearly always a record, so its code is loaded while the doctor types.
    const timer = setTimeout(() => void loadRecordPage(), 400)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div className="page home">
      <WaitingClaims />
      {me.roles.includes('doctor') && <WaitingCorrections />}
      <Finder key={location.key} mine={mine} onOpenVisit={openVisit} />
    </div>
  )
}
