import type { FundFile, Officers } from '../../sickleave/fund/wire.ts'
import type { Message, Values } from '../shared/message.ts'
import { formatDate } from '../shared/format.ts'
import type { Say } from '../shared/language.tsx'
import type { Language } from '../shared/languages.ts'
import { dinarsOf, formatPara, paraOf } from '../shared/money.ts'
import type { Asked } from '../shared/StepDialog.tsx'
import { acts, work } from './words.ts'

/** The reader's language, and functions that write words and data in the reader's script. */
type Reader = { say: Say; data: (text: string) => string; language: Language }
export type Act = { word: Message; asked: Asked; isMain?: boolean }

const decided = [
  { name: 'number', label: acts.number },
  { name: 'why', label: acts.why },
]

/**
 * The acts that an officer may do now, as buttons. Acts that the server would refuse, because of the state or because a second person must do them, are
 * left out.
 */
export function actsOf(reader: Reader, file: FundFile, officers: Officers['officers']): Act[] {
  switch (file.request.state) {
    case 'submitted':
    case 'in-process':
      return actsInProcess(reader, file, officers)
    case 'proposed':
      return actsOnProposal(reader, file)
    case 'paid':
    case 'confirmed':
      return [
        act(reader, file, acts.returnOrder, 'return-order', {
          fields: [
            { name: 'why', label: acts.why },
            { name: 'until', label: acts.until, isDay: true },
          ],
        }),
        control(reader, file),
      ]
    case 'returning':
      return [moneyReturned(reader, file)]
    default:
      return []
  }
}

function actsInProcess(reader: Reader, file: FundFile, officers: Officers['officers']): Act[] {
  const { calculation, isMine, mayAssign } = file
  const found: Act[] = []
  if (calculation) {
    const title = reader.say(acts.proposePay, { amount: formatPara(reader.language, calculation.total) })
    const more = { decision: 'pay', calculation: calculation.id }
    found.push({ ...act(reader, file, acts.pay, 'proposal', { fields: decided, more, title, ...whose(reader, file) }), isMain: true })
  }
  found.push(act(reader, file, acts.calculation, 'calculation'))
  if (!isMine) found.push(act(reader, file, acts.claim, 'claim'))
  if (mayAssign && officers.length > 0) {
    const officer = { name: 'officer', label: acts.officer, options: officers.map(asOption) }
    found.push(act(reader, file, acts.assign, 'assignment', { fields: [officer] }))
  }
  const missing = [
    { name: 'missing', label: acts.missing },
    { name: 'until', label: acts.until, isDay: true, optional: true },
  ]
  return [
    ...found,
    act(reader, file, acts.return, 'return', { fields: missing }),
    act(reader, file, acts.reject, 'proposal', { fields: decided, more: { decision: 'reject' }, ...whose(reader, file) }),
    control(reader, file),
  ]
}

function actsOnProposal(reader: Reader, file: FundFile): Act[] {
  const { proposal, calculation } = file
  if (proposal?.isMine) return []
  const { lead, about } = whose(reader, file)
  const title =
    proposal?.decision === 'pay' && calculation
      ? reader.say(acts.approvePay, { amount: formatPara(reader.language, calculation.total) })
      : reader.say(acts.approveReject, about)
  return [
    { ...act(reader, file, acts.approve, 'approval', { more: { accept: true }, lead, about, title }), isMain: true },
    act(reader, file, acts.sendBack, 'approval', { fields: [{ name: 'why', label: acts.why }], more: { accept: false } }),
  ]
}

function moneyReturned(reader: Reader, file: FundFile): Act {
  const { toReturn } = file.request
  return act(reader, file, acts.moneyReturned, 'money-returned', {
    fields: [
      { name: 'on', label: acts.on, isDay: true },
      { name: 'interest', label: acts.interest, hint: acts.interestHint },
    ],
    more: { total: toReturn?.total },
    first: { interest: dinarsOf(toReturn?.interest ?? 0) },
    body: ({ on, interest }) => ({ on, interest: paraOf(interest ?? '') }),
  })
}

const control = ({ say }: Reader, { request }: FundFile): Act => ({
  word: acts.control,
  asked: {
    title: say(acts.control),
    confirm: acts.control,
    fields: [{ name: 'text', label: acts.text }],
    to: '/sickleave/fund/controls',
    more: { request: request.id },
  },
})

/** An act on the request of a file. The server refuses it when the file has changed since it was loaded. */
function act({ say }: Reader, { request, seen }: FundFile, word: Message, path: string, { more = {}, ...rest }: Partial<Asked> = {}): Act {
  const to = `/sickleave/fund/requests/${request.id}/${path}`
  return { word, asked: { title: say(word), confirm: word, fields: [], ...rest, to, more: { seen, ...more } } }
}

/** The facts to read before a decision about money: number, person, employer and days. */
function whose({ say, data, language }: Reader, { request }: FundFile): { lead: Message; about: Values } {
  const about = {
    number: request.number,
    employee: data(`${request.employee.given} ${request.employee.family}`),
    employer: request.employer === null ? say(work.person) : data(request.employer),
    from: formatDate(language, request.from),
    until: formatDate(language, request.until),
  }
  return { lead: acts.whose, about }
}

const asOption = ({ id, name, count, overdue }: Officers['officers'][number]) => {
  const text = `${name} (${count}, ${overdue})`
  return { value: id, label: { sr: text, en: text } }
}
