import type { EmployerEvent } from './wire.ts'

// The same papers as XML. The schema is published beside the files (employer-documents.xsd).

export const namespace = 'urn:spona:employer-documents:1'
const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
/** Leaves out characters that XML 1.0 cannot hold at all. */
const escape = (text: string) =>
  text.replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '').replace(/[&<>"]/g, (sign) => entities[sign] as string)
const element = (name: string, value: string | null | undefined) => (value === null || value === undefined ? '' : `<${name}>${escape(value)}</${name}>`)

export function writeXml(lines: readonly (EmployerEvent & { isVoid: boolean })[], at: Date): string {
  const documents = lines.flatMap((line) => (line.document === null ? [] : [documentOf(line, line.document)]))
  return `<?xml version="1.0" encoding="UTF-8"?>\n<documents xmlns="${namespace}" made="${at.toISOString()}">\n${documents.join('\n')}\n</documents>\n`
}

function documentOf(
  { leave, seq, employer, employee, issuer, category, from, until, isVoid }: EmployerEvent & { isVoid: boolean },
  document: NonNullable<EmployerEvent['document']>,
): string {
  const { kind, number, version, issuedAt, isLast, days } = document
  return [
    `  <document kind="${kind}" number="${escape(number)}" version="${version}" void="${isVoid}">`,
    `    <leave>${leave}</leave><event>${seq}</event><issued>${issuedAt}</issued>`,
    `    <employer>${element('pib', employer?.pib)}${element('mb', employer?.mb)}${element('name', employer?.name)}</employer>`,
    `    <employee>${element('jmbg', employee.jmbg)}${element('family', employee.family)}${element('given', employee.given)}${element('birthDate', employee.birthDate)}</employee>`,
    `    ${element('issuer', issuer)}<category>${category}</category><from>${from}</from><until>${until}</until>${kind === 'report' ? `<last>${isLast}</last>` : ''}`,
    ...days.map((one) => `    <days from="${one.from}" until="${one.until}" count="${one.days}" percent="${one.percent}" payer="${one.payer}"/>`),
    '  </document>',
  ].join('\n')
}
