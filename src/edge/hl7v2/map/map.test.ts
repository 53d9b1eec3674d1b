import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Resource } from '../../../fhir/fhir.ts'
import { Refusal } from '../../../platform/refusal.ts'
import { corpus } from '../../../testing/corpora.ts'
import { testFhir } from '../../../testing/fhir.ts'
import type { Mapped } from '../../draft/draft.ts'
import { readMessage, readText } from '../message.ts'
import { mapHl7 } from './map.ts'

const msh = (kind: string, id = '17') => `MSH|^~\\&|BIS|KCS^1.3.6.1.4.1.1^ISO|SPONA|RS|20260301101500||${kind}|${id}|P|2.5||||||UNICODE UTF-8`
const pid =
  'PID|1||4711^^^KCS^MR~0101985710113^^^MUP^NNSRB~04512345678^^^RFZO^LBO||Петровић^Ана^^^^^L||19850101|F|||Немањина 22^^Београд^^11000^SRB^H||^PRN^CP^^381^64^1234567'
const options = { localSystem: 'urn:rs:kcs' }
const map = (...lines: string[]) => mapHl7(readText(lines.join('\r')), options)
const of = (mapped: Mapped, type: string) =>
  mapped.bundle.entry.filter(({ resource }) => resource.resourceType === type).map(({ resource }) => resource as Resource & Record<string, any>)
const one = (mapped: Mapped, type: string) => {
  const found = of(mapped, type)
  assert.equal(found.length, 1, `one ${type}`)
  return found[0] as Resource & Record<string, any>
}
const url = (mapped: Mapped, type: string) => mapped.bundle.entry.find(({ resource }) => resource.resourceType === type)?.request

describe('a message from a Serbian hospital', () => {
  test('its sender is one device for all its messages, by its own name', () => {
    assert.equal(url(map(msh('ADT^A01^ADT_A01'), pid), 'Device')?.['ifNoneExist'], 'identifier=|BIS')
    const named = msh('ADT^A01^ADT_A01').replace('|BIS|', '|Л&ИС^1.2.3^ISO|')
    assert.equal(url(map(named, pid), 'Device')?.['ifNoneExist'], `identifier=urn%3Aoid%3A1.2.3|${encodeURIComponent('Л')}`)
  })

  test('admits a patient under the national numbers, and the visit follows its event', () => {
    const mapped = map(
      msh('ADT^A01^ADT_A01'),
      'EVN|A01|20260301101500',
      pid,
      `PV1|1|I|INT^204^2^KCS||||D17^Јовић^Марко^^^др^^^RFZO||||||||||||V-1${'|'.repeat(25)}20260301100000`,
      'DG1|1||J189^Запаљење плућа^MKB10||20260301|A',
    )
    const patient = one(mapped, 'Patient')
    assert.deepEqual(
      patient['identifier'].map((each: any) => [each.system, each.value]),
      [
        ['urn:id:KCS', '4711'],
        ['urn:rs:jmbg', '0101985710113'],
        ['urn:rs:lbo', '04512345678'],
      ],
    )
    assert.deepEqual(
      [patient['name'][0].family, patient['gender'], patient['birthDate'], patient['telecom'][0].value],
      ['Петровић', 'female', '1985-01-01', '+381 64 1234567'],
    )
    const visit = one(mapped, 'Encounter')
    assert.deepEqual([visit['status'], visit['class'].code, visit['period'].start], ['in-progress', 'IMP', '2026-03-01T10:00:00+01:00'])
    assert.equal(visit['identifier'][0].value, 'V-1')
    const condition = one(mapped, 'Condition')
    assert.deepEqual(condition['code'].coding[0], { system: 'http://hl7.org/fhir/sid/icd-10', code: 'J18.9', display: 'Запаљење плућа' })
    assert.equal(visit['diagnosis'][0].condition.reference, mapped.bundle.entry.find(({ resource }) => resource === condition)?.fullUrl)
    assert.deepEqual(
      of(mapped, 'Location').map((place) => place['name']),
      ['KCS', 'INT', '204', '2'],
    )
    assert.deepEqual(mapped.losses, [])
  })

  test('cancels, discharges and joins charts', () => {
    const visit = 'PV1|1|I|||||||||||||||||V-1'
    assert.equal(one(map(msh('ADT^A11'), pid, visit), 'Encounter')['status'], 'cancelled')
    assert.equal(one(map(msh('ADT^A03'), pid, visit), 'Encounter')['status'], 'finished')
    const [survivor, gone] = of(map(msh('ADT^A40^ADT_A39'), pid, 'MRG|0815^^^KCS^MR'), 'Patient')
    assert.deepEqual([survivor?.['link'][0].type, gone?.['active'], gone?.['link'][0].type], ['replaces', false, 'replaced-by'])
  })

  test('reports results: numbers with their units, text, codes, ranges, a later version over an earlier', () => {
    const mapped = map(
      msh('ORU^R01^ORU_R01'),
      pid,
      'ORC|RE|P-1|F-1',
      'OBR|1|P-1|F-1|24323-8^Биохемија^LN|||20260301073000|||||||||D17^Јовић^Марко||||||20260301093000|||F',
      'OBX|1|NM|2345-7^Глукоза^LN||6.40|mmol/L^^UCUM|3.9-6.1|H|||F',
      'NTE|1||поновити за месец дана',
      'OBX|2|SN|5804-0^Протеини^LN||<^0.3|g/L^^UCUM||N|||F',
      'OBX|3|ST|5778-6^Боја^LN||жута & бистра||||||C',
      'OBX|4|CWE|600-7^Култура^LN||112283007^Escherichia coli^SCT||||||P',
      'OBX|5|ED|PDF^Налаз^L||^application^pdf^Base64^JVBERi0xLjQK||||||F',
    )
    const report = one(mapped, 'DiagnosticReport')
    assert.deepEqual([report['status'], report['result'].length, report['issued']], ['final', 4, '2026-03-01T09:30:00+01:00'])
    assert.deepEqual(report['presentedForm'], [{ contentType: 'application/pdf', data: 'JVBERi0xLjQK', title: 'Налаз' }])
    const [glucose, protein, colour, culture] = of(mapped, 'Observation')
    assert.deepEqual(JSON.parse(JSON.stringify(glucose?.['valueQuantity'])), {
      value: 6.4,
      unit: 'mmol/L',
      system: 'http://unitsofmeasure.org',
      code: 'mmol/L',
    })
    assert.equal(glucose?.['referenceRange'][0].high.value, 6.1)
    assert.equal(glucose?.['note'][0].text, 'поновити за месец дана')
    assert.deepEqual(glucose?.['identifier'], [{ system: 'urn:rs:kcs:result', value: 'F-1/2345-7' }])
    assert.equal(protein?.['valueQuantity'].comparator, '<')
    assert.deepEqual([colour?.['valueString'], colour?.['status']], ['жута & бистра', 'corrected'])
    assert.equal(culture?.['valueCodeableConcept'].coding[0].system, 'http://snomed.info/sct')
    assert.match(String(url(mapped, 'Observation')?.['url']), /^Observation\?identifier=urn%3Ars%3Akcs%3Aresult\|F-1%2F2345-7$/)
    assert.deepEqual(
      url(mapped, 'Patient'),
      { method: 'POST', url: 'Patient', ifNoneExist: 'identifier=urn%3Aid%3AKCS|4711' },
      'a laboratory makes no new truth about a person',
    )
  })

  test('orders, books, documents, vaccinates and prescribes', () => {
    const order = one(map(msh('ORM^O01'), pid, 'ORC|NW|P-1', 'OBR|1|P-1||24323-8^Биохемија^LN|S'), 'ServiceRequest')
    assert.deepEqual([order['status'], order['intent'], order['priority']], ['active', 'order', 'stat'])
    const booked = one(
      map(msh('SIU^S12'), 'SCH|B-1||||||CHECK^Контрола|ROUTINE|30|min|^^^20260401090000', pid, 'RGS|1', 'AIP|1||D17^Јовић^Марко'),
      'Appointment',
    )
    assert.deepEqual([booked['status'], booked['start'], booked['end']], ['booked', '2026-04-01T09:00:00+02:00', '2026-04-01T09:30:00+02:00'])
    const document = one(
      map(msh('MDM^T02'), pid, 'TXA|1|DS|TX|20260301|||||||||DOC-9||||налаз.txt|LA', 'OBX|1|TX|^Отпусница||први ред', 'OBX|2|TX|^Отпусница||други ред'),
      'DocumentReference',
    )
    assert.equal(Buffer.from(document['content'][0].attachment.data, 'base64').toString(), 'први ред\nдруги ред')
    const vaccine = one(
      map(
        msh('VXU^V04'),
        pid,
        'ORC|RE||V-1',
        'RXA|0|1|20260301||08^HepB^CVX|0.5|mL^^UCUM||||||||LOT1|20270101|MSD^Merck^MVX|||CP',
        'RXR|IM^Intramuscular^HL70162|LD^Left deltoid^HL70163',
      ),
      'Immunization',
    )
    assert.deepEqual(
      [vaccine['status'], vaccine['lotNumber'], vaccine['route'].coding[0].code, vaccine['doseQuantity'].value],
      ['completed', 'LOT1', 'IM', 0.5],
    )
    const medicine = one(map(msh('RDE^O11'), pid, 'ORC|NW|R-1', 'RXE||J01CA04^Amoksicilin^ATC|500||mg^^UCUM|||||16|tbl'), 'MedicationRequest')
    assert.equal(medicine['medicationCodeableConcept'].coding[0].system, 'http://www.whocc.no/atc')
    assert.equal(medicine['dispenseRequest'].quantity.value, 16)
  })
})

describe('other people and places', () => {
  const places = (mapped: Mapped) => of(mapped, 'Location').map(({ name }) => name)
  const fullUrl = (mapped: Mapped, resource: Resource) => mapped.bundle.entry.find((entry) => entry.resource === resource)?.fullUrl

  test('the sending facility belongs to the organization responsible for it, in the country of the message', () => {
    const head = `${msh('ADT^A08').split('|').slice(0, 16).join('|')}|SRB|UNICODE UTF-8||||Министарство|`
    const mapped = map(head, pid)
    const sender = of(mapped, 'Organization').find(({ name }) => name === 'KCS')
    const owner = of(mapped, 'Organization').find(({ name }) => name === 'Министарство') as Resource
    assert.deepEqual([sender?.['address'], sender?.['partOf'].reference], [[{ country: 'SRB' }], fullUrl(mapped, owner)])
  })

  test('a universal identifier that is not a URL keeps its own kind', () => {
    const codes = (kind: string) => one(map('MSH|^~\\&|A|^2.16.1^X||||'.replace('X', kind) + '|ADT^A08|1|P|2.5', pid), 'Organization')['identifier'][0]
    assert.deepEqual([codes('HCD').system, codes('HCD').value, codes('HCD').type.coding[0].code], ['urn:id:HCD', '2.16.1', 'HCD'])
    assert.deepEqual([codes('ISO').system, codes('ISO').value], ['urn:ietf:rfc:3986', 'urn:oid:2.16.1'])
  })

  test('an employer of a relative has its contact person, a mother her number, and a policy the employer who holds it', () => {
    const kin = `NK1|1|Петровић^Јован|SPO||||||||||Топлана${'|'.repeat(17)}Илић^Мира|^PRN^PH^^^11^555|Улица 1^^Београд`
    const mapped = map(msh('ADT^A08'), `${pid}||||||||88^^^KCS^MR`, kin, `IN1|1|A|1|РФЗО|||||||Пекара${'|'.repeat(33)}Улица 2^^Ниш`)
    const employer = of(mapped, 'Organization').find(({ name }) => name === 'Топлана')
    assert.deepEqual([employer?.['contact'][0].name.family, employer?.['contact'][0].address.city], ['Илић', 'Београд'])
    const mother = of(mapped, 'RelatedPerson').find(({ identifier }) => identifier?.[0].value === '88')
    assert.equal(mother?.['relationship'][0].coding[0].code, 'MTH')
    const holder = of(mapped, 'Organization').find(({ name }) => name === 'Пекара') as Resource & Record<string, any>
    assert.equal(holder['address'][0].city, 'Ниш')
    assert.equal(one(mapped, 'Coverage')['policyHolder'].reference, fullUrl(mapped, holder))
  })

  test('the place of the event, a temporary place and the place after discharge are locations', () => {
    const visit = ['PV1', '1', 'I', ...Array(7).fill(''), '', 'ПРИЈЕМ', ...Array(4).fill(''), 'VIP', ...Array(20).fill(''), '22&Дом&L'].join('|')
    const mapped = map(msh('ADT^A03'), 'EVN|A03|20260301||||20260301|Болница', pid, visit)
    assert.deepEqual(places(mapped), ['Болница', 'ПРИЈЕМ', 'Дом'])
    assert.ok(one(mapped, 'Encounter')['location'][0].extension[0].valueBoolean)
    assert.equal(one(mapped, 'Patient')['extension'][0].valueCodeableConcept.coding[0].code, 'VIP')
    assert.ok(one(mapped, 'Provenance')['location'].reference)
  })
})

describe('what cannot be mapped', () => {
  test('is named by segment, field and component, and never with its value', () => {
    const mapped = map(msh('ADT^A08'), `${pid}|||||||||||||||||||||||||x`, 'ZBE|1|secret', 'XYZ|1', 'NTE|1||на ништа')
    assert.deepEqual(
      mapped.losses.map(({ place }) => place),
      ['ZBE[1]', 'XYZ[1]', 'NTE[1]-3', 'PID[1]-38'],
    )
    assert.ok(!JSON.stringify(mapped.losses).includes('secret'))
  })

  test('a number that does not have the form of its kind keeps the system of its sender', () => {
    const mapped = map(msh('ADT^A08'), 'PID|1||123^^^MUP^NNSRB||А^Б')
    assert.equal(one(mapped, 'Patient')['identifier'][0].system, 'urn:id:MUP')
    assert.ok(mapped.losses.some(({ place, why }) => place === 'PID[1]-3' && why.includes('form of the national number')))
  })

  test('a message without a patient is refused with the types that are taken, and so is a result without its patient', () => {
    assert.throws(
      () => map(msh('MFN^M02')),
      (error) => error instanceof Refusal && /ORU/.test(error.hint ?? ''),
    )
    assert.throws(
      () => map(msh('ORU^R01'), 'OBX|1|NM|1^x||1'),
      (error) => error instanceof Refusal && error.expression === 'PID',
    )
  })
})

test('the same message gives the same names again, and another message gives others', () => {
  const names = (id: string) => map(msh('ADT^A08', id), pid).bundle.entry.map(({ fullUrl }) => fullUrl)
  assert.deepEqual(names('1'), names('1'))
  assert.ok(!names('1').some((name) => names('2').includes(name)))
})

test('the Provenance leads from each resource to message, segment and field, and the original is kept to the byte', () => {
  const bytes = Buffer.from([msh('ADT^A08'), pid].join('\r'))
  const mapped = mapHl7(readMessage(bytes), { ...options, original: bytes })
  const provenance = one(mapped, 'Provenance')
  const patient = mapped.bundle.entry.find(({ resource }) => resource.resourceType === 'Patient')?.fullUrl
  const target = provenance['target'].find(({ reference }: any) => reference === patient)
  assert.match(target.extension[0].valueString, /PID\[1\] .*name<5.*birthDate<7/)
  assert.equal(provenance['entity'][0].what.identifier.value, '17')
  assert.equal(Buffer.from(one(mapped, 'DocumentReference')['content'][0].attachment.data, 'base64').toString(), bytes.toString())
})

test('whatever third parties send is mapped to valid resources or refused with a reason', async (t) => {
  const folder = corpus(t, 'hl7v2')
  if (folder === null) return
  const fhir = await testFhir()
  const wrong: string[] = []
  let mapped = 0
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.hl7'))) {
    const bytes = readFileSync(join(folder, file))
    try {
      const { bundle } = mapHl7(readMessage(bytes), { original: bytes })
      mapped++
      for (const issue of fhir.validate(bundle)) if (issue.severity === 'error') wrong.push(`${file}: ${issue.expression} ${issue.diagnostics}`)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
    }
  }
  assert.deepEqual(wrong, [])
  // One of them is two messages in one, and is refused for that.
  assert.ok(mapped >= 290, `${mapped} are mapped`)
})

test('units that can mean only one thing become UCUM, however they are written; others stay words', () => {
  for (const [written, code] of [
    ['mmol/l', 'mmol/L'],
    ['μmol/L', 'umol/L'],
    ['x10^9/L', '10*9/L'],
    ['mm Hg', 'mm[Hg]'],
    ['ммол/л', 'mmol/L'],
    ['kapi', undefined],
  ] as const) {
    const message = `MSH|^~\\&|LAB|KCS|SPONA|RS|20260301||ORU^R01|1|P|2.5\rPID|1||p^^^L^MR||Проба\rOBR|1||1|x\rOBX|1|NM|g^glukoza^L||5.1|${written}|||||F`
    const found = mapHl7(readMessage(Buffer.from(message))).bundle.entry.find(({ resource }) => resource.resourceType === 'Observation')
    const { unit, code: made } = (found?.resource as { valueQuantity?: { unit?: string; code?: string } } | undefined)?.valueQuantity ?? {}
    assert.deepEqual([unit, made], [written, code])
  }
})
