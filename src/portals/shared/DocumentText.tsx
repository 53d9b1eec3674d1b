import type { DocumentView } from '../../record/wire.ts'
import { Icon } from './Icon.tsx'
import { useData, useSay } from './language.tsx'
import { messages } from './message.ts'

const words = messages({
  empty: { sr: 'Документ нема текст.', en: 'The document has no text.' },
  attachments: { sr: 'Прилози', en: 'Attachments' },
  missing: { sr: 'садржај није достављен', en: 'content was not sent' },
})

/** The cleaned text of a document: sections with paragraphs and real tables. It is text, never markup from a sender. */
export function DocumentText({ view, level }: { view: DocumentView; level: 2 | 3 }) {
  const Heading = `h${level}` as const
  const say = useSay()
  const data = useData()
  return (
    <div className="document-text">
      {view.sections.length === 0 && view.attachments.length === 0 && <p className="unrecorded">{say(words.empty)}</p>}
      {view.sections.map((section, at) => (
        <section key={at}>
          {section.title && <Heading>{data(section.title)}</Heading>}
          {section.paragraphs.map((paragraph, line) => <p key={line}>{data(paragraph)}</p>)}
          {section.tables.map((rows, table) => <Rows key={table} rows={rows} title={section.title} />)}
        </section>
      ))}
      {view.attachments.length > 0 && (
        <section>
          <Heading>{say(words.attachments)}</Heading>
          <ul>
            {view.attachments.map((attachment, at) => (
              <li key={at} className="attachment">
                <Icon name="document" />
                {attachment.url
                  ? <a href={attachment.url} target="_blank" rel="noreferrer">{data(attachment.title)}</a>
                  : <span>{data(attachment.title)} <span className="unrecorded">({say(words.missing)})</span></span>}
                <span className="faint small">{attachment.contentType}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

/** The first row of a table is its head when it has more rows below. */
function Rows({ rows, title }: { rows: string[][]; title: string }) {
  const data = useData()
  const [head, ...body] = rows
  if (!head) return null
  const hasHead = body.length > 0
  return (
    <div className="table-scroll" role="region" aria-label={data(title)} tabIndex={0}>
      <table>
        {hasHead && <thead><tr>{head.map((cell, at) => <th key={at} scope="col">{data(cell)}</th>)}</tr></thead>}
        <tbody>
          {(hasHead ? body : rows).map((row, at) => <tr key={at}>{row.map((cell, column) => <td key={column}>{data(cell)}</td>)}</tr>)}
        </tbody>
      </table>
    </div>
  )
}
