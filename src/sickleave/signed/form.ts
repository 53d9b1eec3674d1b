import { dataWord, documentDay, type DocumentLanguage } from '../document/words.ts'
import { pdfToSign } from '../document/pdf-draft.ts'
import { write, type Field } from '../document/xml.ts'
import type { Content } from '../request/state.ts'
import { type FormWord, formWord } from './form-words.ts'

// A request as a document that its requester signs. Its bytes are the same each time, so that the document is recognised when it comes back.

export type Form = {
  number: string
  kind: 'compensation' | 'refund'
  content: Content
  employee: { family: string; given: string }
  employer: string | null
  evidence: readonly { name: string; sha256: Buffer }[]
  /** The digest over everything that is submitted (`digestOf`). */
  digest: string
  /** The last change: the date of the document. */
  changedAt: Date
}

export const formNamespace = 'urn:spona:sickleave:request:1'

export function formAsXml({ number, kind, content, employee, employer, evidence, digest }: Form): Buffer {
  const fields: Field[] = [
    ['number', number],
    ['kind', kind],
    [
      'employee',
      [
        ['family', employee.family],
        ['given', employee.given],
      ],
    ],
    ['employer', employer],
    ['from', content.from],
    ['until', content.until],
    ['payoutDay', content.payoutDay],
    ['account', content.account],
    ['week', content.week?.join(' ') ?? null],
    ...content.monthsWithoutWage.map((month): Field => ['monthWithoutWage', month]),
    ['note', content.note],
    ...evidence.map(
      ({ name, sha256 }): Field => [
        'evidence',
        [
          ['name', name],
          ['sha256', sha256.toString('hex')],
        ],
      ],
    ),
    ['digest', digest],
  ]
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${write(['request', fields], 0).replace('<request>', `<request xmlns="${formNamespace}">`)}`)
}

export function formAsPdf(form: Form, language: DocumentLanguage): Promise<Buffer> {
  const say = (word: FormWord) => formWord(word, language)
  const { content } = form
  const day = (of: string | null) => (of === null ? '–' : documentDay(of, language))
  return pdfToSign({ title: say(form.kind), language, at: form.changedAt }, async (draft) => {
    draft.heading(say(form.kind))
    draft.rows([
      [say('number'), form.number],
      [say('employee'), dataWord(`${form.employee.given} ${form.employee.family}`, language)],
      [say('employer'), form.employer === null ? '–' : dataWord(form.employer, language)],
      [say('period'), `${day(content.from)} – ${day(content.until)}`],
      [say('payoutDay'), day(content.payoutDay)],
      [say('account'), content.account ?? '–'],
      ...(content.week ? [[say('week'), content.week.map((hours) => String(hours / 100)).join(', ')] as const] : []),
      ...(content.monthsWithoutWage.length > 0 ? [[say('monthsWithoutWage'), content.monthsWithoutWage.join(', ')] as const] : []),
      ...(content.note ? [[say('note'), dataWord(content.note, language)] as const] : []),
    ])
    draft.subheading(say('evidence'))
    for (const { name, sha256 } of form.evidence) draft.paragraph(`${name} · SHA-256 ${sha256.toString('hex')}`, 8)
    draft.subheading(say('digest'))
    draft.paragraph(form.digest, 8)
    draft.paragraph(say('statement'))
  })
}
