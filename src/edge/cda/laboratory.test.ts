import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { loinc, mappedCda, sct } from '../../testing/cda.ts'
import type { Loose } from '../../testing/hl7.ts'

const observed = (code: string, value: string, more = '') =>
  `<observation classCode="OBS" moodCode="EVN"><id root="1.2.3" extension="${code}"/><code code="${code}" ${loinc}/><statusCode code="completed"/>${value}${more}</observation>`
const amount = (unit: string, value = '5.6') => `<value xsi:type="PQ" value="${value}" unit="${unit}"/>`
const batteryOf = (...parts: string[]) =>
  `<organizer classCode="BATTERY" moodCode="EVN"><code code="24323-8" ${loinc}/><statusCode code="completed"/><effectiveTime value="202603010800+0100"/>${parts.map((one) => `<component>${one}</component>`).join('')}</organizer>`
const section = (code: string, ...entries: string[]) =>
  `<component><section><code code="${code}" ${loinc}/><title>Лабораторија</title><text>х</text>${entries.map((one) => `<entry>${one}</entry>`).join('')}</section></component>`

describe('a report of a European laboratory (IHE XD-LAB)', () => {
  test('has its batteries and results, which stand within the act of a specialty', async () => {
    const act = `<act classCode="ACT" moodCode="EVN"><code code="18719-5" ${loinc}/><statusCode code="completed"/><entryRelationship typeCode="COMP">${batteryOf(observed('2345-7', amount('mmol/L')))}</entryRelationship><entryRelationship typeCode="COMP">${observed('2951-2', amount('mmol/L', '140'))}</entryRelationship></act>`
    const { all, first, at, losses } = await mappedCda(section('18719-5', act))
    assert.deepEqual(
      all('Observation').map((one) => [one['code'].coding[0].code, one['valueQuantity'].value, one['category'][0].coding[0].code]),
      [
        ['2345-7', 5.6, 'laboratory'],
        ['2951-2', 140, 'laboratory'],
      ],
    )
    assert.equal(at(first('DiagnosticReport')['result'][0])['code'].coding[0].code, '2345-7')
    assert.deepEqual(losses, [])
  })

  test('has what grew in a culture and its susceptibilities', async () => {
    const isolate = `<organizer classCode="CLUSTER" moodCode="EVN"><statusCode code="completed"/><component>${observed('18864-9', amount('ug/mL', '16'))}</component></organizer>`
    const { all, first } = await mappedCda(section('18725-2', batteryOf(observed('600-7', `<value xsi:type="CD" code="112283007" ${sct}/>`), isolate)))
    assert.deepEqual(
      all('Observation').map((one) => one['code'].coding[0].code),
      ['600-7', '18864-9'],
    )
    assert.equal(first('DiagnosticReport')['result'].length, 2)
  })
})

test('a unit becomes UCUM when the text can mean only one, and a unit that UCUM lacks stays in words', async () => {
  const of = async (value: string) => (await mappedCda(section('30954-2', batteryOf(observed('2345-7', value))))).first('Observation')['valueQuantity']
  for (const [written, code] of [
    ['mmHg', 'mm[Hg]'],
    ['10^9/L', '10*9/L'],
    ['mmol/l', 'mmol/L'],
    ['{score}', '{score}'],
  ] as const)
    assert.deepEqual([(await of(amount(written))).unit, (await of(amount(written))).code], [written, code])
  const other = await of('<value xsi:type="PQ" nullFlavor="OTH"><translation value="5"><originalText>комада</originalText></translation></value>')
  assert.deepEqual(other, { value: 5, unit: 'комада' })
})

test('a risk does not become a disease', async () => {
  const risk = `<act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.136"/><code code="281694009" ${sct}/><statusCode code="active"/><entryRelationship typeCode="REFR"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.4"/><code code="55607006" ${sct}/><statusCode code="completed"/><value xsi:type="CD" code="363346000" ${sct} displayName="Malignant neoplastic disease"/></observation></entryRelationship></act>`
  const { all, losses } = await mappedCda(section('75310-3', risk))
  assert.deepEqual([all('Condition').length, all('Observation').length, losses.length > 0], [0, 0, true])
})

test('a patient who takes no medicine gets no-known-medications, and no medicine without a name', async () => {
  const of = (attributes: string, inside = '') =>
    `<substanceAdministration classCode="SBADM" ${attributes}><statusCode code="active"/><consumable><manufacturedProduct><manufacturedMaterial><code nullFlavor="OTH"/>${inside}</manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>`
  const told = async (entry: string) => (await mappedCda(section('10160-0', entry))).all('MedicationStatement')
  const [none] = await told(of('moodCode="EVN" negationInd="true"'))
  assert.deepEqual([none?.['medicationCodeableConcept'].coding[0].code, none?.['status']], ['no-known-medications', 'unknown'])
  assert.deepEqual((await told(of('moodCode="EVN" negationInd="true"', '<name>Аспирин</name>')))[0]?.['status'], 'not-taken')
  assert.deepEqual(await told(of('moodCode="EVN"')), [])
})

test('a prescription keeps its duration and the instructions to the patient, and pictures become Media', async () => {
  const prescribed = `<substanceAdministration classCode="SBADM" moodCode="INT"><statusCode code="active"/><effectiveTime xsi:type="IVL_TS"><width value="7" unit="d"/></effectiveTime><consumable><manufacturedProduct><manufacturedMaterial><code nullFlavor="NI"/><name>Пресолол</name></manufacturedMaterial></manufacturedProduct></consumable><entryRelationship typeCode="SUBJ" inversionInd="true"><act classCode="ACT" moodCode="INT"><code code="PINSTRUCT" codeSystem="1.3.6.1.4.1.19376.1.5.3.2"/><text>После јела</text><statusCode code="completed"/></act></entryRelationship></substanceAdministration>`
  const picture = (data: string) =>
    `<observationMedia classCode="OBS" moodCode="EVN" ID="M1"><value mediaType="image/png" representation="B64">${data}</value></observationMedia>`
  const { first, all, losses } = await mappedCda(section('57828-6', prescribed) + section('8648-8', picture('iVBORw0KGgo='), picture('?')))
  const [dose] = first('MedicationRequest')['dosageInstruction']
  assert.deepEqual([dose.timing.repeat.boundsDuration.value, dose.patientInstruction], [7, 'После јела'])
  assert.deepEqual(
    all('Media').map((one: Loose) => one['content'].contentType),
    ['image/png'],
  )
  assert.ok(losses.some((place) => place.includes('entry[2]/observationMedia')))
})
