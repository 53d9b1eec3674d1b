import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { chart, loinc, mappedCda, sct } from '../../testing/cda.ts'

const assertion = '<code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/>'
const numbers = `<id root="2.16.840.1.113883.4.1" extension="111-22-3333"/>${chart}`

const section = (code: string, entries: string[], text = '') =>
  `<component><section><code code="${code}" ${loinc}/><title>Т</title><text>${text}</text>${entries.map((one) => `<entry>${one}</entry>`).join('')}</section></component>`

const map = (body: string, ids = numbers) => mappedCda(body, ids)
const observation = (inside: string, attributes = 'moodCode="EVN"') => `<observation classCode="OBS" ${attributes}>${inside}</observation>`
const concern = (inside: string, status = 'active') =>
  `<act classCode="ACT" moodCode="EVN"><code code="CONC"/><statusCode code="${status}"/><entryRelationship typeCode="SUBJ">${inside}</entryRelationship></act>`

describe('problems and allergies', () => {
  const problem = async (inside: string, attributes?: string) => (await map(section('11450-4', [concern(observation(inside, attributes))]))).first('Condition')
  const hypertension = `<value xsi:type="CD" code="38341003" ${sct}/>`

  test('with only an end have no known beginning', async () => {
    const found = await problem(`<effectiveTime><low nullFlavor="UNK"/><high value="20210101"/></effectiveTime>${hypertension}`)
    assert.deepEqual([found['onsetDateTime'], found['abatementDateTime'], found['clinicalStatus'].coding[0].code], [undefined, '2021-01-01', 'resolved'])
  })

  test('with an unknown end have ended', async () => {
    const found = await problem(`<effectiveTime><low value="2019"/><high nullFlavor="UNK"/></effectiveTime>${hypertension}`)
    assert.deepEqual([found['onsetDateTime'], found['clinicalStatus'].coding[0].code], ['2019', 'resolved'])
  })

  test('no known problem is stated as such, and a negated problem is refuted', async () => {
    const none = await problem(`<value xsi:type="CD" code="55607006" ${sct}/>`, 'moodCode="EVN" negationInd="true"')
    assert.deepEqual([none['code'].coding[0].code, none['verificationStatus']], ['160245001', undefined])
    const refuted = await problem(hypertension, 'moodCode="EVN" negationInd="true"')
    assert.deepEqual([refuted['code'].coding[0].code, refuted['verificationStatus'].coding[0].code], ['38341003', 'refuted'])
    assert.equal(refuted['clinicalStatus'], undefined)
  })

  test('a negated problem with an end breaks no rule of R4 (con-4), which would keep the whole document out of the record', async () => {
    const refuted = await problem(`<effectiveTime><high value="20210101"/></effectiveTime>${hypertension}`, 'moodCode="EVN" negationInd="true"')
    assert.deepEqual([refuted['verificationStatus'].coding[0].code, refuted['clinicalStatus'].coding[0].code], ['refuted', 'inactive'])
  })

  for (const [kind, code] of [
    ['416098002', '409137002'],
    ['414285001', '429625007'],
    ['426232007', '428607008'],
    ['419199007', '716186003'],
  ] as const)
    test(`no allergy of the kind ${kind} is ${code}`, async () => {
      const inside = `${assertion}<value xsi:type="CD" code="${kind}" ${sct}/><participant typeCode="CSM"><participantRole><playingEntity><code nullFlavor="NA"/></playingEntity></participantRole></participant>`
      const found = (await map(section('48765-2', [concern(observation(inside, 'moodCode="EVN" negationInd="true"'))]))).first('AllergyIntolerance')
      assert.deepEqual([found['code'].coding[0].code, found['clinicalStatus'].coding[0].code], [code, 'active'])
    })
})

describe('medicines', () => {
  const administration = (inside: string, attributes = 'moodCode="EVN"') =>
    `<substanceAdministration classCode="SBADM" ${attributes}><statusCode code="active"/>${inside}<consumable><manufacturedProduct><manufacturedMaterial><code code="197361" codeSystem="2.16.840.1.113883.6.88"/></manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>`
  const dosage = async (inside: string) => (await map(section('10160-0', [administration(inside)]))).first('MedicationStatement')['dosage']
  const from = '<effectiveTime xsi:type="IVL_TS"><low value="20260101"/></effectiveTime>'

  for (const [what, often, repeat] of [
    [
      'every so long',
      '<effectiveTime xsi:type="PIVL_TS" operator="A"><period value="12" unit="h"/></effectiveTime>',
      { frequency: 1, period: 12, periodUnit: 'h' },
    ],
    [
      'between two lengths',
      '<effectiveTime xsi:type="PIVL_TS" operator="A"><period><low value="4" unit="h"/><high value="6" unit="h"/></period></effectiveTime>',
      { frequency: 1, period: 4, periodMax: 6, periodUnit: 'h' },
    ],
    [
      'before breakfast',
      '<effectiveTime xsi:type="EIVL_TS" operator="A"><event code="ACM"/><offset><low value="30" unit="min"/></offset></effectiveTime>',
      { when: ['ACM'], offset: 30 },
    ],
    ['at bedtime', '<effectiveTime xsi:type="EIVL_TS" operator="A"><event code="HS"/></effectiveTime>', { when: ['HS'] }],
    [
      'in one with the interval',
      '<effectiveTime xsi:type="SXPR_TS"><comp xsi:type="IVL_TS"><low value="20260101"/></comp><comp xsi:type="PIVL_TS"><period value="1" unit="d"/></comp></effectiveTime>',
      { frequency: 1, period: 1, periodUnit: 'd' },
    ],
  ] as const)
    test(`are taken ${what}`, async () => assert.deepEqual((await dosage(`${what.includes('one') ? '' : from}${often}`))[0].timing.repeat, repeat))

  test('are taken as needed, for a reason that is coded, in words, or not given', async () => {
    const needed = (criterion: string) => dosage(`${from}<precondition typeCode="PRCN"><criterion>${criterion}</criterion></precondition>`)
    assert.equal((await needed(`<value xsi:type="CD" code="25064002" ${sct}/>`))[0].asNeededCodeableConcept.coding[0].code, '25064002')
    assert.deepEqual((await needed('<text>за бол</text>'))[0].asNeededCodeableConcept, { text: 'за бол' })
    assert.equal((await needed('<value xsi:type="CD" nullFlavor="UNK"/>'))[0].asNeededBoolean, true)
  })

  test('are taken in amounts within a range, counted in tablets, with a maximum in a day', async () => {
    const [found] = await dosage(
      `${from}<doseQuantity><low value="1"/><high value="2"/></doseQuantity><maxDoseQuantity><numerator value="8"/><denominator value="1" unit="d"/></maxDoseQuantity><administrationUnitCode code="C48542" displayName="Tablet" codeSystem="2.16.840.1.113883.3.26.1.1"/>`,
    )
    const { low, high } = found.doseAndRate[0].doseRange
    assert.deepEqual([low.value, high.value, high.unit, found.maxDosePerPeriod.numerator.value], [1, 2, 'Tablet', 8])
  })

  test('with a tapering dose have each step at its time', async () => {
    const step = (number: number, low: string, high: string, mg: string) =>
      `<entryRelationship typeCode="COMP"><sequenceNumber value="${number}"/>${administration(`<effectiveTime xsi:type="IVL_TS"><low value="${low}"/><high value="${high}"/></effectiveTime><doseQuantity value="${mg}" unit="mg"/>`)}</entryRelationship>`
    const steps = await dosage(`${from}${step(1, '20260101', '20260107', '40')}${step(2, '20260108', '20260114', '20')}`)
    assert.deepEqual(
      steps.map((one: any) => [one.sequence, one.timing.repeat.boundsPeriod.start, one.doseAndRate[0].doseQuantity.value]),
      [
        [1, '2026-01-01', 40],
        [2, '2026-01-08', 20],
      ],
    )
  })

  test('that shall not be given are not ordered', async () => {
    const { first } = await map(section('18776-5', [administration(from, 'moodCode="RQO" negationInd="true"')]))
    assert.equal(first('MedicationRequest')['doNotPerform'], true)
  })

  test('a refused vaccination has its reason, and one that did harm refers to the reaction', async () => {
    const vaccine = (attributes: string, inside: string) => administration(`<effectiveTime value="20251001"/>${inside}`, `moodCode="EVN" ${attributes}`)
    const hives = `<entryRelationship typeCode="CAUS">${observation(`<templateId root="2.16.840.1.113883.10.20.22.4.9"/>${assertion}<statusCode code="completed"/><effectiveTime><low value="20251002"/></effectiveTime><value xsi:type="CD" code="247472004" ${sct}/>`)}</entryRelationship>`
    const refusal = `<entryRelationship typeCode="RSON">${observation('<templateId root="2.16.840.1.113883.10.20.22.4.53"/><code code="PATOBJ" codeSystem="2.16.840.1.113883.5.8"/>')}</entryRelationship>`
    const { all, at } = await map(section('11369-6', [vaccine('', hives), vaccine('negationInd="true"', refusal)]))
    const [done, refused] = all('Immunization')
    assert.deepEqual([at(done?.['reaction'][0].detail)['valueCodeableConcept'].coding[0].code, done?.['reaction'][0].date], ['247472004', '2025-10-02'])
    assert.deepEqual([refused?.['status'], refused?.['statusReason'].coding[0].code], ['not-done', 'PATOBJ'])
  })
})

describe('results', () => {
  const battery = (values: string[], time = '') =>
    section('30954-2', [
      `<organizer classCode="BATTERY" moodCode="EVN"><code code="24323-8" ${loinc}/><statusCode code="completed"/><effectiveTime value="202602280800+0100"/>${values
        .map((value) => `<component>${observation(`<code code="2345-7" ${loinc}/><statusCode code="completed"/>${time}${value}`)}</component>`)
        .join('')}</organizer>`,
    ])

  test('without a time have that of their battery, and keep their digits', async () => {
    const { first, mapped } = await map(battery(['<value xsi:type="PQ" value="6.40" unit="mmol/L"/>']))
    assert.equal(first('Observation')['effectiveDateTime'], '2026-02-28T08:00:00+01:00')
    assert.match(JSON.stringify(mapped.bundle), /"value":6\.40,/)
    const own = await map(battery(['<value xsi:type="INT" value="3"/>'], '<effectiveTime value="20260227"/>'))
    assert.equal(own.first('Observation')['effectiveDateTime'], '2026-02-27')
  })

  for (const [flavor, reason] of [
    ['NASK', 'not-asked'],
    ['ASKU', 'asked-unknown'],
    ['MSK', 'masked'],
    ['NAV', 'temp-unknown'],
    ['NA', 'not-applicable'],
    ['NI', 'unknown'],
  ] as const)
    test(`without a value say why: ${flavor}`, async () => {
      const { first } = await map(battery([`<value xsi:type="PQ" nullFlavor="${flavor}"/>`]))
      assert.equal(first('Observation')['dataAbsentReason'].coding[0].code, reason)
    })

  test('as money, numbers and intervals of whole numbers keep their meaning; an unreadable one is a loss', async () => {
    const { all, losses } = await map(
      battery([
        '<value xsi:type="MO" value="5.00" currency="RSD"/>',
        '<value xsi:type="II" root="1.2.3" extension="X"/>',
        '<value xsi:type="IVL_INT"><low value="1"/><high value="3"/></value>',
        '<value xsi:type="BL" value="можда"/>',
      ]),
    )
    const [money, number, interval] = all('Observation')
    assert.deepEqual([money?.['valueQuantity'].code, number?.['valueString'], interval?.['valueRange'].high.value], ['RSD', '1.2.3 X', 3])
    assert.equal(losses.length, 1)
    assert.match(String(losses[0]), /component\[4\]\/observation\[1\]\/value\[1\]$/)
  })
})

describe('directives, payers, plans and care teams', () => {
  test('an advance directive is a Consent of that scope', async () => {
    const { first, at } = await map(
      section('42348-3', [
        observation(
          `<id root="1.2.3" extension="ad1"/><code code="304251008" ${sct}/><effectiveTime><low value="20250101"/><high nullFlavor="NA"/></effectiveTime><value xsi:type="CD" code="304253006" ${sct}/><participant typeCode="CST"><participantRole><playingEntity><name><given>Јован</given><family>П</family></name></playingEntity></participantRole></participant>`,
        ),
      ]),
    )
    const { scope, provision, policyRule, dateTime } = first('Consent')
    assert.deepEqual(
      [scope.coding[0].code, provision.code[0].coding[0].code, policyRule.coding[0].code, dateTime],
      ['adr', '304253006', '304251008', '2025-01-01'],
    )
    assert.equal(at(provision.actor[0].reference)['name'][0].given[0], 'Јован')
  })

  test("a policy is a Coverage, with who pays and the member's number", async () => {
    const policy = `<act classCode="ACT" moodCode="EVN"><id root="1.2.3" extension="pol1"/><performer typeCode="PRF"><assignedEntity><id root="1.2.4" extension="РФЗО"/><code code="PAYOR"/><representedOrganization><name>РФЗО</name></representedOrganization></assignedEntity></performer><participant typeCode="COV"><time><low value="20260101"/><high value="20261231"/></time><participantRole classCode="PAT"><id root="1.2.5" extension="MEM1"/><code code="SELF"/></participantRole></participant></act>`
    const { first, at, losses } = await map(
      section('48768-6', [
        `<act classCode="ACT" moodCode="EVN"><code code="48768-6" ${loinc}/><entryRelationship typeCode="COMP"><sequenceNumber value="1"/>${policy}</entryRelationship></act>`,
      ]),
    )
    const coverage = first('Coverage')
    assert.deepEqual(
      [coverage['subscriberId'], coverage['relationship'].coding[0].code, coverage['period'].end, coverage['order']],
      ['MEM1', 'self', '2026-12-31', 1],
    )
    assert.deepEqual([at(coverage['payor'][0])['name'], at(coverage['payor'][0])['identifier'][0].value, losses], ['РФЗО', 'РФЗО', []])
  })

  test('a care team has its members and their roles', async () => {
    const member = `<component><act classCode="PCPR" moodCode="EVN"><effectiveTime><low value="20260101"/></effectiveTime><performer typeCode="PRF"><functionCode code="PCP" codeSystem="2.16.840.1.113883.5.88"/><assignedEntity><id root="1.2.6" extension="D5"/><assignedPerson><name><given>А</given><family>Б</family></name></assignedPerson></assignedEntity></performer></act></component>`
    const { first, at } = await map(section('85847-2', [`<organizer classCode="CLUSTER" moodCode="EVN"><statusCode code="active"/>${member}</organizer>`]))
    const [participant] = first('CareTeam')['participant']
    assert.deepEqual([participant.role[0].coding[0].code, at(participant.member)['name'][0].family, participant.period.start], ['PCP', 'Б', '2026-01-01'])
  })

  for (const [what, code, name] of [
    ['an empty text', '<code code="X"><originalText/></code>', undefined],
    ['words of the narrative', '<code code="X"><originalText><reference value="#t1"/></originalText></code>', 'Тим за дијабетес'],
  ] as const)
    test(`a care team named by ${what} is called ${name ?? 'nothing'}`, async () => {
      const member =
        '<component><act classCode="PCPR" moodCode="EVN"><performer typeCode="PRF"><assignedEntity><id root="1.2.6" extension="D5"/></assignedEntity></performer></act></component>'
      const body = section(
        '85847-2',
        [`<organizer classCode="CLUSTER" moodCode="EVN">${code}${member}</organizer>`],
        '<content ID="t1">Тим за дијабетес</content>',
      )
      assert.equal((await map(body)).first('CareTeam')['name'], name)
    })

  test('a goal says how much, until when, and that it was reached', async () => {
    const goal = observation(
      `<code code="29463-7" ${loinc}/><statusCode code="completed"/><effectiveTime><low value="20260101"/><high value="20261231"/></effectiveTime><value xsi:type="PQ" value="70" unit="kg"/>`,
      'moodCode="GOL"',
    )
    const { lifecycleStatus, target } = (await map(section('18776-5', [goal]))).first('Goal')
    assert.deepEqual([lifecycleStatus, target[0].detailQuantity.value, target[0].dueDate], ['completed', 70, '2026-12-31'])
  })

  test('a pregnancy is the answer to that question, with the expected day of birth', async () => {
    const due = `<entryRelationship typeCode="REFR">${observation(`<code code="11778-8" ${loinc}/><value xsi:type="TS" value="20261001"/>`)}</entryRelationship>`
    const { code, component } = (
      await map(section('29762-2', [observation(`${assertion}<statusCode code="completed"/><value xsi:type="CD" code="77386006" ${sct}/>${due}`)]))
    ).first('Observation')
    assert.deepEqual([code.coding[0].code, component[0].valueDateTime], ['82810-3', '2026-10-01'])
  })

  test('a procedure on a device keeps the code and the time; a visit at one moment is over', async () => {
    const procedure = `<procedure classCode="PROC" moodCode="EVN"><code code="360030002" ${sct}/><statusCode code="completed"/><effectiveTime value="20200101"/><participant typeCode="DEV"><participantRole classCode="MANU"><playingDevice><code code="14106009" ${sct}/></playingDevice></participantRole></participant></procedure>`
    const { first, at, losses } = await map(section('46264-8', [procedure]))
    assert.deepEqual(
      [first('Procedure')['performedDateTime'], at(first('Procedure')['focalDevice'][0].manipulated)['type'].coding[0].code, losses],
      ['2020-01-01', '14106009', []],
    )
    const visit = `<encounter classCode="ENC" moodCode="EVN"><code code="99213" codeSystem="2.16.840.1.113883.6.12"/><effectiveTime value="202602271000"/></encounter>`
    assert.equal((await map(section('46240-8', [visit]))).first('Encounter')['status'], 'finished')
  })
})

test('a comment is a note on its entry, and what a doctor wrote is a document beside the narrative', async () => {
  const comment = `<entryRelationship typeCode="SUBJ" inversionInd="true"><act classCode="ACT" moodCode="EVN"><code code="48767-8" ${loinc}/><text>без напада годину дана</text></act></entryRelationship>`
  const asthma = observation(`<value xsi:type="CD" code="195967001" ${sct}/>${comment}`)
  const note = `<act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.202"/><code code="34109-9" ${loinc}/><text><reference value="#n1"/></text><statusCode code="completed"/><effectiveTime value="20260101"/></act>`
  const { first, all, losses } = await map(
    section('11450-4', [concern(asthma)]) + section('34109-9', [note], '<paragraph ID="n1">Пацијент је добро</paragraph>'),
  )
  assert.deepEqual([first('Condition')['note'], losses], [[{ text: 'без напада годину дана' }], []])
  const written = all('DocumentReference').find(({ type }) => type?.coding?.[0].code === '34109-9')
  assert.equal(Buffer.from(written?.['content'][0].attachment.data, 'base64').toString(), 'Пацијент је добро')
})

test('the chart is found by the number of the custodian, in whatever order the numbers come', async () => {
  const ids = numbers.split(/(?<=>)/)
  for (const order of [ids, ids.toReversed()])
    assert.deepEqual((await map(section('11450-4', []), order.join(''))).requests('Patient'), ['POST identifier=urn:oid:1.3.6.1.4.1.99999.5.2|4711'])
})

describe('administered medicines, and devices', () => {
  const product = `<consumable><manufacturedProduct><manufacturedMaterial><code code="153475" codeSystem="2.16.840.1.113883.6.88" displayName="Propofol"/></manufacturedMaterial></manufacturedProduct></consumable>`
  const medicine = (mood: string) =>
    `<substanceAdministration classCode="SBADM" moodCode="${mood}"><statusCode code="completed"/><effectiveTime value="20260301"/><doseQuantity value="20" unit="mg"/>${product}</substanceAdministration>`

  test('in anaesthesia were given; planned ones were not, whatever the section', async () => {
    for (const code of ['59774-0', '29549-3']) {
      const { all } = await map(section(code, [medicine('EVN'), medicine('INT')]))
      assert.deepEqual([all('MedicationAdministration').length, all('MedicationRequest').length, all('MedicationStatement').length], [1, 1, 0], code)
    }
  })

  const supply = (device: string, name: string, number = '<id root="1.3.6.1.4.1.99999.9" extension="PI-1"/>') =>
    `<supply classCode="SPLY" moodCode="EVN"><id root="1.3.6.1.4.1.99999.8" extension="S-${device}"/><statusCode code="completed"/><participant typeCode="PRD"><participantRole classCode="MANU">${number}<playingDevice><code code="${device}" ${sct} displayName="${name}"/></playingDevice><scopingEntity><desc>Медтроник</desc></scopingEntity></participantRole></participant></supply>`

  test('implants are grouped in an organizer: a pacemaker is mapped, with its maker, and found again', async () => {
    const organizer = `<organizer classCode="CLUSTER" moodCode="EVN"><code code="40388003" ${sct}/><component>${supply('14106009', 'Pacemaker')}</component><component>${supply('303406003', 'Prosthesis')}</component></organizer>`
    const { all, requests } = await map(section('46264-8', [organizer]))
    assert.deepEqual(
      all('Device').map((one) => [one['type'].coding[0].code, one['manufacturer']]),
      [
        ['14106009', 'Медтроник'],
        ['303406003', 'Медтроник'],
      ],
    )
    const again = await map(section('46264-8', [organizer]))
    assert.deepEqual(again.requests('Device'), requests('Device'))
    assert.equal(new Set(requests('Device')).size, 2)
    assert.match(requests('Device')[0] ?? '', /^PUT identifier=urn:spona:edge:statement/)
  })

  test('the worldwide number of a device is its carrier, and a device without one gets the number of the supply', async () => {
    const carried = (
      await map(section('46264-8', [supply('14106009', 'Pacemaker', '<id root="2.16.840.1.113883.3.3719" extension="(01)00643169007222"/>')]))
    ).first('Device')
    assert.equal(carried['udiCarrier'][0].carrierHRF, '(01)00643169007222')
    const bare = (await map(section('46264-8', [supply('14106009', 'Pacemaker', '')]))).first('Device')
    assert.equal(bare['identifier'][0].value, 'S-14106009')
  })

  test('at discharge and at admission inside an act are mapped: the therapy of a discharge summary was lost', async () => {
    const act = (template: string, mood: string) =>
      `<act classCode="ACT" moodCode="EVN"><templateId root="${template}"/><code code="10183-2" ${loinc}/><statusCode code="completed"/><entryRelationship typeCode="SUBJ">${medicine(mood)}</entryRelationship></act>`
    for (const [code, template] of [
      ['10183-2', '2.16.840.1.113883.10.20.22.4.35'],
      ['75311-1', '2.16.840.1.113883.10.20.22.4.35'],
      ['42346-7', '2.16.840.1.113883.10.20.22.4.36'],
      ['99999-9', '2.16.840.1.113883.10.20.22.4.35'],
    ] as const) {
      const { all } = await map(section(code, [act(template, 'INT'), act(template, 'EVN')]))
      assert.deepEqual([all('MedicationRequest').length, all('MedicationStatement').length], [1, 1], code)
    }
  })
})

test('a battery keeps its specimen, a wound its place, an instruction its words', async () => {
  const battery = `<organizer classCode="BATTERY" moodCode="EVN"><code code="58410-2" ${loinc}/><statusCode code="completed"/><specimen><specimenRole><id root="1.3.6.1.4.1.99999.8" extension="SP1"/><specimenPlayingEntity><code code="119297000" ${sct} displayName="Blood"/></specimenPlayingEntity></specimenRole></specimen><component>${observation(`<code code="718-7" ${loinc}/><statusCode code="completed"/><value xsi:type="PQ" value="98" unit="g/L"/>`)}</component></organizer>`
  const results = await map(section('30954-2', [battery]))
  const specimen = results.first('Specimen')
  assert.deepEqual([specimen['type'].coding[0].code, specimen['identifier'][0].value], ['119297000', 'SP1'])
  assert.deepEqual([results.at(results.first('Observation')['specimen']), results.at(results.first('DiagnosticReport')['specimen'][0])], [specimen, specimen])
  const wound = observation(
    `<templateId root="2.16.840.1.113883.10.20.22.4.114"/>${assertion}<statusCode code="completed"/><value xsi:type="CD" code="399912005" ${sct}/><targetSiteCode code="64033007" ${sct} displayName="Heel"/>`,
  )
  const condition = (await map(section('61149-1', [wound]))).first('Condition')
  assert.deepEqual([condition['code'].coding[0].code, condition['bodySite'][0].coding[0].code], ['399912005', '64033007'])
  const act = `<act classCode="ACT" moodCode="INT"><templateId root="2.16.840.1.113883.10.20.22.4.20"/><code code="311401005" ${sct}/><text>Мање соли</text><statusCode code="completed"/></act>`
  assert.equal((await map(section('69730-0', [act]))).first('ServiceRequest')['patientInstruction'], 'Мање соли')
})
