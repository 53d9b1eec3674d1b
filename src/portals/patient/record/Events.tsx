import { useState } from 'react'
import { Link } from 'react-router'
import type { TimelineEntry } from '../../../record/wire.ts'
import { dayOf, formatDate } from '../../shared/format.ts'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import type { Message } from '../../shared/message.ts'
import { SourceButton } from '../../shared/Source.tsx'
import { usePersonPath } from '../person-path.ts'
import { record } from '../words.ts'
import { Part } from './Part.tsx'

const growBy = 20

/** Visits or documents, newest first, a screenful at a time. */
export function Events({ id, title, none, entries }: { id: string; title: Message; none: Message; entries: TimelineEntry[] }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const path = usePersonPath()
  const [count, setCount] = useState(growBy / 2)
  const left = entries.length - count
  return (
    <Part id={id} title={title} count={entries.length}>
      {entries.length === 0 && <p className="soft">{say(none)}</p>}
      <ul className="lines">
        {entries.slice(0, count).map((entry) => (
          <li key={entry.id} className="with-source">
            <div>
              <p className="soft num">
                {formatDate(language, entry.at)}
                {entry.until && dayOf(entry.until) !== dayOf(entry.at) && ` ${say(record.until, { date: formatDate(language, entry.until) })}`}
              </p>
              <p>
                {entry.document ? (
                  <Link to={path(`/record/documents/${encodeURIComponent(entry.document)}`)}>{data(entry.title)}</Link>
                ) : (
                  <span className="strong">{data(entry.title)}</span>
                )}
              </p>
              <p className="soft">{[entry.detail && data(entry.detail), data(entry.institution)].filter(Boolean).join('. ')}</p>
            </div>
            <SourceButton source={entry.source} what={data(entry.title)} />
          </li>
        ))}
      </ul>
      {left > 0 && (
        <button type="button" className="button" onClick={() => setCount(count + growBy)}>
          {say(record.more, { count: Math.min(left, growBy) })}
        </button>
      )}
    </Part>
  )
}
