import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Resource } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import { corpus } from '../../testing/corpora.ts'
import { testFhir } from '../../testing/fhir.ts'
import type { Mapped } from '../draft/draft.ts'
import { mapCda } from './map.ts'

type Loose = Resource & Record<string, any>
const of = (mapped: Mapped, type: string) =>
  mapped.bundle.entry.filter(({ resource }) => resource.resourceType === type).map(({ resource }) => resource as Loose)
const one = (mapped: Mapped, type: string): Loose => {
  const found = of(mapped, type)
  assert.equal(found.length, 1, `one ${type}`)
  return found[0] as Loose
}

const document = (body: string, more = '') => `<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <id root="1.3.6.1.4.1.99999.1" extension="DOC-1"/><code code="34133-9" codeSystem="2.16.840.1.113883.6.1" displayName="Отпусна листа"/>
  <title>Отпусна листа</title><effectiveTime value="202603011030+0100"/><confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
  <recordTarget><patientRole>
    <id root="1.3.6.1.4.1.99999.2" extension="0101985710113" assigningAuthorityName="MUP"/><id root="1.3.6.1.4.1.99999.3" extension="4711"/>
    <addr use="HP"><streetAddressLine>Немањина 22</streetAddressLine><city>Београд</city></addr><telecom use="MC" value="tel:+381641234567"/>
    <patient><name use="L"><given>Ана</given><family>Петровић</family></name><administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/><birthTime value="19850101"/></patient>
  </patientRole></recordTarget>
  <author><time value="202603011030+0100"/><assignedAuthor><id root="1.3.6.1.4.1.99999.4" extension="D17"/><assignedPerson><name><given>Марко</given><family>Јовић</family></name></assignedPerson></assignedAuthor></author>
  <custodian><assignedCustodian><representedCustodianOrganization><id root="1.3.6.1.4.1.99999.5"/><name>КЦС</name></representedCustodianOrganization></assignedCustodian></custodian>${more}
  <component><structuredBody>${body}</structuredBody></component>
</ClinicalDocument>`
const section = (code: string, text: string, entry = '') =>
  `<component><section><code code="${code}" codeSystem="2.16.840.1.113883.6.1"/><title>Т</title><text>${text}</text>${entry === '' ? '' : `<entry>${entry}</entry>`}</section></component>`
const map = (body: string, more?: string) => mapCda(Buffer.from(document(body, more)))

describe('a document', () => {
  test('gives its patient under the national number, its author, and the original to the byte', () => {
    const mapped = map(section('11450-4', 'ништа'))
    const patient = one(mapped, 'Patient')
    assert.deepEqual(
      patient['identifier'].map((each: any) => [each.system, each.value]),
      [
        ['urn:rs:jmbg', '0101985710113'],
        ['urn:oid:1.3.6.1.4.1.99999.3', '4711'],
      ],
    )
    assert.deepEqual(
      [patient['name'][0].family, patient['gender'], patient['birthDate'], patient['telecom'][0].use],
      ['Петровић', 'female', '1985-01-01', 'mobile'],
    )
    const composition = one(mapped, 'Composition')
    assert.deepEqual([composition['title'], composition['date'], composition['identifier'].value], ['Отпусна листа', '2026-03-01T10:30:00+01:00', 'DOC-1'])
    assert.equal(one(mapped, 'Practitioner')['name'][0].family, 'Јовић')
    const original = one(mapped, 'DocumentReference')['content'][0].attachment
    assert.ok(Buffer.from(original.data, 'base64').toString().startsWith('<?xml'))
    assert.equal(one(mapped, 'Provenance')['entity'][0].what.identifier.value, 'DOC-1')
  })

  test('keeps its narrative in the XHTML that FHIR allows, and scripts only as text', () => {
    const text =
      '<table border="1"><thead><tr><th>А</th></tr></thead> <tbody><tr><td colspan="2">1 &lt; 2</td></tr></tbody></table><list><item>прво</item></list><linkHtml href="javascript:alert(1)">клик</linkHtml>'
    const composition = one(map(section('11450-4', text)), 'Composition')
    const { div } = composition['section'][0].text
    assert.equal(
      div,
      '<div xmlns="http://www.w3.org/1999/xhtml"><table><thead><tr><th>А</th></tr></thead><tbody><tr><td colspan="2">1 &lt; 2</td></tr></tbody></table><ul><li>прво</li></ul>клик</div>',
    )
  })

  test('becomes a resource for each problem, allergy, medicine, vaccination, result and relative', () => {
    const mapped = map(
      [
        section(
          '11450-4',
          '<content ID="p1">Запаљење плућа</content>',
          '<observation classCode="OBS" moodCode="EVN"><code code="55607006"/><statusCode code="completed"/><effectiveTime><low value="20260201"/></effectiveTime><value xsi:type="CD" code="J189" codeSystem="2.16.840.1.113883.6.3"><originalText><reference value="#p1"/></originalText></value></observation>',
        ),
        section(
          '48765-2',
          'а',
          '<act><statusCode code="active"/><entryRelationship><observation negationInd="true"><value xsi:type="CD" code="419199007" codeSystem="2.16.840.1.113883.6.96"/></observation></entryRelationship></act>',
        ),
        section(
          '10160-0',
          'а',
          '<substanceAdministration moodCode="EVN"><statusCode code="active"/><effectiveTime xsi:type="IVL_TS"><low value="20260201"/></effectiveTime><effectiveTime xsi:type="PIVL_TS" operator="A"><period value="8" unit="h"/></effectiveTime><doseQuantity value="500" unit="mg"/><consumable><manufacturedProduct><manufacturedMaterial><code code="J01CA04" codeSystem="2.16.840.1.113883.6.73"/></manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>',
        ),
        section(
          '11369-6',
          'а',
          '<substanceAdministration moodCode="EVN" negationInd="true"><effectiveTime value="20250101"/><consumable><manufacturedProduct><manufacturedMaterial><code code="08" codeSystem="2.16.840.1.113883.12.292"/></manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>',
        ),
        section(
          '30954-2',
          'а',
          '<organizer><code code="24323-8" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/><component><observation><code code="2345-7" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/><effectiveTime value="20260301"/><value xsi:type="IVL_PQ"><high value="0.3" unit="mmol/L" inclusive="false"/></value></observation></component></organizer>',
        ),
        section(
          '10157-6',
          'а',
          '<organizer><statusCode code="completed"/><subject><relatedSubject><code code="FTH" codeSystem="2.16.840.1.113883.5.111"/></relatedSubject></subject><component><observation><value xsi:type="CD" code="I21" codeSystem="2.16.840.1.113883.6.3"/></observation></component></organizer>',
        ),
        section(
          '18776-5',
          'а',
          '<observation moodCode="RQO"><code code="2345-7" codeSystem="2.16.840.1.113883.6.1"/><effectiveTime value="20260401"/></observation>',
        ),
      ].join(''),
    )
    const condition = one(mapped, 'Condition')
    assert.deepEqual(condition['code'], { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: 'J18.9' }], text: 'Запаљење плућа' })
    assert.equal(one(mapped, 'AllergyIntolerance')['code'].coding[0].code, '716186003', 'no known allergy')
    const medicine = one(mapped, 'MedicationStatement')
    assert.deepEqual(
      [medicine['status'], medicine['dosage'][0].timing.repeat, medicine['medicationCodeableConcept'].coding[0].system],
      ['active', { frequency: 1, period: 8, periodUnit: 'h' }, 'http://www.whocc.no/atc'],
    )
    assert.equal(one(mapped, 'Immunization')['status'], 'not-done')
    assert.deepEqual(one(mapped, 'Observation')['valueQuantity'], {
      value: 0.3,
      unit: 'mmol/L',
      system: 'http://unitsofmeasure.org',
      code: 'mmol/L',
      comparator: '<',
    })
    assert.equal(one(mapped, 'DiagnosticReport')['result'].length, 1)
    assert.equal(one(mapped, 'FamilyMemberHistory')['condition'][0].code.coding[0].code, 'I21')
    assert.deepEqual([one(mapped, 'ServiceRequest')['intent'], one(mapped, 'ServiceRequest')['occurrenceDateTime']], ['order', '2026-04-01'])
    assert.equal(one(mapped, 'Composition')['section'].flatMap((each: any) => each.entry).length, 8)
  })

  test('that contains a file keeps the file', () => {
    const text = document('').replace(
      /<component>.*<\/component>/s,
      '<component><nonXMLBody><text mediaType="application/pdf" representation="B64">JVBE\n Rg==</text></nonXMLBody></component>',
    )
    const [file] = of(mapCda(Buffer.from(text)), 'DocumentReference')
    assert.deepEqual(file?.['content'][0].attachment, { contentType: 'application/pdf', data: 'JVBERg==' })
  })

  test('names by path what could not be mapped', () => {
    const { losses } = map(section('11450-4', 'а', '<region><value code="1"/></region>'), '<authorization><consent><code code="x"/></consent></authorization>')
    assert.deepEqual(losses.map(({ place }) => place).sort(), [
      'ClinicalDocument/authorization[1]',
      'ClinicalDocument/component[1]/structuredBody[1]/component[1]/section[1]/entry[1]/region[1]',
    ])
  })
})

test('what is no document, or refers outside itself, is refused with a hint', () => {
  const entity = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><ClinicalDocument>&x;</ClinicalDocument>'
  for (const text of [
    '',
    'hello',
    '<a/>',
    '<ClinicalDocument>',
    entity,
    `${'<a>'.repeat(200)}${'</a>'.repeat(200)}`,
    '<ClinicalDocument>\u0000</ClinicalDocument>',
  ])
    assert.throws(
      () => mapCda(Buffer.from(text)),
      (error) => error instanceof Refusal && (error.hint ?? '').length > 0,
      text.slice(0, 40),
    )
  assert.throws(() => mapCda(Buffer.from([...Buffer.from('<ClinicalDocument>'), 0xff, ...Buffer.from('</ClinicalDocument>')])), Refusal)
})

test('whatever third parties send is mapped to valid resources or refused with a reason', async (t) => {
  const folder = corpus(t, 'ccda')
  if (folder === null) return
  const fhir = await testFhir()
  const wrong: string[] = []
  let mapped = 0
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(?:xml|ccda)$/i.test(name))) {
    try {
      const { bundle } = mapCda(readFileSync(join(folder, file)))
      mapped++
      for (const issue of fhir.validate(bundle)) if (issue.severity === 'error') wrong.push(`${file}: ${issue.expression} ${issue.diagnostics}`)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
    }
  }
  assert.deepEqual(wrong, [])
  assert.ok(mapped >= 84, `${mapped} are mapped`)
})
