import { type Refusal, withHint } from '../../platform/refusal.ts'
import { escaped } from './escapes.ts'
import type { Message } from './message.ts'
import { hl7Date } from '../draft/dates.ts'
import { table } from '../draft/table.ts'

/** The fate of a message. An error must be mended by the sender; a rejection says that this receiver cannot take the message now or at all. */
export type Verdict = { kind: 'accept' } | { kind: 'error' | 'reject'; text: string; place?: string; code?: string }

/** The number and time that the receiver gives to its answer. */
export type Stamp = { id: string; at: Date }

export type Acknowledgements = { accept: string | null; application: string | null }

const codes = { accept: ['AA', 'CA'], error: ['AE', 'CE'], reject: ['AR', 'CR'] } as const

/**
 * Original mode (MSH-15 and 16 empty): one application acknowledgement. Enhanced mode (HL7 2.9.3): the accept acknowledgement says that the message
 * is in safe storage, the application acknowledgement tells its fate. Each is sent on the condition that the sender gave.
 */
export function acknowledge(message: Message, verdict: Verdict, stamp: Stamp): Acknowledgements {
  const msh = message.segments[0]
  const accept = msh?.text(15)?.toUpperCase()
  const application = msh?.text(16)?.toUpperCase()
  if (accept === undefined && application === undefined) return { accept: null, application: answer(message, verdict, stamp, 0) }
  return {
    accept: isWanted(accept ?? 'AL', verdict) ? answer(message, verdict, stamp, 1) : null,
    application: isWanted(application ?? 'NE', verdict) ? answer(message, verdict, stamp, 0) : null,
  }
}

/** HL7 table 0155. */
function isWanted(condition: string, verdict: Verdict): boolean {
  if (condition === 'NE') return false
  if (condition === 'ER') return verdict.kind !== 'accept'
  return condition !== 'SU' || verdict.kind === 'accept'
}

/** The answer to an unreadable message: the sender learns the reason, but no message number can be named. */
export function rejectUnread(refusal: Refusal, stamp: Stamp): string {
  const text = withHint(refusal)
  // The fault lies in the bytes themselves: segments out of sequence, or the contents of a segment.
  const condition = refusal.kind !== 'incorrect' ? '207' : refusal.expression === 'MSH' ? '100' : '102'
  return segments(
    ['MSH', '^~\\&', '', '', '', '', moment(stamp), '', 'ACK', escaped(stamp.id), 'P', '2.5'],
    ['MSA', 'AR', '', escaped(text)],
    ['ERR', '', '', `${condition}^${conditions[condition]}^HL70357`, 'E', '', '', '', escaped(text)],
  )
}

function answer(message: Message, verdict: Verdict, stamp: Stamp, mode: 0 | 1): string {
  const msh = message.segments[0]
  const same = (field: number) => msh?.raw(field) ?? ''
  const event = message.event === '' ? 'ACK' : `ACK^${escaped(message.event)}^ACK`
  const head = ['MSH', '^~\\&', same(5), same(6), same(3), same(4), moment(stamp), '', event, escaped(stamp.id), same(11), same(12)]
  // MSH-18 names the character set of this answer, which is that of the message.
  const header = same(18) === '' ? head : [...head, '', '', '', '', '', same(18)]
  const code = codes[verdict.kind][mode]
  const control = escaped(message.controlId)
  if (verdict.kind === 'accept') return segments(header.map(redelimited(message)), ['MSA', code, control])
  return segments(header.map(redelimited(message)), ['MSA', code, control, escaped(verdict.text)], errorSegment(message.version, verdict))
}

/** Fields of the message that are sent back are rewritten with the usual delimiters, which the answer declares. */
const redelimited = (message: Message) => (field: string, index: number) => {
  const { component, subcomponent, escape } = message.delimiters
  if (index < 2 || index === 6 || index > 12 || (component === '^' && subcomponent === '&' && escape === '\\')) return field
  return index === 8 || index === 9 ? field : escaped(field).replaceAll(escaped(component), '^')
}

/** Before 2.5 the segment had one field: the place with the error code (HL7 2.4 chapter 2.16.5). */
function errorSegment(version: string, verdict: { text: string; place?: string; code?: string }): string[] {
  const code = verdict.code ?? '207'
  const [segment = '', number = '', field = '', component = ''] =
    /^([A-Z][A-Z0-9]{2})(?:\[(\d+)\])?(?:-(\d+)(?:\.(\d+))?)?/
      .exec(verdict.place ?? '')
      ?.slice(1)
      .map((one) => one ?? '') ?? []
  const place = segment === '' ? '' : [segment, number || '1', field].join('^').replace(/\^+$/, '')
  if (version !== '' && Number.parseFloat(version.replace(/^(\d+\.\d+).*/, '$1')) < 2.5)
    return ['ERR', `${place === '' ? '^^' : `${segment}^${number || '1'}^${field}`}^${code}`]
  const exact = component === '' ? place : `${place}^1^${component}`
  return ['ERR', '', exact, `${code}^${conditions[code] ?? 'Application error'}^HL70357`, 'E', '', '', '', escaped(verdict.text)]
}

/** HL7 table 0357. */
const conditions = table<string>({
  '100': 'Segment sequence error',
  '101': 'Required field missing',
  '102': 'Data type error',
  '103': 'Table value not found',
  '200': 'Unsupported message type',
  '201': 'Unsupported event code',
  '202': 'Unsupported processing id',
  '203': 'Unsupported version id',
  '204': 'Unknown key identifier',
  '205': 'Duplicate key identifier',
  '206': 'Application record locked',
  '207': 'Application internal error',
})

const segments = (...all: string[][]) => `${all.map((fields) => fields.join('|').replace(/\|+$/, '')).join('\r')}\r`

const moment = (stamp: Stamp) => hl7Date(`${stamp.at.toISOString().slice(0, 19)}Z`)
