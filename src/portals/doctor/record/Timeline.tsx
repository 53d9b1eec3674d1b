import { useMemo } from 'react'
import type { Overview, Problem, TimelineEntry } from '../../../record/wire.ts'
import { formatDate } from '../../shared/format.ts'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { kinds } from '../../shared/words.ts'
import { Lanes } from './Lanes.tsx'
import { choicesOf, everything, firstDayOf, type Period, type TimelineFilter } from './model.ts'
import { OnlyWith } from './OnlyWith.tsx'
import { TimelineList } from './TimelineList.tsx'
import { timeline } from './words.ts'

type TimelineOf = {
  overview: Overview
  entries: TimelineEntry[]
  shown: TimelineEntry[]
  filter: TimelineFilter
  onFilter(filter: TimelineFilter): void
  problem: Problem | null
  onClearProblem(): void
  openDocument: string | null
  onOpen(document: string): void
}

/** The list is on the left and the lanes on the right: a document opens over the lanes, and the list stays where it was. */
export function Timeline(props: TimelineOf) {
  const { overview, entries, shown, filter, onFilter, problem, onClearProblem, openDocument, onOpen } = props
  const say = useSay()
  const isFiltered = filter.kind !== 'all' || filter.institution !== '' || filter.period !== 'all' || filter.span !== null
  const counted = isFiltered ? say(timeline.countOf, { shown: shown.length, count: entries.length }) : say(timeline.count, { count: entries.length })
  return (
    <section id="timeline" className="timeline" tabIndex={-1} aria-labelledby="timeline-title">
      {problem && <OnlyWith problem={problem} isKnown count={entries.length} total={overview.timeline.length} onClear={onClearProblem} />}
      <div className="timeline-body">
        <div className="timeline-side">
          <header className="section-head">
            <h2 id="timeline-title">{say(timeline.title)}</h2>
            <span className="count" role="status">
              {counted}
            </span>
            {overview.timeline.length > 0 && <Filters entries={entries} filter={filter} onFilter={onFilter} />}
          </header>
          {overview.timeline.length === 0 && <p className="empty">{say(timeline.none)}</p>}
          {overview.timeline.length > 0 && shown.length === 0 && (
            <p className="empty">
              {say(timeline.empty, { count: entries.length })}{' '}
              <button type="button" className="link-button" onClick={() => onFilter(everything)}>
                {say(timeline.clear)}
              </button>
            </p>
          )}
          {shown.length > 0 && <TimelineList key={JSON.stringify(filter)} entries={shown} openDocument={openDocument} onOpen={onOpen} />}
        </div>
        {overview.timeline.length > 0 && (
          <div className="lanes-side">
            <Periods filter={filter} onFilter={onFilter} />
            <Lanes
              overview={overview}
              entries={entries}
              from={filter.span?.from ?? firstDayOf(filter.period, overview.at)}
              span={filter.span}
              onSpan={(span) => onFilter({ ...filter, span })}
            />
            <p className="small faint lanes-note">{say(timeline.lanesNote)}</p>
          </div>
        )}
      </div>
    </section>
  )
}

const periods: Period[] = ['all', 'years5', 'year1', 'months3']

function Filters({ entries, filter, onFilter }: Pick<TimelineOf, 'entries' | 'filter' | 'onFilter'>) {
  const say = useSay()
  const data = useData()
  const choices = useMemo(() => choicesOf(entries), [entries])
  return (
    <div className="filters">
      <div className="select-inline">
        <select
          className="input"
          aria-label={say(timeline.kind)}
          value={filter.kind}
          onChange={(event) => onFilter({ ...filter, kind: event.target.value as TimelineFilter['kind'] })}
        >
          <option value="all">{say(timeline.allKinds)}</option>
          {choices.kinds.map(({ kind, count }) => (
            <option key={kind} value={kind}>{`${say(kinds[kind])} (${count})`}</option>
          ))}
        </select>
      </div>
      <div className="select-inline">
        <select
          className="input"
          aria-label={say(timeline.institution)}
          value={filter.institution}
          onChange={(event) => onFilter({ ...filter, institution: event.target.value })}
        >
          <option value="">{say(timeline.allInstitutions)}</option>
          {choices.institutions.map(({ name, count }) => (
            <option key={name} value={name}>{`${data(name)} (${count})`}</option>
          ))}
        </select>
      </div>
    </div>
  )
}

/** The choice of the period, above the axis that it changes. A mouse can also drag on the lanes. */
function Periods({ filter, onFilter }: Pick<TimelineOf, 'filter' | 'onFilter'>) {
  const say = useSay()
  const language = useLanguage()
  return (
    <div className="filters">
      <div className="toggles" role="group" aria-label={say(timeline.period)}>
        {periods.map((period) => (
          <button
            key={period}
            type="button"
            aria-pressed={filter.period === period && !filter.span}
            onClick={() => onFilter({ ...filter, period, span: null })}
          >
            {say(timeline[period])}
          </button>
        ))}
        {filter.span && (
          <button type="button" aria-pressed="true" className="num" onClick={() => onFilter({ ...filter, span: null })}>
            {say(timeline.brushed, { from: formatDate(language, filter.span.from), until: formatDate(language, filter.span.until) })}
          </button>
        )}
      </div>
    </div>
  )
}
