import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../platform/refusal.ts'
import { acknowledge, rejectUnread } from '../edge.ts'
import { readText } from './message.ts'

const stamp = { id: 'A1', at: new Date('2026-03-01T10:00:00Z') }
const message = (conditions = '', version = '2.5') => readText(`MSH|^~\\&|LAB|KCS|SPONA|RS|20260301||ORU^R01^ORU_R01|17|P|${version}|||${conditions}\rPID|1`)
const error = { kind: 'error', text: 'the birth date is missing', place: 'PID[1]-7', code: '101' } as const
const codeOf = (text: string | null) =>
  text &&
  readText(text)
    .segments.find(({ name }) => name === 'MSA')
    ?.text(1)

test('in original mode the application answers: sender and receiver change places, and the number comes back', () => {
  const { accept, application } = acknowledge(message(), { kind: 'accept' }, stamp)
  assert.equal(accept, null)
  assert.equal(application, 'MSH|^~\\&|SPONA|RS|LAB|KCS|20260301100000+0000||ACK^R01^ACK|A1|P|2.5\rMSA|AA|17\r')
})

test('an error names segment, field and code, in the form of the version', () => {
  const { application } = acknowledge(message(), error, stamp)
  assert.match(
    application ?? '',
    /\rMSA\|AE\|17\|the birth date is missing\rERR\|\|PID\^1\^7\|101\^Required field missing\^HL70357\|E\|\|\|\|the birth date is missing\r$/,
  )
  assert.match(acknowledge(message('', '2.3'), error, stamp).application ?? '', /\rERR\|PID\^1\^7\^101\r$/)
  assert.match(acknowledge(message(), { ...error, place: 'OBX[3]-5.2' }, stamp).application ?? '', /\|OBX\^3\^5\^1\^2\|/)
})

test('in enhanced mode each acknowledgement is sent on the condition that the sender gave', () => {
  const codes = (conditions: string, verdict: Parameters<typeof acknowledge>[1]) => {
    const { accept, application } = acknowledge(message(conditions), verdict, stamp)
    return [codeOf(accept), codeOf(application)]
  }
  const reject = { kind: 'reject', text: 'no' } as const
  assert.deepEqual(codes('AL|NE', { kind: 'accept' }), ['CA', null])
  assert.deepEqual(codes('AL|AL', error), ['CE', 'AE'])
  assert.deepEqual(codes('ER|SU', { kind: 'accept' }), [null, 'AA'])
  assert.deepEqual(codes('ER|SU', reject), ['CR', null])
  assert.deepEqual(codes('|AL', reject), ['CR', 'AR'])
})

test('an unreadable message is rejected with the reason, and delimiters in a reason are escaped', () => {
  const text = rejectUnread(new Refusal('incorrect', 'a message begins with MSH', { hint: 'Send MSH|^~\\&|' }), stamp)
  const msa = readText(text).segments[1]
  assert.deepEqual([msa?.text(1), msa?.text(3)], ['AR', 'a message begins with MSH. Send MSH|^~\\&|'])
})

test('when the sender has other delimiters, the whole answer is written with the usual ones', () => {
  const other = readText('MSH$%~\\&$LAB%1.2%ISO$KCS$SPONA$RS$20260301$$ADT%A01$9$P$2.5')
  assert.match(acknowledge(other, { kind: 'accept' }, stamp).application ?? '', /^MSH\|\^~\\&\|SPONA\|RS\|LAB\^1\.2\^ISO\|KCS\|/)
})
