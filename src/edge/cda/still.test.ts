import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { loinc, mappedCda, sct } from '../../testing/cda.ts'

const section = (code: string, entries: string[]) =>
  `<component><section><code code="${code}" ${loinc}/><title>Т</title><text><content ID="w1">Шетати свакога дана</content></text>${entries.map((one) => `<entry>${one}</entry>`).join('')}</section></component>`

const within = (inside: string, kind = 'REFR') => `<entryRelationship typeCode="${kind}">${inside}</entryRelationship>`
const status = (code: string, name = '') =>
  within(
    `<observation classCode="OBS" moodCode="EVN"><code code="33999-4" ${loinc}/><value xsi:type="CE" code="${code}" ${sct} displayName="${name}"/></observation>`,
  )

describe('whether a medicine is still taken', () => {
  const product = `<consumable><manufacturedProduct><manufacturedMaterial><code code="B01AC06" codeSystem="2.16.840.1.113883.6.73"/></manufacturedMaterial></manufacturedProduct></consumable>`
  const medicine = async (said: string, mood = 'EVN', act = 'completed') =>
    (
      await mappedCda(
        section('10160-0', [
          `<substanceAdministration classCode="SBADM" moodCode="${mood}"><statusCode code="${act}"/>${product}${said}</substanceAdministration>`,
        ]),
      )
    )
      .all(mood === 'EVN' ? 'MedicationStatement' : 'MedicationRequest')
      .map((one) => one['status'])

  test('is decided by its status observation and not by the act, which is completed in most documents', async () => {
    assert.deepEqual(await medicine(status('55561003', 'Active')), ['active'])
    assert.deepEqual(await medicine(status('73425007', 'No Longer Active'), 'EVN', 'active'), ['stopped'])
    assert.deepEqual(await medicine(status('421139008', 'On Hold'), 'INT', 'active'), ['on-hold'])
    assert.deepEqual(await medicine(status('392521001', 'Prior History'), 'EVN', 'active'), ['completed'])
  })

  test('is no for a wrong code with that name, and is decided by the act when there is no observation', async () => {
    assert.deepEqual(await medicine(status('421139008', 'No Longer Active'), 'EVN', 'active'), ['stopped'])
    assert.deepEqual([await medicine(''), await medicine('', 'EVN', 'active')], [['completed'], ['active']])
  })
})

describe('what only words say', () => {
  const words = '<text><reference value="#w1"/></text>'

  test('becomes the code, of a plan without one and of an observation of how somebody is', async () => {
    const plan = await mappedCda(
      section('18776-5', [
        `<observation classCode="OBS" moodCode="RQO"><code nullFlavor="NA"/>${words}<statusCode code="new"/><effectiveTime value="20260401"/></observation>`,
      ]),
    )
    assert.deepEqual([plan.first('ServiceRequest')['code'].text, plan.first('ServiceRequest')['occurrenceDateTime']], ['Шетати свакога дана', '2026-04-01'])
    const seen = await mappedCda(
      section('47420-5', [
        `<observation classCode="OBS" moodCode="EVN"><code nullFlavor="NA"/>${words}<statusCode code="completed"/><value xsi:type="CD" nullFlavor="OTH"/></observation>`,
      ]),
    )
    assert.deepEqual([seen.first('Observation')['code'].text, seen.first('Observation')['dataAbsentReason']], ['Шетати свакога дана', undefined])
  })
})

test('nursing interventions and medicines to be dispensed are mapped in whichever section they stand', async () => {
  const elevated = `<act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.12"/><code code="423171007" ${sct} displayName="Elevate head of bed"/><statusCode code="completed"/><effectiveTime value="20260225"/></act>`
  const act = `<act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.131"/><code code="362956003" ${sct}/><statusCode code="completed"/>${within(elevated)}</act>`
  const done = await mappedCda(section('62387-6', [act]))
  assert.deepEqual([done.first('Procedure')['code'].coding[0].code, done.first('Procedure')['status'], done.losses], ['423171007', 'completed', []])
  const supply = `<supply classCode="SPLY" moodCode="INT"><statusCode code="active"/><repeatNumber value="2"/><quantity value="3"/><product><manufacturedProduct><manufacturedMaterial><code code="573621" codeSystem="2.16.840.1.113883.6.88"/></manufacturedMaterial></manufacturedProduct></product></supply>`
  const request = (await mappedCda(section('18776-5', [supply]))).first('MedicationRequest')
  assert.deepEqual([request['dispenseRequest'].quantity.value, request['medicationCodeableConcept'].coding[0].code], [3, '573621'])
})

describe('problems and allergies', () => {
  const concern = (inside: string) =>
    `<act classCode="ACT" moodCode="EVN"><code code="CONC"/><statusCode code="active"/>${within(`<observation classCode="OBS" moodCode="EVN">${inside}</observation>`, 'SUBJ')}</act>`
  const severity = (code: string, name: string) =>
    within(
      `<observation classCode="OBS" moodCode="EVN"><code code="SEV" codeSystem="2.16.840.1.113883.5.4"/><value xsi:type="CD" code="${code}" ${sct} displayName="${name}"/></observation>`,
      'SUBJ',
    )

  test('the age at which a problem began is kept when no day is given', async () => {
    const problem = async (time: string) =>
      (
        await mappedCda(
          section('11450-4', [
            concern(
              `${time}<value xsi:type="CD" code="38341003" ${sct}/>${within(`<observation classCode="OBS" moodCode="EVN"><code code="445518008" ${sct}/><value xsi:type="PQ" value="57" unit="a"/></observation>`, 'SUBJ')}`,
            ),
          ]),
        )
      ).first('Condition')
    const found = await problem('')
    assert.deepEqual([found['onsetAge'].value, found['onsetAge'].code], [57, 'a'])
    assert.equal((await problem('<effectiveTime><low value="2019"/></effectiveTime>'))['onsetAge'], undefined)
  })

  test('an allergy that is more severe than its reaction says so in a note', async () => {
    const reaction = within(
      `<observation classCode="OBS" moodCode="EVN"><code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/><value xsi:type="CD" code="247472004" ${sct} displayName="Hives"/>${severity('255604002', 'Mild')}</observation>`,
      'MFST',
    )
    const penicillin = `<participant typeCode="CSM"><participantRole><playingEntity><code code="7980" codeSystem="2.16.840.1.113883.6.88" displayName="Penicillin"/></playingEntity></participantRole></participant>`
    const allergy = async (own: string) =>
      (await mappedCda(section('48765-2', [concern(`<value xsi:type="CD" code="416098002" ${sct}/>${penicillin}${reaction}${own}`)]))).first(
        'AllergyIntolerance',
      )
    const worse = await allergy(severity('399166001', 'Fatal'))
    assert.deepEqual([worse['reaction'][0].severity, worse['note'][0].text], ['mild', 'severity: Fatal'])
    assert.equal((await allergy(severity('255604002', 'Mild')))['note'], undefined)
  })
})
