import { useEffect, useMemo, useRef, useState } from 'react'
import { Outlet, useNavigate, useOutletContext, useParams } from 'react-router'
import type { Overview, Problem } from '../../../record/wire.ts'
import { useData } from '../../shared/language.tsx'
import { useShortcuts } from '../../shared/shortcuts.ts'
import type { DoctorOutlet } from '../DoctorShell.tsx'
import { linkedTo } from './clinical-links.ts'
import { ImmunizationTable } from './ImmunizationTable.tsx'
import { LabPanel } from './LabPanel.tsx'
import { everything, filterTimeline } from './model.ts'
import { PatientBanner } from './PatientBanner.tsx'
import { SourcesAndDoctors } from './SourcesAndDoctors.tsx'
import { Summary } from './Summary.tsx'
import { Timeline } from './Timeline.tsx'
import { useRows } from './use-rows.ts'
import { Withheld } from './Withheld.tsx'
import { isWithheld } from './withheld.ts'

export type PaneOutlet = { documents: string[]; overview: Overview }

/** The page of a person: banner, summary, timeline, results, immunisations, sources. Choosing a problem filters the sections by it. */
export function Record({ overview }: { overview: Overview }) {
  const { document: openDocument } = useParams()
  const navigate = useNavigate()
  const { me } = useOutletContext<DoctorOutlet>()
  const data = useData()
  const [problem, setProblem] = useState<Problem | null>(null)
  const [filter, setFilter] = useState(everything)
  const body = useRef<HTMLDivElement>(null)
  const [isDocumentFirst] = useState(openDocument !== undefined)
  const linked = useMemo(() => (problem ? linkedTo(problem, overview) : null), [problem, overview])
  const entries = linked?.timeline ?? overview.timeline
  const shown = useMemo(() => filterTimeline(entries, filter, overview.at), [entries, filter, overview.at])
  const documents = useMemo(() => [...new Set(shown.flatMap((entry) => entry.document ?? []))], [shown])
  const rows = useRows(body)

  useTitle(overview, data)
  useEffect(() => {
    // After opening the record the person's name has the focus. A document that was opened by its address takes the focus itself.
    if (!isDocumentFirst) window.document.getElementById('patient-name')?.focus({ preventScroll: true })
  }, [isDocumentFirst])
  useShortcuts({
    KeyT: () => jumpTo('timeline'),
    KeyL: () => jumpTo('labs'),
    KeyS: () => jumpTo('summary'),
    ...(me.roles.includes('doctor') ? { KeyB: () => void navigate('leave') } : {}),
    'KeyG KeyT': () => jumpTo('timeline'),
    'KeyG KeyL': () => jumpTo('labs'),
    'KeyG KeyP': () => jumpTo('summary'),
    ...(openDocument ? {} : { KeyJ: () => rows.move(1), KeyK: () => rows.move(-1), Escape: () => setProblem(null) }),
  })

  const openAt = (id: string) => void navigate(`documents/${encodeURIComponent(id)}`, { preventScrollReset: true })
  return (
    <div className="record" data-pane={openDocument ? '' : undefined}>
      <PatientBanner overview={overview} />
      <div className="record-body" ref={body}>
        {overview.withheld && <Withheld withheld={overview.withheld} />}
        <Summary overview={overview} linked={linked} problem={problem} onProblem={setProblem} />
        <Timeline
          overview={overview}
          entries={entries}
          shown={shown}
          filter={filter}
          onFilter={setFilter}
          problem={problem}
          onClearProblem={() => setProblem(null)}
          openDocument={openDocument ?? null}
          onOpen={openAt}
        />
        <LabPanel results={linked?.results ?? overview.results} overview={overview} />
        <ImmunizationTable items={overview.immunizations} isHidden={isWithheld(overview, 'Immunization')} />
        <SourcesAndDoctors overview={overview} />
      </div>
      <Outlet context={{ documents, overview } satisfies PaneOutlet} />
    </div>
  )
}

function jumpTo(id: string): void {
  const target = window.document.getElementById(id)
  target?.scrollIntoView({ block: 'start' })
  target?.focus({ preventScroll: true })
}

/** Initials and birth year tell two open tabs apart without writing a name into the browser's history. */
function useTitle({ person }: Overview, data: (text: string) => string): void {
  const { family, given, birthDate } = person
  useEffect(() => {
    const initials = [family, given].map((name) => `${data(name).slice(0, 1)}.`).join(' ')
    document.title = `${initials}${birthDate ? ` ${birthDate.slice(0, 4)}.` : ''} · ${data('Спона')}`
  }, [family, given, birthDate, data])
}
