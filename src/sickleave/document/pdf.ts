import { spacedCode } from '../../platform/letter-code.ts'
import type { Paper } from './paper.ts'
import { ownNameInEnglish, type Seal } from './seal.ts'
import { type Draft, sealedPdf } from './pdf-draft.ts'
import { dataWord, documentDay, documentWord, type DocumentWord } from './words.ts'

type Row = [name: string, value: string]

/** A certificate or report on one page: the facts that the law names, in a report who pays which days, and how to check it. */
export function paperAsPdf(paper: Paper, seal: Seal): Promise<Buffer> {
  const { view, language, isVoid } = paper
  const say = (word: DocumentWord) => documentWord(word, language)
  const title = say(view.document.kind)
  return sealedPdf({ title, language, at: paper.sealedAt, seal }, async (draft) => {
    draft.heading(title)
    if (isVoid) draft.paragraph(say('void'), 14)
    draft.rows(rowsOf(paper))
    if (view.document.kind === 'report') {
      draft.table(
        [say('from'), say('until'), say('days'), say('percent'), say('payer')],
        view.document.days.map(({ from, until, days, percent, payer }) => [
          documentDay(from, language),
          documentDay(until, language),
          String(days),
          `${percent}%`,
          say(payer === 'fund' ? 'byFund' : 'byEmployer'),
        ]),
      )
      draft.paragraph(say(view.document.isLast ? 'last' : 'more'))
    }
    checking(draft, paper)
  })
}

/** The slip for a person whose employer has no account to receive the document: number, period and code, without even the cause. */
export function slipAsPdf(paper: Paper, seal: Seal): Promise<Buffer> {
  const { view, language, isVoid } = paper
  const say = (word: DocumentWord) => documentWord(word, language)
  return sealedPdf({ title: say('slip'), language, at: paper.sealedAt, seal }, async (draft) => {
    draft.heading(say('slip'))
    draft.paragraph(say(view.document.kind))
    if (isVoid) draft.paragraph(say('void'), 14)
    draft.rows([[say('number'), view.document.number], employeeRow(paper), [say('firstDay'), documentDay(view.from, language)]])
    checking(draft, paper)
  })
}

const employeeRow = ({ view: { employee }, language }: Paper): Row => [
  documentWord('employee', language),
  dataWord(`${employee.given} ${employee.family}`, language),
]

function rowsOf(paper: Paper): Row[] {
  const { view, language, jmbg } = paper
  const { document, employer, employee } = view
  const say = (word: DocumentWord) => documentWord(word, language)
  const isReport = document.kind === 'report'
  return [
    [say('number'), document.number],
    [say('version'), String(document.version)],
    [say('issuer'), dataWord(view.issuer, language)],
    [say('issuedAt'), timeOf(new Date(document.issuedAt), language)],
    employeeRow(paper),
    ...(employee.birthDate === null ? [] : [[say('born'), documentDay(employee.birthDate, language)] satisfies Row]),
    ...(jmbg === null ? [] : [[say('jmbg'), jmbg] satisfies Row]),
    [say('employer'), employer === null ? say('noEmployer') : dataWord(employer.name, language)],
    ...(employer === null ? [] : [[say('pib'), employer.pib] satisfies Row, [say('mb'), employer.mb] satisfies Row]),
    [say('cause'), say(view.category)],
    [say(isReport ? 'from' : 'firstDay'), documentDay(view.from, language)],
    [say(isReport ? 'until' : 'expected'), documentDay(view.until, language)],
  ]
}

function timeOf(at: Date, language: Paper['language']): string {
  const local = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO('Europe/Belgrade')
  return `${documentDay(local.toPlainDate().toString(), language)} ${local.toPlainTime().toString({ smallestUnit: 'minute' })}`
}

function checking(draft: Draft, { view, language, code, checkUrl, sealedBy, sealedAt, isQualified }: Paper): void {
  const say = (word: DocumentWord) => documentWord(word, language)
  const { signedAt } = view.document
  draft.subheading(say('check'))
  draft.code(checkUrl, say('qr'))
  draft.paragraph(checkUrl, 9)
  draft.paragraph(spacedCode(code), 11)
  // Never says who signed: the name of a doctor tells what illness a person has.
  if (signedAt !== undefined) draft.paragraph(`${say('signed')}: ${timeOf(new Date(signedAt), language)}. ${say('signedHow')}`, 9)
  draft.paragraph(`${say('sealed')}: ${dataWord(sealedBy, language, ownNameInEnglish(sealedBy))}, ${timeOf(sealedAt, language)}`, 9)
  draft.paragraph(say(isQualified ? 'qualified' : 'notQualified'), 9)
}
