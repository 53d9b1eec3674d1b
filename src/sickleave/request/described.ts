// What /openapi.json says about requests of an employer and of a person.

import { day, flag, instant, list, named, object, oneOf, orNull, personName, pib, route, type Schema, text, uuid, whole } from '../employer/describe.ts'
import { evidenceKinds } from './completeness.ts'
import { kinds } from './state.ts'
import { workKinds } from './wire.ts'

const dinars = { ...text, description: 'Dinars with two places.' }
const sums = { gross: dinars, net: dinars, tax: dinars, contributionsFrom: dinars, contributionsOn: dinars, total: dinars }
const kind = oneOf(...kinds)
const what = oneOf(...workKinds)
const months = list({ type: 'string', pattern: '^\\d{4}-\\d{2}$' })
const week = { ...list(whole), description: 'Hundredths of hours from Monday to Sunday.' }
const missing = list(named('Missing', object({ code: text, where: text, sr: text, srLatn: text, en: text })))
const evidence = named('Evidence', object({ id: uuid, kind: oneOf(...evidenceKinds), name: text, type: text, bytes: whole, sha256: text, at: instant }))
const signer = named(
  'Signer',
  object({
    ...{ name: text, organization: orNull(text), issuer: text, validUntil: instant, isRevocationKnown: flag, form: oneOf('pades', 'cades', 'raw') },
  }),
)
const state = oneOf(
  ...['draft', 'submitted', 'incomplete', 'in-process', 'proposed', 'calculated', 'rejected', 'paid', 'confirmed', 'returning', 'returned', 'withdrawn'],
)
const fields = {
  ...{ id: uuid, number: text, kind, leave: uuid, employee: personName, employer: orNull(text), from: day, until: day, payoutDay: orNull(day) },
  ...{ account: orNull(text), week: orNull(week), monthsWithoutWage: months, note: orNull(text), state },
  due: orNull(object({ nominal: day, effective: day })),
  waitsFor: orNull(oneOf('requester', 'fund')),
  ...{ missing, evidence: list(evidence) },
  signature: orNull(object({ level: text, by: text, at: instant, isQualified: flag, signer: orNull(signer) })),
  signatureNeeded: oneOf('seal', 'advanced', 'qualified'),
  answer: orNull(text),
  total: orNull({ ...whole, description: 'Whole para.' }),
  list: orNull(
    named(
      'CalculationList',
      object({
        basePerHour: text,
        lines: list(object({ from: day, until: day, days: whole, hours: text, percent: { type: 'number' }, ...sums })),
        sums: object(sums),
      }),
    ),
  ),
  ...{ paidOn: orNull(day), confirmedOn: orNull(day), toReturn: orNull(object({ total: whole, interest: whole, until: day })) },
  steps: { ...list(object({ kind: text, at: instant })), description: 'Their count is what `seen` says.' },
}
const shown = named('CompensationRequest', object(fields))
const ownShown = named(
  'OwnCompensationRequest',
  object({ ...fields, ownLeave: { ...uuid, description: 'In the list: the leave as the person knows it.' } }, ['ownLeave']),
)
const payer = oneOf('employer', 'fund')
const shares = { insurance: dinars, budget: dinars }
const columns = { gross: dinars, from: dinars, on: dinars, tax: dinars, net: dinars, total: dinars }
const month = { type: 'string', pattern: '^\\d{4}-\\d{2}$' }
const base = named(
  'CompensationBase',
  object({
    kind: oneOf('earned', 'filled', 'minimum', 'prior-unmet'),
    months: list(object({ month, hours: text, gross: dinars, isMinimum: flag })),
    ...{ gross: dinars, hours: text, averageHour: text, capHour: text, capMonth: dinars, hour: text, priorMet: orNull(flag) },
  }),
)
const line = named(
  'CompensationLine',
  object({
    ...{ firstDay: day, until: day, month, payer, percent: { type: 'number' }, column: whole, days: whole, listDays: whole, workingDays: whole },
    ...{ way: oneOf('month', 'hour', 'minimum'), paidOn: day, hours: text, beforeFloor: dinars, wholeMonth: dinars, ...shares, ...columns },
  }),
)
const derived = named(
  'DerivationStep',
  object({
    ...{ rule: text, paragraph: text, isUnverified: flag, sr: text, srLatn: text, en: text },
    ...{ inputs: list(object({ name: text, value: text })), figure: text },
  }),
)
const calculation = named(
  'Calculation',
  object({
    ...{ period: object({ from: day, until: day }), onset: day, linkedFrom: orNull(day), commissionFrom: orNull(day), base, lines: list(line) },
    unpaid: list(object({ from: day, until: day, why: oneOf('employment-ended', 'assessment-limit', 'care-limit') })),
    sums: object({ days: whole, hours: text, employer: dinars, fund: dinars, ...shares, ...columns }),
    derivation: { ...list(derived), description: 'Every figure with the rule it follows, where that stands, what went in and what came out.' },
  }),
)
const content = { from: day, until: day, payoutDay: day, account: text, week, monthsWithoutWage: months, note: text }
const optional = ['payoutDay', 'account', 'week', 'monthsWithoutWage', 'note']

/** Both sides have the same acts; each side gets back its own view of a request. */
const acts = (shown: Schema) => ({
  list: route('Requests, what changed last first', { answer: object({ requests: list(shown) }) }),
  write: route('Write a request as a draft', {
    status: 201,
    body: object({ id: uuid, kind, leave: uuid, ...content }, ['id', ...optional]),
    answer: shown,
  }),
  one: route('One request: where it stands, what is missing, the list of calculation once it is there', { answer: shown }),
  rewrite: route('Write a draft anew', { body: object({ ...content, seen: whole }, [...optional, 'seen']), answer: shown }),
  attach: route('Attach evidence, in base64, up to 5 MB', {
    body: object({ kind: oneOf(...evidenceKinds), name: text, type: text, content: text }),
    answer: shown,
  }),
  act: route('Submit (act is submission), withdraw (withdrawal, with why), confirm that the employee has the money (confirmation, with on)', {
    body: object(
      {
        ...{ seen: whole, why: text, on: day, signature: object({ certificate: text, value: text }) },
        signed: {
          ...text,
          description: 'The form as it was signed, in base64: the PDF with its signature (PAdES), or a detached one (CAdES, .p7s), up to 3 MB.',
        },
      },
      ['seen', 'why', 'on', 'signature', 'signed'],
    ),
    answer: shown,
  }),
})

export const ownDescribed = acts(ownShown)
export const described = {
  ...acts(shown),
  expected: route('Days at the Fund’s cost, by the reports, that nobody has asked for yet', {
    answer: object({ expected: list(object({ leave: uuid, employee: personName, from: day, until: day, days: whole })) }),
  }),
  work: route('What waits for the employer’s hand over all that you act for, the nearest last day first', {
    text: 'expected: days at the Fund’s cost that nobody asked for; draft, incomplete, paid (to be confirmed), returning: requests whose turn is the employer’s.',
    query: object({ pib, what, overdue: oneOf('true', 'false') }, ['pib', 'what', 'overdue']),
    answer: object({
      today: day,
      lines: list(
        object({
          ...{ what, pib, name: text, leave: uuid, employee: personName, from: day, until: day, due: orNull(day) },
          request: orNull(object({ id: uuid, number: text })),
        }),
      ),
      more: flag,
      counts: list(object({ what, count: whole, overdue: whole })),
    }),
  }),
  ofAll: route('Requests of all that you act for, what changed last first', {
    answer: object({
      today: day,
      requests: list(
        object({
          ...{ pib, name: text, id: uuid, number: text, kind, leave: uuid, employee: personName, from: day, until: day, state },
          ...{ due: orNull(day), total: orNull(whole) },
        }),
      ),
      more: flag,
    }),
  }),
  calculation: route('The calculation with every figure explained, for the person', { answer: calculation }),
  form: route('The request as a document to be signed, as PDF or XML: the same bytes until the request changes', {
    query: object({ language: oneOf('sr-Cyrl', 'sr-Latn', 'en') }, ['language']),
    types: ['application/pdf', 'application/xml'],
  }),
  signed: route('What was signed and submitted, as it came', { types: ['application/pdf', 'application/pkcs7-signature'] }),
  table: route('Lists of calculation and of refund as one table', { query: object({ kind }, ['kind']), types: ['text/csv'] }),
}
