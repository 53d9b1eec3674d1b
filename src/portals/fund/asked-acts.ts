import type { FundFile, Officers } from '../../sickleave/fund/wire.ts'
import type { Message, Values } from '../shared/message.ts'
import { formatDate } from '../shared/format.ts'
import type { Language } from '../shared/languages.ts'
import { dinarsOf, formatPara, paraOf } from '../shared/money.ts'
import type { Asked } from '../shared/StepDialog.tsx'
import { acts, work } from './words.ts'

type Say = (message: Message, values?: Values) => string
/** How what is shown is written: the reader's language, and data in the reader's script. */
type Reader = { say: Say; data: (text: string) => string; language: Language }
export type Act = { word: Message; asked: Asked; isMain?: boolean }

const decided = [
  { name: 'number', label: acts.number },
  { name: 'why', label: acts.why },
]

/** What an officer may do now, as buttons: what the server would refuse by the state or by the second pair of eyes is not offered. */
export function actsOf(
  { say, data, language }: Reader,
  { request, proposal, calculation, seen, isMine, mayAssign }: FundFile,
  officers: Officers['officers'],
): Act[] {
  const about: Values = {
    ...{ number: request.number, employee: data(`${request.employee.given} ${request.employee.family}`) },
    ...{ employer: request.employer === null ? say(work.person) : data(request.employer) },
    ...{ from: formatDate(language, request.from), until: formatDate(language, request.until) },
  }
  const amount = calculation && { amount: formatPara(language, calculation.total) }
  const whose = { lead: acts.whose, about }
  const to = (act: string) => `/sickleave/fund/requests/${request.id}/${act}`
  const act = (word: Message, path: string, fields: Asked['fields'], more: Record<string, unknown> = {}, rest: Partial<Asked> = {}): Act => ({
    word,
    asked: { title: say(word), confirm: word, fields, to: to(path), more: { seen, ...more }, ...rest },
  })
  const control: Act = {
    word: acts.control,
    asked: {
      title: say(acts.control),
      confirm: acts.control,
      fields: [{ name: 'text', label: acts.text }],
      to: '/sickleave/fund/controls',
      more: { request: request.id },
    },
  }
  switch (request.state) {
    case 'submitted':
    case 'in-process':
      return [
        ...(calculation
          ? [
              {
                ...act(
                  acts.pay,
                  'proposal',
                  decided,
                  { decision: 'pay', calculation: calculation.id },
                  { ...whose, title: say(acts.proposePay, amount ?? {}) },
                ),
                isMain: true,
              },
            ]
          : []),
        act(acts.calculation, 'calculation', []),
        ...(isMine ? [] : [act(acts.claim, 'claim', [])]),
        ...(mayAssign && officers.length > 0
          ? [act(acts.assign, 'assignment', [{ name: 'officer', label: acts.officer, options: officers.map(asOption) }])]
          : []),
        act(acts.return, 'return', [
          { name: 'missing', label: acts.missing },
          { name: 'until', label: acts.until, isDay: true, optional: true },
        ]),
        act(acts.reject, 'proposal', decided, { decision: 'reject' }, whose),
        control,
      ]
    case 'proposed': {
      if (proposal?.isMine) return []
      const approval = proposal?.decision === 'pay' && amount ? say(acts.approvePay, amount) : say(acts.approveReject, about)
      return [
        { ...act(acts.approve, 'approval', [], { accept: true }, { ...whose, title: approval }), isMain: true },
        act(acts.sendBack, 'approval', [{ name: 'why', label: acts.why }], { accept: false }),
      ]
    }
    case 'paid':
    case 'confirmed':
      return [
        act(acts.returnOrder, 'return-order', [
          { name: 'why', label: acts.why },
          { name: 'until', label: acts.until, isDay: true },
        ]),
        control,
      ]
    case 'returning': {
      const { toReturn } = request
      return [
        act(
          acts.moneyReturned,
          'money-returned',
          [
            { name: 'on', label: acts.on, isDay: true },
            { name: 'interest', label: acts.interest, hint: acts.interestHint },
          ],
          { total: toReturn?.total },
          {
            first: { interest: dinarsOf(toReturn?.interest ?? 0) },
            body: ({ on, interest }) => ({ on, interest: paraOf(interest ?? '') }),
          },
        ),
      ]
    }
    default:
      return []
  }
}

const asOption = ({ id, name, count, overdue }: Officers['officers'][number]) => {
  const text = `${name} (${count}, ${overdue})`
  return { value: id, label: { sr: text, en: text } }
}
