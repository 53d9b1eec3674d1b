import type { Objections } from '../../sickleave/objection/wire.ts'
import type { RequestShown, Requests } from '../../sickleave/request/wire.ts'
import type { Leaves, LeaveView } from '../../sickleave/wire.ts'
import { fundFileShown } from './fund-fixtures.ts'

// An invented person with three leaves: one still open, one whose money is on its way, one after the employment ended.

const paper = { kind: 'report' as const, version: 1, issuedAt: '2026-04-20T08:00:00.000Z', isVoid: false, isShared: false, sharedUntil: null }
const firm = { employer: 'Пекара „Зрно“', pib: '112233446' }
const leave = (id: string, from: string, until: string, more: Partial<LeaveView>): LeaveView => ({
  ...{ id, number: id, status: 'closed', from, until, reason: '01', reasonName: { sr: 'болест или повреда ван рада', en: 'illness or injury outside work' } },
  ...{
    isException: false,
    approvedUntil: null,
    proposedUntil: null,
    reportedUntil: until,
    steps: [],
    documents: [],
    explanation: [],
    hasFundDays: true,
    diagnosis: 'M54.5',
    exception: null,
    care: null,
  },
  ...more,
})
const leaves: Leaves = {
  today: '2026-06-03',
  name: 'Јелена Марић',
  birthDate: '1979-02-17',
  person: { family: 'Марић', given: 'Јелена', sex: 'female', lzb: '44021187' },
  leaves: [
    leave('l3', '2026-05-08', '2026-06-06', {
      status: 'extended',
      explanation: [
        {
          ...{ rule: 'R-1', srLatn: '27. dan neprekidne sprečenosti od 30; od 7. juna 2026. odlučuje komisija.' },
          ...{ sr: '27. дан непрекидне спречености од 30; од 7. јуна 2026. одлучује комисија.', en: 'Day 27 of 30; the commission decides from 7 June 2026.' },
        },
      ],
      documents: [{ ...paper, ...firm, kind: 'certificate', number: '00001-2026-00000012', from: '2026-05-08', until: '2026-06-06' }],
    }),
    leave('l1', '2026-03-02', '2026-04-30', { documents: [{ ...paper, ...firm, number: '00001-2026-00000007', from: '2026-03-02', until: '2026-04-30' }] }),
    leave('l0', '2026-01-12', '2026-02-02', {
      diagnosis: null,
      documents: [{ ...paper, employer: null, pib: null, number: '00001-2026-00000002', from: '2026-01-12', until: '2026-02-02' }],
    }),
  ],
}
const line = { from: '2026-04-01', until: '2026-04-30', days: 30, hours: '176.00', percent: 65, gross: '78896.55', net: '58728.58', tax: '4467.56' }
const sums = { contributionsFrom: '15700.41', contributionsOn: '11952.83', total: '90849.38' }
const { request } = fundFileShown
const onItsWay: RequestShown = {
  ...request,
  ...{ leave: 'known-as', ownLeave: 'l1', state: 'paid', waitsFor: 'requester', due: { nominal: '2026-06-08', effective: '2026-06-08' }, paidOn: '2026-06-01' },
  ...{ total: 9_084_938, list: { basePerHour: '689.6552', lines: [{ ...line, ...sums }], sums: { gross: line.gross, net: line.net, tax: line.tax, ...sums } } },
  steps: [
    { kind: 'submitted', at: '2026-05-14T08:00:00.000Z' },
    { kind: 'calculated', at: '2026-05-18T08:00:00.000Z' },
  ],
}
const own: RequestShown = {
  ...request,
  ...{
    id: 'r0',
    number: '2026-0000007',
    leave: 'l0',
    ownLeave: 'l0',
    employer: null,
    state: 'draft',
    from: '2026-01-12',
    until: '2026-02-02',
    signature: null,
  },
  ...{ due: null, evidence: [], waitsFor: 'requester' },
  missing: [{ code: 'account', where: 'account', sr: 'Унесите рачун.', srLatn: 'Unesite račun.', en: 'Enter the account.' }],
}
const requests: Requests = { requests: [onItsWay, own] }
const employee = { family: 'Марић', given: 'Јелена' }
const objections: Objections = {
  objections: [
    {
      ...{
        id: 'o1',
        number: 'П-2026-0000031',
        kind: 'assessment',
        leave: 'l1',
        request: null,
        employee,
        state: 'rejected',
        madeAt: '2026-05-04T08:00:00.000Z',
      },
      ...{ due: '2026-05-12', endedAt: '2026-05-11T08:00:00.000Z', answer: 'трајање одговара налазу' },
    },
    {
      ...{ id: 'o2', number: 'П-2026-0000040', kind: 'correction', leave: 'l3', request: null, employee, state: 'open', madeAt: '2026-06-01T08:00:00.000Z' },
      ...{ due: '2026-06-09', endedAt: null, answer: null },
    },
  ],
  limits: [
    { kind: 'assessment', leave: 'l3', request: null, until: '2026-06-08', degree: 2 },
    { kind: 'calculation', leave: 'l1', request: 'r1', until: '2026-06-05', degree: null },
  ],
}

export const leaveAnswers: Record<string, unknown> = {
  '/sickleave/mine': leaves,
  '/sickleave/mine/requests': requests,
  '/sickleave/mine/objections': objections,
  '/sickleave/mine/requests/r1/calculation': fundFileShown.calculation?.view,
}
