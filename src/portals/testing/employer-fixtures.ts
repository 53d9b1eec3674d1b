import type { Me } from '../../access/wire.ts'
import type {
  Calendar,
  Cases,
  CaseLine,
  Channels,
  EmployerEvent,
  EmployerEvents,
  Employers,
  FirmMembers,
  Mandates,
  Registrable,
  Systems,
} from '../../sickleave/employer/wire.ts'
import type { EmployersObjections, Objections, ObjectionShown } from '../../sickleave/objection/wire.ts'
import type { EmployersRequests, EmployersWork, Expected, RequestShown, Requests } from '../../sickleave/request/wire.ts'
import type { EarningsOfLeave } from '../../sickleave/wire.ts'

// An invented morning of a payroll clerk: her own firm and a client of the agency.

export const pib = '100000001'
export const clerk: Me = {
  ...{ id: 'account-9', name: 'Весна Маринковић', roles: ['employer'], institution: null, unit: null, person: null, represents: [], csrf: 'csrf', demo: true },
}
const id = (last: string) => `00000000-0000-4000-8000-${last.padStart(12, '0')}`
export const leave = id('1')
const employee = { family: 'Ђурић', given: 'Снежана', birthDate: '1968-04-11' }
const at = '2026-11-23T08:00:00.000Z'

export const caseLine: CaseLine = {
  ...{ pib, name: 'Основна школа „Вук Караџић“', leave, employee, category: 'illness', from: '2026-10-01', until: '2026-12-10', state: 'open' },
  ...{ seq: 4, at, kind: 'report', document: { kind: 'report', number: '00001-2026-00000007' }, isUnread: true, doneBy: null, doneAt: null },
}
const document: NonNullable<EmployerEvent['document']> = {
  ...{ kind: 'report', number: '00001-2026-00000007', version: 1, issuedAt: at, isLast: false },
  days: [{ from: '2026-10-01', until: '2026-10-30', days: 30, percent: 65, payer: 'employer' }],
}
const event = (seq: number, kind: string): EmployerEvent => ({
  ...{ seq, at, kind, leave, employee: { ...employee, jmbg: '1104968715018' }, employer: { name: caseLine.name, pib, mb: '07000001' } },
  ...{ issuer: 'Дом здравља Крагујевац', category: 'illness', from: '2026-10-01', until: '2026-12-10', isOpen: true },
  document: kind === 'report' || kind === 'certificate' ? { ...document, kind } : null,
})
export const draft: RequestShown = {
  ...{ id: id('2'), number: '2026-0000031', kind: 'compensation', leave, employee, employer: caseLine.name, from: '2026-10-31', until: '2026-11-20' },
  ...{ payoutDay: '2026-11-20', account: '840-0000000004848-37', week: null, monthsWithoutWage: [], note: null, state: 'draft', due: null },
  ...{
    waitsFor: 'requester',
    evidence: [],
    signature: null,
    signatureNeeded: 'seal',
    answer: null,
    total: null,
    list: null,
    paidOn: null,
    confirmedOn: null,
    toReturn: null,
  },
  missing: [
    {
      ...{ code: 'tax-return', where: 'evidence:tax-return', sr: 'Приложите извод из појединачне пореске пријаве (ППП-ПД).' },
      ...{ srLatn: 'Priložite izvod iz pojedinačne poreske prijave (PPP-PD).', en: 'Attach the extract of the individual tax return (PPP-PD).' },
    },
    {
      ...{
        code: 'earnings',
        where: 'earnings',
        sr: 'Недостаје остварена зарада (ОЗ-7) за: 09.2026.',
        srLatn: 'Nedostaje ostvarena zarada (OZ-7) za: 09.2026.',
      },
      en: 'Earnings (OZ-7) are missing for 2026-09.',
    },
  ],
  steps: [{ kind: 'written', at }],
}
const line = {
  ...{ from: '2026-10-31', until: '2026-11-20', days: 21, hours: '112.00', percent: 65, gross: '50206.90', net: '37374.11', tax: '2841.48' },
  ...{ contributionsFrom: '9991.31', contributionsOn: '7606.35', total: '57813.25' },
}
export const paid: RequestShown = {
  ...draft,
  ...{ id: id('3'), number: '2026-0000030', state: 'paid', missing: [], total: 5_781_325, paidOn: '2026-11-18', waitsFor: 'requester' },
  ...{ due: { nominal: '2026-11-25', effective: '2026-11-25' }, list: { basePerHour: '689.6552', lines: [line], sums: line } },
  evidence: [{ id: 'e1', kind: 'tax-return', name: 'ppp-pd.pdf', type: 'application/pdf', bytes: 20_480, sha256: '00', at }],
  signature: { level: 'seal', by: 'Весна Маринковић', at, isQualified: false, signer: null },
  steps: ['written', 'submitted', 'calculated', 'paid'].map((kind) => ({ kind, at })),
}
/** The request after the document came back with a signature of the demo. */
export const signedRequest: RequestShown = {
  ...draft,
  ...{ state: 'submitted', missing: [], waitsFor: 'fund', due: { nominal: '2026-12-13', effective: '2026-12-14' } },
  evidence: paid.evidence,
  signature: {
    ...{ level: 'seal', by: 'Весна Маринковић', at, isQualified: false },
    signer: {
      ...{ name: 'Весна Маринковић', organization: null, issuer: 'Спона, демо тело за проверу потписа (није квалификовано)' },
      ...{ validUntil: '2046-01-01T00:00:00.000Z', isRevocationKnown: false, form: 'pades' },
    },
  },
  steps: ['written', 'submitted'].map((kind) => ({ kind, at })),
}
const months = Array.from({ length: 12 }, (_, back) => new Date(Date.UTC(2025, 9 + back, 1)).toISOString().slice(0, 7))
const mandate = { role: 'signer' as const, number: 'ПУ-0001', until: null, at, by: 'Небојша Вилотић', endedAt: null }

const own = `/sickleave/employer/${pib}`
const objection: ObjectionShown = {
  ...{ id: id('5'), number: 'П-2026-0000004', kind: 'control', leave, request: null, employee },
  ...{ state: 'open', madeAt: at, due: '2026-12-08', endedAt: null },
}

export const employerAnswers = {
  '/sickleave/employer': {
    employers: [
      { pib, name: caseLine.name, role: 'administrator', agency: null },
      { pib: '100000002', name: 'Пекара „Зрно“ д.о.о.', role: 'signer', agency: 'Агенција „Биланс“ д.о.о.' },
    ],
  } satisfies Employers,
  '/sickleave/employer/search': {
    cases: [
      caseLine,
      { ...caseLine, leave: id('9'), employee: { ...employee, given: 'Маја' }, isUnread: false, doneBy: 'Весна Маринковић', doneAt: at, kind: 'request' },
    ],
    unread: 1,
    next: null,
  } satisfies Cases,
  '/sickleave/employer/requests': {
    today: '2026-11-23',
    requests: [
      {
        ...{ pib: '100000002', name: 'Пекара „Зрно“ д.о.о.', id: id('7'), number: '2026-0000044', kind: 'compensation', leave: id('8'), employee },
        ...{ from: '2026-10-01', until: '2026-10-20', state: 'incomplete', due: '2026-11-20', total: null },
      },
      {
        ...{ pib, name: caseLine.name, id: id('6'), number: '2026-0000043', kind: 'refund', leave: id('8'), employee },
        ...{ from: '2026-09-01', until: '2026-09-20', state: 'paid', due: '2026-12-01', total: 9_084_938 },
      },
    ],
    more: false,
  } satisfies EmployersRequests,
  '/sickleave/employer/work': {
    today: '2026-11-23',
    lines: [
      {
        ...{ what: 'incomplete', pib, name: caseLine.name, leave, employee, from: '2026-10-31', until: '2026-11-20', due: '2026-11-20' },
        request: { id: draft.id, number: draft.number },
      },
      { ...{ what: 'expected', pib, name: caseLine.name, leave, employee, from: '2026-11-21', until: '2026-11-22', due: null }, request: null },
    ],
    more: false,
    counts: [
      { what: 'expected', count: 1, overdue: 0 },
      { what: 'incomplete', count: 1, overdue: 1 },
    ],
  } satisfies EmployersWork,
  '/sickleave/employer/registration': {
    employers: [{ pib: '100000003', name: 'Градска управа Крагујевац', register: 'state-bodies', capacity: 'authorised', isRegistered: false }],
  } satisfies Registrable,
  [`${own}/leaves/${leave}`]: { events: [event(1, 'certificate'), event(2, 'changed'), event(4, 'report')], next: 4 } satisfies EmployerEvents,
  [`${own}/leaves/${leave}/earnings`]: {
    months,
    missing: months.slice(-1),
    rows: months
      .slice(0, -1)
      .map((month) => ({ month, version: 1, hours: '174.00', net: '91500.00', gross: '127000.00', paidOn: `${month}-28`, source: 'csv', givenAt: at })),
  } satisfies EarningsOfLeave,
  [`${own}/calendar`]: {
    month: '2026-11',
    rows: [
      {
        ...{ leave, employee, category: 'illness', from: '2026-10-01', until: '2026-12-10', state: 'open' },
        paid: [{ from: '2026-10-31', until: '2026-11-20', payer: 'fund' }],
      },
    ],
    more: false,
  } satisfies Calendar,
  [`${own}/requests`]: { requests: [draft, paid] } satisfies Requests,
  [`${own}/requests/expected`]: { expected: [{ leave, employee, from: '2026-11-21', until: '2026-11-22', days: 2 }] } satisfies Expected,
  [`${own}/requests/${draft.id}`]: draft,
  [`${own}/requests/${paid.id}`]: paid,
  [`${own}/objections`]: {
    objections: [objection],
  } satisfies Objections,
  '/sickleave/employer/objections': {
    ...{ today: '2026-11-30', more: false },
    objections: [
      { ...objection, pib, name: caseLine.name },
      { ...objection, id: id('51'), number: 'П-2026-0000009', state: 'accepted', pib: '100000002', name: 'Пекара „Зрно“', endedAt: at },
    ],
  } satisfies EmployersObjections,
  [`${own}/members`]: {
    members: [
      { member: 'account-9', name: 'Весна Маринковић', role: 'administrator', since: at, until: null, by: '', byRegister: false, isYou: true },
      { member: 'account-10', name: 'Горан Ивић', role: 'viewer', since: at, until: null, by: 'Весна Маринковић', byRegister: false, isYou: false },
    ],
    invitations: [{ id: id('6'), role: 'signer', note: 'Благајна', by: 'Весна Маринковић', at, expiresAt: '2026-11-30T08:00:00.000Z' }],
  } satisfies FirmMembers,
  [`${own}/mandates`]: {
    held: [],
    given: [
      {
        ...{ ...mandate, id: id('7'), agencyPib: '100000009', agencyName: 'Агенција „Биланс“ д.о.о.', pib, name: caseLine.name },
        ...{ source: null, confirmedAt: null },
      },
    ],
  } satisfies Mandates,
  [`${own}/channels`]: {
    channels: [
      {
        ...{ id: id('8'), kind: 'webhook', address: 'https://plate.example/bolovanja', content: 'full', clients: true, by: 'Весна Маринковић', at },
        ...{ isConfirmed: true, streams: 1, waiting: 2, parked: 0, trouble: 'the address answered 503', failingSince: at },
      },
      {
        ...{ id: id('10'), kind: 'email', address: 'plate@example.rs', content: 'notice', clients: true, by: 'Весна Маринковић', at },
        ...{ isConfirmed: false, streams: 1, waiting: 0, parked: 0, trouble: null, failingSince: null },
      },
    ],
  } satisfies Channels,
  [`${own}/systems`]: { systems: [{ client: 'c1', name: 'Плате 5', role: 'viewer', since: at }] } satisfies Systems,
}

export const employerPages = [
  '/employer/',
  `/employer/leaves/${pib}/${leave}`,
  `/employer/leaves/${pib}/${leave}/earnings`,
  '/employer/work',
  '/employer/calculator',
  '/employer/absences',
  '/employer/earnings',
  '/employer/requests',
  '/employer/requests?pib=all',
  `/employer/requests/${pib}/${draft.id}`,
  `/employer/requests/${pib}/${paid.id}`,
  `/employer/requests/${pib}/new?leave=${leave}&from=2026-11-21&until=2026-11-22`,
  '/employer/objections',
  '/employer/objections?pib=all',
  '/employer/firm',
  '/employer/join',
] as const
