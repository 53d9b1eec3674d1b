// What /openapi.json says about the employer's routes.

import { type Schema, day, flag, instant, list, nothing, object, named, oneOf, orNull, pib, route, text, uuid, whole } from './describe.ts'

const role = oneOf('administrator', 'operator', 'viewer', 'signer')
const mandateRole = oneOf('operator', 'signer', 'viewer')
const category = oneOf('illness', 'care', 'child')
const state = oneOf('open', 'closed', 'cancelled')
const employeeFields = { family: text, given: text, birthDate: orNull(day) }
const employee = named('Employee', object(employeeFields))
const payer = oneOf('employer', 'fund')
const document = named(
  'LeaveDocument',
  object(
    {
      ...{ kind: oneOf('certificate', 'report'), number: text, version: whole, issuedAt: instant, isLast: flag },
      signedAt: {
        ...instant,
        description: 'When the doctor’s session signature was verified; left out where the document bears the seal of the centre alone.',
      },
      days: {
        ...list(named('PaidDays', object({ from: day, until: day, days: whole, percent: { type: 'number' }, payer }))),
        description: 'Only in reports: who bears the compensation on which days, and how much.',
      },
    },
    ['signedAt'],
  ),
)
const event = named(
  'EmployerEvent',
  object(
    {
      seq: { ...whole, description: 'Number in the stream of this employer: without a gap, for ever.' },
      ...{ at: instant, kind: oneOf('certificate', 'report', 'changed', 'closed', 'cancelled', 'void', 'request', 'objection') },
      leave: { ...uuid, description: 'What this employer knows the leave by. Another employer of the same person has another.' },
      employee: object({ ...employeeFields, jmbg: orNull({ type: 'string', pattern: '^\\d{13}$' }) }),
      employer: orNull(object({ name: text, pib, mb: text })),
      ...{ issuer: text, category, from: day, until: day, isOpen: flag, document: orNull(document) },
      about: {
        ...object({ id: uuid, number: text, state: text, due: day }, ['due']),
        description: 'With kind request or objection: which, where it stands, and the last day where one is near (state due-soon or overdue).',
      },
    },
    ['about'],
  ),
)
const events = named('EmployerEvents', object({ events: list(event), next: { ...whole, description: 'Ask with after=next for what comes then.' } }))
const caseLine = named(
  'CaseLine',
  object({
    ...{ pib, name: text, leave: uuid, employee, category, from: day, until: day, state, seq: whole, at: instant, kind: text },
    ...{ document: orNull(object({ kind: text, number: text })), isUnread: flag, doneBy: orNull(text), doneAt: orNull(instant) },
  }),
)
const joined = named('Joined', object({ pib, name: text, role }))
const mandateLine = named(
  'MandateLine',
  object({
    ...{ id: uuid, agencyPib: pib, agencyName: text, pib, name: text, role: mandateRole, number: text, until: orNull(day), at: instant, by: text },
    ...{ source: orNull(oneOf('client', 'register')), confirmedAt: orNull(instant), endedAt: orNull(instant) },
  }),
)
const channelLine = named(
  'ChannelLine',
  object({
    ...{ id: uuid, kind: oneOf('webhook', 'email'), address: text, content: oneOf('full', 'notice'), clients: flag, by: text, at: instant, isConfirmed: flag },
    ...{ streams: whole, waiting: whole, parked: whole, trouble: orNull(text), failingSince: orNull(instant) },
  }),
)
const keySet: Schema = named('PublicKeys', { type: 'object', description: 'A JSON Web Key Set with public keys (EC P-256 or P-384, or RSA).' })

export const described = {
  employers: route('Employers that you act for', {
    answer: object({ employers: list(named('ActingFor', object({ pib, name: text, role, agency: orNull(text) }))) }),
  }),
  events: route('Events of an employer after a number', {
    text: 'In order and without a gap. The same question has the same answer for ever, so nothing is lost by asking late or twice.',
    query: object({ after: { ...whole, default: 0 }, limit: { ...whole, default: 100, maximum: 500 } }, ['after', 'limit']),
    answer: events,
  }),
  leaves: route('The newest event of each leave, at most 500', { answer: events }),
  leave: route('All events of one leave', { answer: events }),
  paper: route('One document as a sealed PDF or XML, or the slip with its QR code (form is pdf, xml or slip)', {
    query: object({ language: oneOf('sr', 'sr-Latn', 'en') }, ['language']),
    types: ['application/pdf', 'application/xml'],
  }),
  shared: route('The diagnosis, where the employee shared it with this employer', {
    answer: object({ diagnosis: text, until: { ...orNull(day), description: 'Last day of the consent, where the employee set one.' } }),
  }),
  latest: route('Whether something came: one number over all employers that you act for', { answer: object({ latest: whole }) }),
  search: route('Leaves, one line for each, what nobody has dealt with first', {
    text: 'Without pib over all employers that you act for. Names are found in Cyrillic and Latin, with and without marks.',
    body: object(
      { pib, text, state, unread: flag, from: day, until: day, after: text, limit: { ...whole, maximum: 200 } },
      'pib text state unread from until after limit'.split(' '),
    ),
    answer: object({ cases: list(caseLine), unread: whole, next: orNull(text) }),
  }),
  marks: route('Say that leaves have been dealt with, up to the event that was seen, or take it back', {
    body: object({ leaves: list(object({ leave: uuid, seq: whole })), done: flag }),
    answer: object({ marked: whole }),
  }),
  calendar: route('Absences of a month', {
    query: object({ month: { type: 'string', pattern: '^20\\d\\d-\\d\\d$' } }),
    answer: object({
      month: text,
      rows: list(object({ leave: uuid, employee, category, from: day, until: day, state, paid: list(object({ from: day, until: day, payer })) })),
      more: flag,
    }),
  }),
  documents: route('Certificates and reports as a file, XML or CSV', {
    body: object({ format: oneOf('xml', 'csv'), pib, leaves: list(uuid), from: day, until: day }, ['pib', 'leaves', 'from', 'until']),
    types: ['application/xml', 'text/csv'],
  }),
  schema: route('The XML schema of the documents', { types: ['application/xml'] }),
  registrable: route('What the registers name you as representative of', {
    answer: object({
      employers: list(
        object({ pib, name: text, register: oneOf('companies', 'state-bodies'), capacity: oneOf('representative', 'authorised'), isRegistered: flag }),
      ),
    }),
  }),
  register: route('Register an employer that you represent', { status: 201, body: object({ pib }), answer: joined }),
  accept: route('Accept an invitation with its code', { status: 201, body: object({ code: text }), answer: joined }),
  members: route('Who acts for an employer, and who did', {
    answer: object({
      members: list(object({ member: text, name: text, role, since: instant, until: orNull(instant), by: text, byRegister: flag, isYou: flag })),
      invitations: list(object({ id: uuid, role, note: text, by: text, at: instant, expiresAt: instant })),
    }),
  }),
  role: nothing('Give a member another role', object({ role })),
  removal: nothing('End it, from the next question on'),
  invite: route('Invite somebody; the code is answered this once', {
    status: 201,
    body: object({ role, note: text }),
    answer: object({ id: uuid, code: text, expiresAt: instant }),
  }),
  mandates: route('Mandates held as agency and given as client', { answer: object({ held: list(mandateLine), given: list(mandateLine) }) }),
  giveMandate: route('Give an agency a mandate', {
    status: 201,
    body: object({ agency: pib, role: mandateRole, number: text, until: day }, ['until']),
    answer: object({ id: uuid }),
  }),
  confirmMandate: nothing('Say yes to a mandate that an agency asked for'),
  mandateFile: route('Mandates of many clients by one CSV', {
    body: object({ content: text, keepGood: flag }, ['keepGood']),
    answer: object({
      ...{ lines: whole, active: whole, waiting: whole, known: whole, isStored: flag },
      errors: list(object({ line: whole, field: text, sr: text, en: text })),
    }),
  }),
  channels: route('Where an employer is told', { answer: object({ channels: list(channelLine) }) }),
  addChannel: route('Be told from now on: a webhook or an e-mail address', {
    status: 201,
    body: object({ kind: oneOf('webhook', 'email'), address: text, content: oneOf('full', 'notice'), clients: flag }, ['content', 'clients']),
    answer: object({ id: uuid }),
  }),
  code: nothing('Confirm an e-mail address with the code that was sent to it', object({ code: text })),
  replay: route('Have everything after a number pushed once more', {
    body: object({ pib, after: whole }, ['pib', 'after']),
    answer: object({ streams: whole }),
  }),
  test: nothing('Post the signed test to a webhook once more'),
  systems: route('Payroll systems of an employer', { answer: object({ systems: list(object({ client: text, name: text, role, since: instant })) }) }),
  addSystem: route('Let a payroll system in; without a key set of its own the private key is answered this once', {
    status: 201,
    body: object({ name: text, role: oneOf('viewer', 'operator', 'signer'), jwks: keySet }, ['jwks']),
    answer: object({ client: text, name: text, scope: text, privateKey: orNull({ type: 'object' }) }),
  }),
}
