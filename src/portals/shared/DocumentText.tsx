import type { DocumentView } from '../../record/wire.ts'
import { formatRange, formatResult } from './format.ts'
import { Icon } from './Icon.tsx'
import { Said, useData, useLanguage, useSay } from './language.tsx'
import type { Language } from './languages.ts'
import { messages } from './message.ts'

const words = messages({
  empty: { sr: 'Документ нема текст.', en: 'The document has no text.' },
  attachments: { sr: 'Прилози', en: 'Attachments' },
  missing: { sr: 'садржај није достављен', en: 'content was not sent' },
})

/** The cleaned text of a document: sections with paragraphs and real tables. It is shown as text, never as markup from the sender. */
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
          {section.paragraphs.map((paragraph, line) => (
            <p key={line}>
              <Said text={paragraph} />
            </p>
          ))}
          {section.tables.map((rows, table) => (
            <Rows key={table} rows={rows} title={section.title || view.title} isReport={view.source.resource.startsWith('DiagnosticReport/')} />
          ))}
        </section>
      ))}
      {view.attachments.length > 0 && (
        <section>
          <Heading>{say(words.attachments)}</Heading>
          <ul>
            {view.attachments.map((attachment, at) => (
              <li key={at} className="attachment">
                <Icon name="document" />
                {attachment.url ? (
                  <a href={attachment.url} target="_blank" rel="noreferrer">
                    {data(attachment.title)}
                  </a>
                ) : (
                  <span>
                    {data(attachment.title)} <span className="unrecorded">({say(words.missing)})</span>
                  </span>
                )}
                <span className="faint small">{attachment.contentType}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

/** A first row of words above other rows is a header; a row with a number or an empty cell is an ordinary one. */
const isHead = (row: string[], others: string[][]) => others.length > 0 && row.every((cell) => cell !== '' && !/\d/.test(cell))

/** Laboratories send `4.1` and `3.5–5.1`. Only in their reports is every number a result, so only there it gets the reader's decimal sign. */
function resultCell(language: Language, cell: string): string {
  const [, low, high] = /^([\d.]*)–([\d.]*)$/.exec(cell) ?? []
  if (low === undefined || high === undefined) return formatResult(language, cell)
  return formatRange(language, low ? Number(low) : null, high ? Number(high) : null) ?? cell
}

function Rows({ rows, title, isReport }: { rows: string[][]; title: string; isReport: boolean }) {
  const data = useData()
  const language = useLanguage()
  const [head, ...body] = rows
  if (!head) return null
  const hasHead = isHead(head, body)
  const print = (cell: string) => (isReport ? data(resultCell(language, cell)) : data(cell))
  return (
    <div className="table-scroll" role="region" aria-label={data(title)} tabIndex={0}>
      <table>
        {hasHead && (
          <thead>
            <tr>
              {head.map((cell, at) => (
                <th key={at} scope="col">
                  {data(cell)}
                </th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {(hasHead ? body : rows).map((row, at) => (
            <tr key={at}>
              {row.map((cell, column) => (
                <td key={column}>{print(cell)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
