import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Resource } from '../../../fhir/fhir.ts'
import { Refusal } from '../../../platform/refusal.ts'
import { testFhir } from '../../../testing/fhir.ts'
import type { Mapped } from '../../draft/draft.ts'
import { encode } from '../charset.ts'
import { readMessage } from '../message.ts'
import { mapHl7 } from './map.ts'

type Loose = Resource & Record<string, any>
const head = (kind: string, charset = 'UNICODE UTF-8') => `MSH|^~\\&|BIS|KCS|SPONA|RS|20260301101500||${kind}|17|P|2.5||||||${charset}`
const pid = 'PID|1||4711^^^KCS^MR||Петровић^Ана||19850101|F'
const visit = (from: string, to: string) => `PV1|1|I${'|'.repeat(42)}${from}|${to}`
const order = 'OBR|1||F1|X^Преглед^L'
const of = (mapped: Mapped, type: string) => mapped.bundle.entry.flatMap(({ resource }) => (resource.resourceType === type ? [resource as Loose] : []))
const first = (mapped: Mapped, type: string) => of(mapped, type)[0] as Loose
const file = (text: string) => Buffer.from(text).toString('base64')
const results = (type: string, ...values: string[]) => [
  head('ORU^R01'),
  pid,
  order,
  ...values.map((value, n) => `OBX|${n + 1}|${type}|T${n}^т^L||${value}|mg/L|||||F`),
]
const given = (mapped: Mapped) => of(mapped, 'Observation').map((one) => one['valueQuantity'] ?? one['valueRange'] ?? one['valueRatio'] ?? one['valueString'])

type Check = (mapped: Mapped) => unknown
/** The segments that are sent, a look at the result, its expected value, and the expected losses. */
const taken: [string, string[] | Uint8Array, Check, unknown, string[]?][] = [
  ['a patient without a number', [head('ADT^A08'), 'PID|1||||Петровић^Ана'], (m) => first(m, 'Patient')['name'][0].family, 'Петровић', ['PID[1]-3']],
  ['a patient with a number', [head('ADT^A08'), pid], (m) => m.losses.some(({ place }) => place === 'PID[1]-3'), false],
  ['a patient named after the visit', [head('ADT^A01'), 'PV1|1|I', pid], (m) => of(m, 'Encounter').length, 1],
  ['a result before its order', [head('ORU^R01'), pid, 'OBX|1|NM|T^т^L||5.1|mmol/L|||||F', order], (m) => given(m).length, 1],
  ['notes on everything', [head('ORU^R01'), pid, order, 'NTE|1||а', 'OBX|1|NM|T^т^L||1', 'NTE|1||б'], (m) => first(m, 'Observation')['note'][0].text, 'б'],
  ['a note on nothing', [head('ADT^A08'), pid, 'NTE|1||а'], (m) => of(m, 'Patient').length, 1, ['NTE[1]-3']],
  ['escaped delimiters', results('ST', 'a\\R\\b\\S\\c\\T\\d\\F\\e\\E\\f\\.br\\g\\X41\\'), given, ['a~b^c&d|e\\f\ngA']],
  [
    'delimiters of its own',
    ['MSH#*+!%#BIS#KCS#SPONA#RS#20260301##ADT*A08#17#P#2.5', 'PID#1##4711***KCS*MR+12***X##Пет*Ана'],
    (m) => first(m, 'Patient')['identifier'].length,
    2,
  ],
  [
    'names in CP852',
    encode([head('ADT^A08', 'CP852'), 'PID|1||4||Đorđević^Šaša Čž'].join('\r'), 'cp852'),
    (m) => first(m, 'Patient')['name'][0].family,
    'Đorđević',
  ],
  [
    'names in windows-1251',
    encode([head('ADT^A08', 'CP1251'), 'PID|1||4||Ђорђевић^Ђ'].join('\r'), 'windows-1251'),
    (m) => first(m, 'Patient')['name'][0].family,
    'Ђорђевић',
  ],
  ['control characters', [head('ADT^A08'), 'PID|1||4||Пет\u0007ро\u0000вић'], (m) => first(m, 'Patient')['name'][0].family, 'Петровић', ['the message']],
  ['escapes that are control characters', results('ST', 'a\\X07\\b'), given, ['a\\X07\\b']],
  ['line feeds, frames and both ends', [`\u000b${head('ADT^A08')}\r\n${pid}\n\rPV1|1|O\r\n\u001c\r`], (m) => of(m, 'Encounter').length, 1],
  ['small letters for a segment', [head('ADT^A08'), pid, 'pv1|1|O'], (m) => of(m, 'Encounter').length, 0, ['line after PID[1]']],
  ['nulls', [head('ADT^A08'), 'PID|1||4711||Петровић^Ана||""|""|||""', 'PV1|1|""|""'], (m) => first(m, 'Patient')['gender'], undefined],
  ['a date that is none', [head('ADT^A08'), 'PID|1||4||П^А||19850231'], (m) => first(m, 'Patient')['birthDate'], undefined, ['PID[1]-7']],
  [
    'a time as people write it',
    [head('ADT^A03'), pid, visit('01.03.2026. 10:00', '')],
    (m) => first(m, 'Encounter')['period'].start,
    '2026-03-01T10:00:00+01:00',
    ['the message'],
  ],
  ['a time that others write otherwise', [head('ADT^A03'), pid, visit('01/03/2026', '')], (m) => first(m, 'Encounter')['period'], undefined, ['PV1[1]-44']],
  [
    'an end before its beginning',
    [head('ADT^A03'), pid, visit('20260301100000', '20260201')],
    (m) => first(m, 'Encounter')['period'].end,
    undefined,
    ['PV1[1]-45'],
  ],
  ['a gender of nobody', [head('ADT^A08'), `${pid.slice(0, -1)}Q`], (m) => first(m, 'Patient')['gender'], undefined, ['PID[1]-8']],
  [
    'a national number too short',
    [head('ADT^A08'), 'PID|1||12345^^^MUP^NNSRB||П^А'],
    (m) => first(m, 'Patient')['identifier'][0].system,
    'urn:id:MUP',
    ['PID[1]-3'],
  ],
  [
    'numbers',
    results('NM', '5.1', ' 7.0 ', '-0.5', '.5', '5.'),
    (m) => JSON.parse(JSON.stringify(given(m))).map(({ value }: Loose) => value),
    [5.1, 7, -0.5, 0.5, 5],
  ],
  [
    'numbers with comparisons',
    results('NM', '>10', '<= 0.5'),
    (m) => given(m).map(({ comparator, value }) => [comparator, value]),
    [
      ['>', 10],
      ['<=', 0.5],
    ],
  ],
  [
    'what is no number',
    results('NM', '1,000', '1 000', 'трагови', '9'.repeat(20)),
    given,
    ['1,000 mg/L', '1 000 mg/L', 'трагови', `${'9'.repeat(20)} mg/L`],
    ['OBX[1]-5', 'OBX[2]-5', 'OBX[3]-5', 'OBX[4]-5'],
  ],
  ['structured numbers', results('SN', '>^100', '^1^:^128', '^5^-^10'), (m) => given(m).map((one) => Object.keys(one)[0]), ['value', 'numerator', 'low']],
  ['structured numbers that say nothing', results('SN', '^3^x', 'много'), given, ['^3^x', 'много'], ['OBX[1]-5', 'OBX[2]-5']],
  [
    'a file in a result',
    results('ED', `BIS^application^pdf^Base64^${file('%PDF')}`),
    (m) => first(m, 'DiagnosticReport')['presentedForm'][0].contentType,
    'application/pdf',
  ],
  [
    'a file that is no base64',
    results('ED', 'BIS^application^pdf^Base64^###'),
    (m) => first(m, 'DiagnosticReport')['presentedForm'][0].data,
    undefined,
    ['OBX[1]-5'],
  ],
  ['a pointer', results('RP', 'https://pacs.local/1^PACS^image^jpeg'), (m) => first(m, 'DiagnosticReport')['presentedForm'][0].url, 'https://pacs.local/1'],
  [
    'a pointer to a disk',
    results('RP', 'C:\\E\\slike\\E\\a b.jpg^PACS^image^jpeg'),
    (m) => first(m, 'DiagnosticReport')['presentedForm'][0].url,
    undefined,
    ['OBX[1]-5'],
  ],
  [
    'a document of RTF',
    [head('MDM^T02'), pid, 'TXA|1|OT||20260301', `OBX|1|ED|R^Отпусна листа||BIS^application^rtf^Base64^${file('{\\rtf1}')}`],
    (m) => first(m, 'DocumentReference')['content'][0].attachment.contentType,
    'application/rtf',
  ],
  [
    'a document of lines',
    [head('MDM^T02'), pid, 'TXA|1|OT||20260301', 'OBX|1|TX|A||први', 'OBX|2|TX|A||други'],
    (m) => Buffer.from(first(m, 'DocumentReference')['content'][0].attachment.data, 'base64').toString(),
    'први\nдруги',
  ],
  [
    'an appointment that moves',
    [head('SIU^S13'), `SCH|P1|F1|||||К|Н|30|min|^^^202603021000+0100^202603021030+0100${'|'.repeat(14)}BOOKED`, pid],
    (m) => [first(m, 'Appointment')['status'], first(m, 'Appointment')['start']],
    ['booked', '2026-03-02T10:00:00+01:00'],
  ],
  [
    'a vaccination refused',
    [head('VXU^V04'), pid, 'ORC|RE||99', `RXA|0|1|20260301||03^ММР^CVX|999${'|'.repeat(12)}00^одбијено^NIP002||RE`],
    (m) => first(m, 'Immunization')['status'],
    'not-done',
  ],
  ['a vaccination without a date', [head('VXU^V04'), pid, 'RXA|0|1|||03^ММР^CVX'], (m) => first(m, 'Immunization')['occurrenceString'], 'unknown'],
  ['two charts that become one', [head('ADT^A40'), pid, 'MRG|4700^^^KCS^MR'], (m) => of(m, 'Patient').map(({ active }) => active), [undefined, false]],
  [
    'codes that bear the names of what every object has',
    [head('ADT^A08'), `PID|1||4711^^^KCS^constructor||Петровић^Ана||1985|F|||||||constructor^^ISO639${'|'.repeat(9)}toString`],
    (m) => {
      const { identifier, communication, multipleBirthBoolean } = JSON.parse(JSON.stringify(first(m, 'Patient')))
      return [identifier[0].type.coding[0], communication[0].language.coding[0], multipleBirthBoolean]
    },
    [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'constructor' }, { system: 'urn:ietf:bcp:47', code: 'constructor' }, undefined],
  ],
  [
    'allergies that are confirmed, over, and were an error',
    [head('ADT^A60'), pid, ...['C', 'I', 'E'].map((code, at) => `IAM|${at + 1}|DA|^Пеницилин|SV||A${'|'.repeat(11)}${code}^х`)],
    (m) => of(m, 'AllergyIntolerance').map((one) => [one['verificationStatus'].coding[0].code, one['clinicalStatus']?.coding[0].code]),
    [
      ['confirmed', 'active'],
      ['confirmed', 'inactive'],
      ['entered-in-error', undefined],
    ],
  ],
  [
    'segments that were written twice',
    [
      head('ADT^A08'),
      'EVN|A08|20260301',
      'EVN|A08|20260301',
      pid,
      pid,
      'PV1|1|I',
      'PV1|1|I',
      'AL1|1|DA|X^х^L',
      'AL1|2|DA|X^х^L',
      'NK1|1|П^Ј|SPO',
      'NK1|2|П^Ј|SPO',
    ],
    (m) => ['Patient', 'Encounter', 'AllergyIntolerance', 'RelatedPerson'].map((type) => of(m, type).length),
    [1, 1, 1, 1],
    ['EVN[2]', 'PID[2]', 'PV1[2]', 'AL1[2]', 'NK1[2]'],
  ],
  [
    'a result that was written twice, and lines of a text that are the same',
    [head('ORU^R01'), pid, order, ...['OBX|1|NM|A^а^L||1', 'OBX|2|NM|A^а^L||1', 'OBX|3|TX|T^т^L||ред', 'OBX|4|TX|T^т^L||---', 'OBX|5|TX|T^т^L||---']],
    (m) => [of(m, 'Observation').length, of(m, 'Observation')[1]?.['valueString']],
    [2, 'ред\n---\n---'],
    ['OBX[2]'],
  ],
  [
    'texts of two codes, and a result that was corrected in between',
    [head('ORU^R01'), pid, order, 'OBX|1|FT|T^т^L||а||||||F', 'OBX|2|FT|S^с^L||б||||||F', 'OBX|3|FT|S^с^L||в||||||C'],
    (m) => of(m, 'Observation').map((one) => one['valueString']),
    ['а', 'б', 'в'],
  ],
  [
    'an order whose ORC comes after it',
    [head('ORU^R01'), pid, 'OBR|1|P1|F1|X^х^L', 'ORC|RE|P1|F1', 'OBX|1|NM|A^а^L||1'],
    (m) => [first(m, 'DiagnosticReport')['result']?.length, m.losses],
    [1, []],
  ],
  [
    'files whose type or encoding is left out, and several in one field',
    results(
      'ED',
      `BIS^PDF^^Base64^${file('%PDF-1')}`,
      file('%PDF-2'),
      `^application/pdf^^Base64^${file('a')}~^image^png^Base64^${file('b')}`,
      `^^^Base64^${file('?')}`,
    ),
    (m) => first(m, 'DiagnosticReport')['presentedForm'].map((one: Loose) => [one['contentType'], typeof one['data']]),
    [
      ['application/pdf', 'string'],
      ['application/pdf', 'string'],
      ['application/pdf', 'string'],
      ['image/png', 'string'],
      ['application/octet-stream', 'string'],
    ],
  ],
  [
    'a document of two files in one field',
    [head('MDM^T02'), pid, 'TXA|1|OT||20260301', `OBX|1|ED|R^а||^^PDF^Base64^${file('%PDF-1')}~^^PDF^Base64^${file('%PDF-2')}`],
    (m) => first(m, 'DocumentReference')['content'].length,
    2,
  ],
  ['a chart that becomes nothing', [head('ADT^A40'), pid, 'MRG|'], (m) => of(m, 'Patient').length, 1, ['MRG[1]']],
]

describe('an irregular message is mapped as far as it is understood, validly, and the rest is named', () => {
  for (const [title, sent, check, expected, losses = []] of taken)
    test(title, async () => {
      const bytes = sent instanceof Uint8Array ? sent : Buffer.from(sent.join('\r'))
      const mapped = mapHl7(readMessage(bytes), { original: bytes })
      assert.deepEqual(check(mapped), expected)
      const places = new Set(mapped.losses.map(({ place }) => place))
      for (const place of losses) assert.ok(places.has(place), `${place} is named: ${[...places].join(', ')}`)
      const errors = (await testFhir()).validate(mapped.bundle).filter(({ severity }) => severity === 'error')
      assert.deepEqual(errors, [])
    })
})

const refused: [string, string | Uint8Array, RegExp][] = [
  ['a result of nobody', `${head('ORU^R01')}\r${order}\rOBX|1|NM|T||1`, /names no patient/],
  ['only a header', head('ADT^A08'), /names no patient/],
  ['two messages in one frame', `${head('ADT^A08')}\r${pid}\r${head('ADT^A08')}\rPID|1||2^^^L^MR||Б`, /another message begins/],
  ['two patients before one order', `${head('ORU^R01')}\r${pid}\rPID|2||2^^^L^MR||Б\r${order}\rOBX|1|NM|T||1`, /nothing says whose the rest is/],
  ['segments with another delimiter', `${head('ADT^A08')}\r${pid.replaceAll('|', ';')}`, /names no patient/],
  ['more segments than a message may have', `${head('ORU^R01')}\r${pid}\r${'OBX|1|NM|T||1\r'.repeat(20_001)}`, /may have 20000 segments/],
  ['a batch where one is expected', `FHS|^~\\&|A\rBHS|^~\\&|A\r${head('ADT^A08')}\r${pid}`, /batch/],
  ['XML', '<ADT_A01/>', /XML/],
  ['nothing', '', /begins with MSH/],
  ['no text at all', new Uint8Array([0, 1, 2, 255, 254]), /begins with MSH/],
  ['an answer', `${head('ACK')}\rMSA|AA|1`, /kept in no record/],
  ['delimiters that are the same', 'MSH|^^\\&|A', /different characters/],
  ['letters that are not in the character set it says', encode(`${head('ADT^A08')}\rPID|1||4||Đorđević`, 'windows-1250'), /UTF-8/],
  ['a character set of nobody', Buffer.from(`${head('ADT^A08', 'KLINGON')}\r${pid}`), /character set/],
]

describe('a message that cannot be taken is refused with a reason and with what to do', () => {
  for (const [title, sent, reason] of refused)
    test(title, () => {
      const bytes = typeof sent === 'string' ? Buffer.from(sent) : sent
      assert.throws(
        () => mapHl7(readMessage(bytes)),
        (error) => error instanceof Refusal && reason.test(error.message) && (error.hint ?? '').length > 10,
      )
    })
})
