import { useMemo, useState } from 'react'
import type { LabSeries, Overview } from '../../../record/wire.ts'
import { Icon } from '../../shared/Icon.tsx'
import { useSay } from '../../shared/language.tsx'
import { flags } from '../../shared/words.ts'
import { LabTable } from './LabTable.tsx'
import { useGroupName } from './use-group-name.ts'
import { allLabs, type LabFilter, labGrid } from './model.ts'
import { labs, summary } from './words.ts'

type LabPanelOf = { results: LabSeries[]; overview: Overview }

const periods: LabFilter['period'][] = ['all', 'years3', 'months12']
const legend = ['high', 'low', 'critical-high', 'critical-low', 'abnormal'] as const

export function LabPanel({ results, overview }: LabPanelOf) {
  const say = useSay()
  const groups = useMemo(() => [...new Set(results.flatMap(({ group }) => group ?? []))], [results])
  // Blood pressure is measured far more often than blood is taken, so one table for both would be full of dashes.
  const [filter, setFilter] = useState(() => ({ ...allLabs, group: groups.includes('laboratory') ? 'laboratory' : '' }))
  const grid = useMemo(() => labGrid(results, filter, overview.at), [results, filter, overview.at])
  const count = results.reduce((sum, series) => sum + series.points.length, 0)
  return (
    <section id="labs" className="labs" tabIndex={-1} aria-labelledby="labs-title">
      <header className="section-head">
        <h2 id="labs-title">{say(labs.title)}</h2>
        <span className="count" role="status">
          {say(labs.results, { count: grid.rows.reduce((sum, row) => sum + row.byDay.size, 0) })}
        </span>
        {results.length > 0 && <LabFilters groups={groups} filter={filter} onFilter={setFilter} />}
      </header>
      {results.length === 0 && <p className="unrecorded">{say(summary.noResults)}</p>}
      {results.length > 0 && grid.rows.length === 0 && (
        <p className="empty">
          <button type="button" className="link-button" onClick={() => setFilter(allLabs)}>
            {say(labs.emptyPeriod, { count })}
          </button>
        </p>
      )}
      {grid.rows.length > 0 && (
        <>
          <LabTable grid={grid} overview={overview} />
          <p className="legend small soft" aria-label={say(labs.legend)}>
            {legend.map((flag) => (
              <span key={flag} className={`lab-value ${flag}`}>
                <Icon name={flag} /> {say(flags[flag])}
              </span>
            ))}
          </p>
        </>
      )}
    </section>
  )
}

const periodWords = { all: labs.allTime, years3: labs.years3, months12: labs.months12 }

function LabFilters({ groups, filter, onFilter }: { groups: string[]; filter: LabFilter; onFilter(filter: LabFilter): void }) {
  const say = useSay()
  const nameOf = useGroupName()
  return (
    <div className="filters">
      <div className="select-inline">
        <select className="input" aria-label={say(labs.group)} value={filter.group} onChange={(event) => onFilter({ ...filter, group: event.target.value })}>
          <option value="">{say(labs.allGroups)}</option>
          {groups.map((group) => (
            <option key={group} value={group}>
              {nameOf(group)}
            </option>
          ))}
        </select>
      </div>
      <div className="toggles" role="group" aria-label={say(labs.period)}>
        {periods.map((period) => (
          <button key={period} type="button" aria-pressed={filter.period === period} onClick={() => onFilter({ ...filter, period })}>
            {say(periodWords[period])}
          </button>
        ))}
      </div>
      <label className="check">
        <input type="checkbox" checked={filter.onlyOut} onChange={(event) => onFilter({ ...filter, onlyOut: event.target.checked })} />
        {say(labs.onlyOut)}
      </label>
    </div>
  )
}
