// What /openapi.json says about earnings (OZ-7).

import { day, flag, instant, list, named, object, oneOf, route, text, whole } from '../employer/describe.ts'

const month = { type: 'string', pattern: '^\\d{4}-\\d{2}$' }
const said = named('InThreeScripts', object({ sr: text, srLatn: text, en: text }))
const outcome = named(
  'EarningsOutcome',
  object({
    ...{ isStored: flag, rows: whole, people: whole, stored: whole, unchanged: whole, errorCount: whole },
    errors: {
      ...list(object({ row: whole, column: text, wrong: said, right: said })),
      description: 'Row as it is counted: line of the sheet or of the document. A file with mistakes is answered 422 with the same in the outcome’s details.',
    },
  }),
)

export const described = {
  file: route('Earnings by file: CSV, or XML by /sickleave/schemas/earnings.xsd', {
    text: 'All rows or none; mode=good stores those that are right, check=true stores nothing.',
    query: object({ mode: oneOf('all', 'good'), check: oneOf('true', 'false') }, ['mode', 'check']),
    consumes: ['text/csv', 'application/xml'],
    answer: outcome,
  }),
  ofLeave: route('Earnings of the person of one leave: which of the twelve months are missing, and every version given', {
    answer: object({
      ...{ months: list(month), missing: list(month) },
      rows: list(object({ month, version: whole, hours: text, net: text, gross: text, paidOn: day, source: oneOf('form', 'csv', 'xml'), givenAt: instant })),
    }),
  }),
  form: route('Give earnings of the person of one leave; amounts are text, with a comma or a point', {
    body: object({ rows: list(object({ month: text, hours: text, net: text, gross: text, paid: text })) }),
    answer: outcome,
  }),
  schema: route('The XML schema of earnings', { types: ['application/xml'] }),
}
