import { memo, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { TimelineEntry } from '../../../record/wire.ts'
import { dayOf, formatDate } from '../../shared/format.ts'
import { Icon } from '../../shared/Icon.tsx'
import { Said, useData, useLanguage, useSay } from '../../shared/language.tsx'
import { SourceButton } from '../../shared/Source.tsx'
import { kinds } from '../../shared/words.ts'
import { byYear } from './model.ts'
import { timeline } from './words.ts'

type ListOf = { entries: TimelineEntry[]; openDocument: string | null; onOpen(document: string): void }

// The largest record has 1,500 entries. The first screen draws only 60; more follow when the reader nears the end.
const firstCount = 60
const growBy = 120

export function TimelineList({ entries, openDocument, onOpen }: ListOf) {
  const say = useSay()
  const language = useLanguage()
  const [count, setCount] = useState(firstCount)
  const pane = useRef<HTMLDivElement>(null)
  const end = useRef<HTMLButtonElement>(null)
  const years = useMemo(() => byYear(entries.slice(0, count)), [entries, count])
  const grow = useCallback(() => setCount((now) => now + growBy), [])
  const left = entries.length - count
  const hasMore = left > 0
  useEffect(() => {
    if (!end.current) return
    const watch = new IntersectionObserver(([entry]) => entry?.isIntersecting && grow(), { root: pane.current, rootMargin: '600px' })
    watch.observe(end.current)
    return () => watch.disconnect()
  }, [grow, hasMore])
  useReturnToRow(openDocument, pane)
  return (
    <div className="timeline-list" ref={pane} role="region" aria-label={say(timeline.list)} tabIndex={0}>
      {years.map(({ year, entries: ofYear }) => (
        <section key={year} aria-label={year}>
          <h3 className="year num">{formatDate(language, year)}</h3>
          <ul>
            {ofYear.map((entry) => (
              <Entry key={entry.id} entry={entry} isOpen={entry.document !== null && entry.document === openDocument} onOpen={onOpen} />
            ))}
          </ul>
        </section>
      ))}
      {hasMore && (
        <button type="button" className="button grow" ref={end} onClick={grow}>
          {say(timeline.grow, { count: Math.min(left, growBy) })}
        </button>
      )}
    </div>
  )
}

type EntryOf = { entry: TimelineEntry; isOpen: boolean; onOpen(document: string): void }

const Entry = memo(function Entry({ entry, isOpen, onOpen }: EntryOf) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const { document: id, until } = entry
  return (
    <li
      className="entry"
      data-entry={entry.id}
      data-document={id ?? undefined}
      data-open={isOpen ? '' : undefined}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && id && event.target === event.currentTarget) onOpen(id)
      }}
    >
      <span className="date num">{formatDate(language, entry.at)}</span>
      <span className="kind">
        <Icon name={entry.kind} />
        <span className="only-read">{say(kinds[entry.kind])}: </span>
      </span>
      <span className="what">
        {id ? (
          <button type="button" className="link-button" aria-current={isOpen ? 'true' : undefined} onClick={() => onOpen(id)}>
            <Said text={entry.title} />
          </button>
        ) : (
          <span>
            <Said text={entry.title} />
          </span>
        )}
        {until && dayOf(until) !== dayOf(entry.at) && <span className="num soft"> {say(timeline.until, { date: formatDate(language, until) })}</span>}
        {entry.detail && (
          <span className="detail soft">
            <Said text={entry.detail} />
          </span>
        )}
      </span>
      <span className="institution soft">{data(entry.institution)}</span>
      <SourceButton source={entry.source} what={`${data(entry.title)} ${formatDate(language, entry.at)}`} />
    </li>
  )
})

/** When the document closes, the focus returns to the row that opened it. */
function useReturnToRow(openDocument: string | null, pane: { current: HTMLElement | null }): void {
  const before = useRef<string | null>(null)
  useEffect(() => {
    const closed = openDocument === null ? before.current : null
    before.current = openDocument
    if (closed) pane.current?.querySelector<HTMLElement>(`[data-document="${CSS.escape(closed)}"]`)?.focus()
  }, [openDocument, pane])
}
