import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Resource } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import { testFhir } from '../../testing/fhir.ts'
import type { Mapped } from '../draft/draft.ts'
import { mapCda } from './map.ts'

type Loose = Resource & Record<string, any>
type Parts = { declared?: string; head?: string; patient?: string }
const person =
  '<recordTarget><patientRole><id root="1.3.6.1.4.1.99999.3" extension="4711"/><patient><name><given>Ана</given></name></patient></patientRole></recordTarget>'
const title =
  '<id root="1.3.6.1.4.1.99999.1" extension="D-1"/><code code="34133-9" codeSystem="2.16.840.1.113883.6.1"/><effectiveTime value="202603011030+0100"/>'
const document = (body: string, { declared = '<?xml version="1.0" encoding="UTF-8"?>', head = title, patient = person }: Parts = {}) =>
  `${declared}<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">${head}${patient}<component>${
    body.startsWith('<nonXMLBody') ? body : `<structuredBody>${body}</structuredBody>`
  }</component></ClinicalDocument>`
const section = (code: string, text: string, ...entries: string[]) =>
  `<component><section><code code="${code}" codeSystem="2.16.840.1.113883.6.1"/><title>Т</title>${text === '' ? '' : `<text>${text}</text>`}${entries.map((one) => `<entry>${one}</entry>`).join('')}</section></component>`
const observed = (inner: string, attributes = '') => `<observation classCode="OBS" moodCode="EVN" ${attributes}>${inner}</observation>`
const concern = (inner: string, attributes = '') =>
  `<act classCode="ACT" moodCode="EVN"><statusCode code="active"/><entryRelationship typeCode="SUBJ">${observed(inner, attributes)}</entryRelationship></act>`
const pneumonia = '<value xsi:type="CD" code="J18.9" codeSystem="2.16.840.1.113883.6.3"/>'
const measured = (value: string) => observed(`<code code="X" codeSystem="1.2.3"/><statusCode code="completed"/>${value}`)
const file = (inner: string, attributes: string) => document(`<nonXMLBody><text ${attributes}>${inner}</text></nonXMLBody>`)

const of = (mapped: Mapped, type: string) => mapped.bundle.entry.flatMap(({ resource }) => (resource.resourceType === type ? [resource as Loose] : []))
const first = (mapped: Mapped, type: string) => of(mapped, type)[0] as Loose
const sectionOf = (mapped: Mapped) => first(mapped, 'Composition')['section'][0]
const fileOf = (mapped: Mapped) => of(mapped, 'DocumentReference').find(({ description }) => description === undefined)?.['content'][0].attachment
const valueOf = (mapped: Mapped) => first(mapped, 'Observation')['valueString'] ?? first(mapped, 'Observation')['valueQuantity']

type Check = (mapped: Mapped) => unknown
const taken: [string, string | Uint8Array, Check, unknown, RegExp?][] = [
  ['a problem without a value', document(section('11450-4', 'x', concern('<value xsi:type="CD" nullFlavor="UNK"/>'))), (m) => of(m, 'Condition').length, 0],
  [
    'a problem whose words stand in the narrative',
    document(
      section(
        '11450-4',
        '<content ID="p1">Упала плућа</content>',
        concern('<value xsi:type="CD" nullFlavor="OTH"><originalText><reference value="#p1"/></originalText></value>'),
      ),
    ),
    (m) => first(m, 'Condition')['code'].text,
    'Упала плућа',
  ],
  ['entries without numbers', document(section('11450-4', 'x', concern(pneumonia), concern(pneumonia))), (m) => of(m, 'Condition').length, 2],
  [
    'entries with one number',
    document(section('11450-4', 'x', ...[1, 2].map(() => concern(`<id root="1.2.3" extension="1"/>${pneumonia}`)))),
    (m) => new Set(m.bundle.entry.filter(({ resource }) => resource.resourceType === 'Condition').map(({ request }) => request['url'])).size,
    2,
  ],
  [
    'elements and codes that bear the names of what every object has',
    document(
      section(
        '30954-2',
        '<constructor>а</constructor>',
        observed('<code code="X" codeSystem="1.2.3"/><statusCode code="constructor"/><value xsi:type="ST">б</value>'),
      ),
    ),
    (m) => [sectionOf(m).text.div.includes('function'), first(m, 'Observation')['status']],
    [false, 'unknown'],
  ],
  ['narrative alone', document(section('11450-4', '<list><item>Упала</item></list>')), (m) => /<li>Упала<\/li>/.test(sectionOf(m).text.div), true],
  ['a section of nothing', document(section('11450-4', '')), (m) => sectionOf(m).emptyReason.coding[0].code, 'unavailable'],
  [
    'what is denied',
    document(section('11450-4', 'x', concern(pneumonia, 'negationInd="true"'))),
    (m) => first(m, 'Condition')['verificationStatus'].coding[0].code,
    'refuted',
  ],
  [
    'a number with a comma',
    document(section('30954-2', 'x', measured('<value xsi:type="PQ" value="5,1" unit="mmol/L"/>'))),
    valueOf,
    '5,1 mmol/L',
    /value\[1\]$/,
  ],
  [
    'a unit of people',
    document(section('30954-2', 'x', measured('<value xsi:type="PQ" value="5.1" unit="комада по литру"/>'))),
    (m) => valueOf(m).code,
    undefined,
  ],
  ['a type of value that nobody knows', document(section('30954-2', 'x', measured('<value xsi:type="XYZ" value="4"/>'))), valueOf, '4'],
  [
    'dates that are none',
    document(section('11450-4', 'x', concern(`<effectiveTime><low value="20261301"/></effectiveTime>${pneumonia}`))),
    (m) => first(m, 'Condition')['onsetDateTime'],
    undefined,
    /low\[1\]$/,
  ],
  [
    'a document of yesterday',
    document(section('11450-4', 'x'), { head: title.replace('202603011030+0100', 'јуче') }),
    (m) => first(m, 'Composition')['date'],
    undefined,
    /effectiveTime\[1\]$/,
  ],
  ['no number and no time', document(section('11450-4', 'x'), { head: '' }), (m) => first(m, 'Composition')['title'], 'Document'],
  [
    'a code without its dot',
    document(section('11450-4', 'x', concern('<value xsi:type="CD" code="j189" codeSystemName="MKB-10"/>'))),
    (m) => first(m, 'Condition')['code'].coding[0].code,
    'J18.9',
  ],
  [
    'organizers within organizers',
    document(
      section(
        '8716-3',
        'x',
        `<organizer classCode="CLUSTER" moodCode="EVN"><component><organizer classCode="CLUSTER" moodCode="EVN"><component>${measured('<value xsi:type="PQ" value="70" unit="/min"/>')}</component></organizer></component></organizer>`,
      ),
    ),
    (m) => valueOf(m).value,
    70,
  ],
  [
    'an entry of no kind',
    document(section('99999-9', 'x', '<regionOfInterest><code code="a"/></regionOfInterest>')),
    (m) => of(m, 'Observation').length,
    0,
    /regionOfInterest\[1\]$/,
  ],
  [
    'a patient without a number',
    document(section('11450-4', 'x'), { patient: person.replace(/<id [^>]*>/, '') }),
    (m) => first(m, 'Patient')['identifier'],
    undefined,
    /patientRole\/id$/,
  ],
  ['a patient with a number', document(section('11450-4', 'x')), (m) => m.losses.some(({ place }) => place.endsWith('patientRole/id')), false],
  [
    'scripts in the narrative',
    document(section('11450-4', '<paragraph onclick="x()">а</paragraph><linkHtml href="javascript:x()">б</linkHtml>')),
    (m) => /onclick|href/.test(sectionOf(m).text.div),
    false,
  ],
  ['a file', file('JVBERi0x\nLjQK', 'mediaType="application/pdf" representation="B64"'), (m) => fileOf(m).data, 'JVBERi0xLjQK'],
  ['a file that is none', file('###', 'mediaType="application/pdf" representation="B64"'), (m) => fileOf(m).data, undefined, /nonXMLBody\/text$/],
  ['a file on a disk', file('<reference value="C:\\a b.pdf"/>', 'mediaType="application/pdf"'), (m) => fileOf(m).url, undefined, /reference$/],
  [
    'a file of text',
    file('Здраво', 'mediaType="text/plain"'),
    (m) => [Buffer.from(fileOf(m).data, 'base64').toString(), fileOf(m).contentType],
    ['Здраво', 'text/plain; charset=utf-8'],
  ],
  ['a mark of byte order', `\ufeff${document(section('11450-4', 'x'))}`, (m) => of(m, 'Composition').length, 1],
  [
    'UTF-16',
    Buffer.concat([
      Buffer.from([0xff, 0xfe]),
      Buffer.from(document(section('11450-4', 'ж'), { declared: '<?xml version="1.0" encoding="UTF-16"?>' }), 'utf16le'),
    ]),
    (m) => /ж/.test(sectionOf(m).text.div),
    true,
  ],
  ['windows-1250, declared', latin('<?xml version="1.0" encoding="windows-1250"?>', 0xe6), (m) => /ć/.test(sectionOf(m).text.div), true],
  [
    'a prefix on everything',
    document(section('11450-4', 'x', concern(pneumonia)))
      .replace(/<(\/?)([A-Za-z])/g, '<$1cda:$2')
      .replace('xmlns="', 'xmlns:cda="'),
    (m) => of(m, 'Condition').length,
    1,
  ],
]
function latin(declared: string, letter: number): Uint8Array {
  const [before = '', after = ''] = document(section('11450-4', 'Q').replace('Т', 'T'), { declared, patient: person.replace('Ана', 'Ana') }).split('Q')
  return Buffer.concat([Buffer.from(before), Buffer.from([letter]), Buffer.from(after)])
}

describe('an irregular document is mapped as far as it is understood, validly, and the rest is named', () => {
  for (const [name, sent, check, expected, loss] of taken)
    test(name, async () => {
      const mapped = mapCda(typeof sent === 'string' ? Buffer.from(sent) : sent)
      assert.deepEqual(check(mapped), expected)
      if (loss !== undefined)
        assert.ok(
          mapped.losses.some(({ place }) => loss.test(place)),
          JSON.stringify(mapped.losses),
        )
      const errors = (await testFhir()).validate(mapped.bundle).filter(({ severity }) => severity === 'error')
      assert.deepEqual(errors, [])
    })
})

const deep = `${'<component><section>'.repeat(60)}<text>а</text>${'</section></component>'.repeat(60)}`
const refused: [string, string | Uint8Array, RegExp][] = [
  ['of nobody', document(section('11450-4', 'x'), { patient: '' }), /names no patient/],
  ['of two people', document(section('11450-4', 'x'), { patient: person + person.replace('4711', '4712') }), /several patients/],
  ['with a document type', `<!DOCTYPE a [<!ENTITY b "c">]>${document('', { declared: '' })}`, /document type/],
  ['with an entity of its own', document(section('11450-4', '&foo;')), /well-formed/],
  ['cut off', document(section('11450-4', 'x')).slice(0, -20), /well-formed/],
  ['with a control character', document(section('11450-4', 'а&#1;б')), /well-formed/],
  ['in another encoding than it says', latin('<?xml version="1.0" encoding="UTF-8"?>', 0xe6), /encoding/],
  ['in an encoding of nobody', document('', { declared: '<?xml version="1.0" encoding="klingon"?>' }), /encoding/],
  ['deeper than any', document(deep), /too deep/],
  ['of more sections than any', document(section('11450-4', 'x').repeat(501)), /500 sections/],
  ['that is another one', '<Bundle xmlns="http://hl7.org/fhir"/>', /no ClinicalDocument/],
]

describe('a document is refused with a reason', () => {
  for (const [name, sent, reason] of refused)
    test(name, () => {
      assert.throws(
        () => mapCda(typeof sent === 'string' ? Buffer.from(sent) : sent),
        (error) => error instanceof Refusal && reason.test(error.message),
      )
    })
})
