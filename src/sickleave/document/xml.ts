import type { Paper } from './paper.ts'
import { type Seal, signDetached } from './seal.ts'

export const documentNamespace = 'urn:spona:sickleave:document:1'

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }
const escape = (text: string) => text.replace(/[&<>"']/g, (letter) => escapes[letter] as string)

export type Field = [name: string, value: string | Field[] | null]

export function write([name, value]: Field, depth: number): string {
  if (value === null) return ''
  const space = '  '.repeat(depth)
  if (typeof value === 'string') return `${space}<${name}>${escape(value)}</${name}>\n`
  return `${space}<${name}>\n${value.map((field) => write(field, depth + 1)).join('')}${space}</${name}>\n`
}

/**
 * The document for programs (schema: docs/reference/sickleave-document.xsd). The seal is a detached CMS signature over the bytes from the first
 * letter of <content to the last of </content>. It is checked without canonical XML, and a changed space breaks it.
 */
export async function paperAsXml(paper: Paper, seal: Seal): Promise<Buffer> {
  const { view, jmbg, isVoid, checkUrl, isQualified, sealedAt } = paper
  const { document, employee, employer } = view
  const content = write(
    [
      'content',
      [
        ['kind', document.kind],
        ['number', document.number],
        ['version', String(document.version)],
        ['issuedAt', document.issuedAt],
        ['signedAt', document.signedAt ?? null],
        ['issuer', view.issuer],
        [
          'employee',
          [
            ['family', employee.family],
            ['given', employee.given],
            ['birthDate', employee.birthDate],
            ['jmbg', jmbg],
          ],
        ],
        [
          'employer',
          employer && [
            ['name', employer.name],
            ['pib', employer.pib],
            ['mb', employer.mb],
          ],
        ],
        ['cause', view.category],
        ['from', view.from],
        ['until', view.until],
        ['isLast', document.kind === 'report' ? String(document.isLast) : null],
        ['days', document.kind === 'report' ? document.days.map(daysField) : null],
        ['isVoid', String(isVoid)],
        ['checkAt', checkUrl],
        ['sealedAt', sealedAt.toISOString()],
        ['isQualifiedSeal', String(isQualified)],
      ],
    ],
    0,
  ).trim()
  const signature = (await signDetached(seal, Buffer.from(content))).toString('base64')
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<document xmlns="${documentNamespace}">\n${content}\n<seal encoding="base64" form="cms-detached">${signature}</seal>\n</document>\n`,
  )
}

const daysField = ({ from, until, days, percent, payer }: Paper['view']['document']['days'][number]): Field => [
  'stretch',
  [
    ['from', from],
    ['until', until],
    ['count', String(days)],
    ['percent', String(percent)],
    ['payer', payer],
  ],
]
