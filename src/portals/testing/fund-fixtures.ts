import type { Me } from '../../access/wire.ts'
import type { Agenda, CommissionFile } from '../../sickleave/commission/wire.ts'
import type { FundFile, FundWork, Overdue, Payments, Simulations } from '../../sickleave/fund/wire.ts'
import type { Desk } from '../../sickleave/objection/wire.ts'
import type { RequestShown } from '../../sickleave/request/wire.ts'
import type { Anomalies, Statistics } from '../../sickleave/statistics/wire.ts'

// An invented morning at the Fund and at its first-degree commission.

const person = { institution: null, unit: null, person: null, represents: [], csrf: 'csrf', demo: true }
export const officer: Me = { ...person, id: 'account-7', name: 'Мирјана Остојић', roles: ['fund'] }
export const commissioner: Me = { ...person, id: 'account-8', name: 'др Бранислава Тодоровић', roles: ['commission'] }

const employee = { family: 'Марић', given: 'Јелена' }
const request: RequestShown = {
  ...{ id: 'r1', number: '2026-0001043', kind: 'compensation', leave: 'l1', employee, employer: 'Пекара „Зрно“', from: '2026-04-01', until: '2026-04-30' },
  ...{ payoutDay: '2026-05-10', account: '840-0000000004848-37', week: null, monthsWithoutWage: [], note: null, state: 'proposed' },
  ...{ due: { nominal: '2026-06-04', effective: '2026-06-04' }, waitsFor: 'fund', missing: [], signatureNeeded: 'seal', answer: null, total: null, list: null },
  ...{ paidOn: null, confirmedOn: null, toReturn: null },
  evidence: [{ id: 'e1', kind: 'tax-return', name: 'ppp-pd.pdf', type: 'application/pdf', bytes: 20_480, sha256: '00', at: '2026-05-14T08:00:00.000Z' }],
  signature: { level: 'seal', by: 'Весна Илић', at: '2026-05-14T08:00:00.000Z', isQualified: false, signer: null },
  steps: [],
}
const sums = { gross: '78896.55', from: '15700.41', on: '11952.83', tax: '4467.56', net: '58728.58', total: '90849.38' }

export const fundFileShown: FundFile = {
  request,
  seen: 5,
  dayOfClock: 20,
  isMine: false,
  officer: 'Зоран Пајић',
  mayAssign: false,
  proposal: { decision: 'pay', number: '88-1043', why: 'потпун захтев', by: 'Зоран Пајић', isMine: false },
  reports: [{ number: '00001-2026-00000007', from: '2026-03-02', until: '2026-04-30', fund: [{ from: '2026-04-01', until: '2026-04-30' }] }],
  calculation: {
    id: 'c1',
    at: '2026-05-14T08:00:10.000Z',
    total: 9_084_938,
    view: {
      ...{ period: { from: '2026-04-01', until: '2026-04-30' }, onset: '2026-03-02', linkedFrom: null, commissionFrom: null, unpaid: [] },
      base: {
        ...{ kind: 'earned', months: [], gross: '1440000.00', hours: '2088.00', averageHour: '689.6552', capHour: '3900.0000', capMonth: '681890.00' },
        ...{ hour: '689.6552', priorMet: true },
      },
      lines: [
        {
          ...{ firstDay: '2026-04-01', until: '2026-04-30', month: '2026-04', payer: 'fund', percent: 65, column: 6, days: 30, listDays: 22, workingDays: 22 },
          ...{ hours: '176.00', way: 'hour', beforeFloor: '78896.55', insurance: '78896.55', budget: '0.00', paidOn: '2026-04-30', wholeMonth: '78896.55' },
          ...sums,
        },
      ],
      sums: { days: 30, hours: '176.00', employer: '0.00', fund: '78896.55', insurance: '78896.55', budget: '0.00', ...sums },
      derivation: [
        {
          ...{ rule: 'B-8', paragraph: 'ЗЗО чл. 87', isUnverified: false, inputs: [], figure: '689.6552' },
          ...{
            sr: 'Просек по часу за 12 месеци: 1.440.000,00 ÷ 2.088 = 689,6552.',
            srLatn: 'Prosek po času za 12 meseci: 689,6552.',
            en: 'Average for an hour: 689.6552.',
          },
        },
        {
          ...{ rule: 'OZ-10', paragraph: 'Закон о порезу', isUnverified: true, inputs: [], figure: '90849.38' },
          ...{ sr: 'Порез 4.467,56, за исплату 90.849,38.', srLatn: 'Porez 4.467,56, za isplatu 90.849,38.', en: 'Tax 4,467.56, to be paid 90,849.38.' },
        },
      ],
    },
  },
  delta: [],
  trouble: null,
  steps: [
    { kind: 'submitted', at: '2026-05-14T08:00:00.000Z', by: 'Весна Илић', detail: null },
    { kind: 'proposed', at: '2026-05-15T08:00:00.000Z', by: 'Зоран Пајић', detail: 'pay, 88-1043: потпун захтев' },
  ],
}

export const fundWorkShown: FundWork = {
  today: '2026-06-03',
  more: false,
  counts: [
    { state: 'proposed', count: 1, overdue: 0 },
    { state: 'paid', count: 4, overdue: 1 },
  ],
  lines: [
    {
      ...{ id: 'r2', number: '2026-0000988', kind: 'refund', state: 'paid', due: '2026-06-01', since: '2026-05-20T08:00:00.000Z', waitsFor: 'requester' },
      ...{
        employee: { family: 'Илић', given: 'Петар' },
        employer: 'Фабрика „Зупчаник“',
        from: '2026-03-01',
        until: '2026-03-31',
        total: 5_000_000,
        officer: null,
      },
    },
    {
      ...{ id: 'r1', number: request.number, kind: 'compensation', state: 'proposed', due: '2026-06-04', since: '2026-05-15T08:00:00.000Z', waitsFor: 'fund' },
      ...{ employee, employer: request.employer, from: request.from, until: request.until, total: null, officer: 'Зоран Пајић' },
    },
  ],
}

const payments: Payments = {
  waiting: { count: 2, total: 14_084_938 },
  payments: [
    {
      id: 'p1',
      number: '2026-000007',
      at: '2026-06-02T09:00:00.000Z',
      by: 'Зоран Пајић',
      isMine: false,
      lines: null,
      total: null,
      sha256: '00',
      executedOn: null,
    },
    {
      id: 'p2',
      number: '2026-000006',
      at: '2026-05-20T09:00:00.000Z',
      by: 'Мирјана Остојић',
      isMine: true,
      lines: 1,
      total: 100,
      sha256: '00',
      executedOn: '2026-05-21',
    },
  ],
}
const objections: Desk = {
  today: '2026-06-03',
  lines: [
    {
      ...{ id: 'o1', number: 'П-2026-0000031', kind: 'calculation', leave: 'l1', request: 'r2', employee, state: 'open', madeAt: '2026-06-01T08:00:00.000Z' },
      ...{ due: '2026-06-09', endedAt: null, person: 'h1', madeBy: 'employer', employer: 'Весна Илић', session: null, text: 'Недостаје прековремени рад.' },
    },
  ],
}
const statistics: Statistics = {
  k: 10,
  rows: [
    { period: '2026-06-02', municipality: null, category: 'illness', persons: 41_200, leaves: 41_200, days: 41_200 },
    { period: '2026-04', municipality: 'Ниш', category: 'child', persons: 310, leaves: 318, days: 1_902 },
  ],
}
const anomalies: Anomalies = {
  ...{ since: '2025-06-03', k: 10, limit: '3.5' },
  anomalies: [
    {
      ...{
        level: 'issuer',
        name: 'др Вера Лукић',
        place: 'Дом здравља Ниш',
        measure: 'days',
        leaves: 40,
        persons: 31,
        peers: 210,
        value: '29.4',
        usual: '8.0',
      },
      ...{
        distance: '6.2',
        sr: 'просечно трајање у данима: 29.4, а код половине од 210 највише 8.0.',
        srLatn: 'prosečno trajanje: 29.4.',
        en: 'average days of a leave: 29.4.',
      },
    },
  ],
}

export const commissionFileShown: CommissionFile = {
  ...{ today: '2026-06-03', name: 'Петар Илић', degree: 1, leave: 'l9', birthDate: '1980-05-04', person: null, isProposed: true, objection: null },
  leaves: [
    {
      ...{ id: 'l9', number: '00001-2026-00000009', status: 'referred', from: '2026-05-04', until: '2026-06-02', reason: '01', isException: false },
      ...{
        reasonName: { sr: 'болест или повреда ван рада', en: 'illness or injury outside work' },
        approvedUntil: null,
        proposedUntil: '2026-06-20',
        reportedUntil: null,
      },
      ...{ documents: [], hasFundDays: true, diagnosis: 'M54.5', exception: null, care: null },
      steps: [
        {
          kind: 'opened',
          at: '2026-05-04T08:00:00Z',
          happenedAt: '2026-05-04T08:00:00Z',
          by: 'др Вера Лукић',
          from: '2026-05-04',
          until: '2026-06-02',
          detail: null,
          ...{ decision: null, signedBy: 'doctor' },
        },
        {
          kind: 'referred',
          at: '2026-06-01T08:00:00Z',
          happenedAt: '2026-06-01T08:00:00Z',
          by: 'др Вера Лукић',
          from: null,
          until: '2026-06-20',
          detail: null,
          ...{ decision: null, signedBy: 'doctor' },
        },
      ],
      explanation: [{ rule: 'R-1', sr: '30. дан непрекидне спречености од 30.', srLatn: '30. dan.', en: 'Day 30 of 30.' }],
    } as CommissionFile['leaves'][number],
  ],
}
const agenda: Agenda = {
  ...{ today: '2026-06-03', degree: 1 },
  lines: [
    {
      ...{
        kind: 'assessment',
        person: 'h2',
        family: 'Савић',
        given: 'Ана',
        leave: 'l8',
        objection: 'o8',
        since: '2026-05-20T08:00:00.000Z',
        due: '2026-05-28',
      },
      ...{ session: null, proposedUntil: null },
    },
    {
      ...{ kind: 'proposal', person: 'h1', family: 'Илић', given: 'Петар', leave: 'l9', objection: null, since: '2026-06-01T08:00:00.000Z', due: '2026-06-09' },
      ...{ session: '2026-06-05', proposedUntil: '2026-06-20' },
    },
  ],
}

const overdue: Overdue = {
  ...{ today: '2026-06-03', more: false },
  desks: [
    { desk: 'commission1', count: 1, days: 6 },
    { desk: 'requester', count: 1, days: 2 },
  ],
  lines: [
    { desk: 'commission1', what: 'proposal', number: null, request: null, due: '2026-05-28', days: 6, officer: null },
    { desk: 'requester', what: 'request', number: '2026-0000988', request: 'r2', due: '2026-06-01', days: 2, officer: null },
  ],
}
const costs = (insurance: string) => ({ employer: '0.00', insurance, budget: '0.00', total: insurance })
const trial = { at: '2026-06-03T08:00:00.000Z', by: 'Зоран Пајић', year: 2026, name: 'percent.isolation', value: 100, from: '2027-01-01', peopleAll: 1250 }
const row = { reasons: ['05', '07'], cases: 12, changed: 11, refused: 1, before: costs('100.00'), after: costs('25554.54'), difference: costs('25454.54') }
const simulations: Simulations = {
  today: '2026-06-03',
  simulations: [
    { ...trial, id: 't2', people: 450, finishedAt: null, view: null },
    {
      ...{ ...trial, id: 't1', people: 1250, finishedAt: '2026-06-03T08:01:00.000Z' },
      view: { year: 2026, name: trial.name, value: 100, from: '2027-01-01', cases: 12, isSample: false, k: 10, rows: [row] },
    },
  ],
  parameters: [
    { name: 'percent.isolation', about: 'percentage', value: 65, paragraph: 'ЗЗО чл. 73 (проценат није прочитан)', isUnverified: true },
    { name: 'statistics.k', about: 'smallest number', value: 10, paragraph: 'предлог', isUnverified: true },
  ],
}
export const fundAnswers: Record<string, unknown> = {
  '/sickleave/fund/work': fundWorkShown,
  '/sickleave/fund/requests/r1': fundFileShown,
  '/sickleave/fund/payments': payments,
  '/sickleave/fund/objections': objections,
  '/sickleave/fund/overdue': overdue,
  '/sickleave/fund/simulations': simulations,
  '/sickleave/fund/statistics': statistics,
  '/sickleave/fund/anomalies': anomalies,
}
export const fundPages = [
  '/fund/',
  '/fund/requests/r1',
  '/fund/payments',
  '/fund/objections',
  '/fund/overdue',
  '/fund/simulation',
  '/fund/statistics',
  '/fund/anomalies',
]
export const commissionAnswers: Record<string, unknown> = {
  '/sickleave/commission/agenda': agenda,
  '/sickleave/commission/people/h1/leaves/l9': commissionFileShown,
}
export const commissionPages = ['/commission/', '/commission/people/h1/leaves/l9']
