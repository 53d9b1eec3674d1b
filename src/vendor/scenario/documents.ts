import iconv from 'iconv-lite'
import type { Facts } from './facts.ts'

/** One finding of one patient, as a local system would send it in each protocol. Pure; no data of a real person. */
export const protocols = ['hl7v2', 'cda', 'csv', 'rest', 'bus'] as const
export type Protocol = (typeof protocols)[number]
export type Wanted = { result: string; value: string; charset?: string; status?: 'final' | 'corrected' }

export const glucose = { code: '14749-6', text: 'Glukoza', unit: 'mmol/L', system: 'http://loinc.org' } as const
export const jmbgSystem = 'urn:rs:jmbg'
/** The namespace of a vendor's local numbers in the sandbox. Any name would do, as long as nobody else uses it. */
const localSpace = 'urn:sandbox:local'
const oid = '2.25.325902047'

export function documentOf(protocol: Protocol, facts: Facts, wanted: Wanted): Buffer {
  if (protocol === 'hl7v2') return iconv.encode(hl7(facts, wanted), wanted.charset ?? 'utf-8')
  if (protocol === 'cda') return iconv.encode(cda(facts, wanted), wanted.charset ?? 'utf-8')
  if (protocol === 'csv') return csvOf([csvRow(facts, wanted)])
  return Buffer.from(JSON.stringify(fhir(facts, wanted)))
}

const digits = (text: string): string => text.replace(/[^\d]/g, '')
const hl7Time = (iso: string): string => `${digits(iso.slice(0, 19))}${iso.slice(19).replace(':', '')}`

/** HL7 table 0211, and the code pages in use here; the sender names its character set in MSH-18. */
const charsetOfHl7: Record<string, string> = { 'windows-1250': 'WINDOWS-1250', 'windows-1251': 'WINDOWS-1251', 'iso-8859-5': '8859/5' }

function hl7(facts: Facts, { result, value, charset, status = 'final' }: Wanted): string {
  const named = charset === undefined ? 'UNICODE UTF-8' : (charsetOfHl7[charset] ?? charset)
  const time = hl7Time(facts.at)
  const sex = facts.sex === 'female' ? 'F' : 'M'
  const segments = [
    `MSH|^~\\&|SANDBOX|SANDBOX|SPONA|SPONA|${time}||ORU^R01^ORU_R01|${result}-${value}|P|2.5|||AL|NE||${named}`,
    `PID|1||${facts.local}^^^SANDBOX^MR~${facts.jmbg}^^^MUP^NNSRB||${facts.family}^${facts.given}||${digits(facts.birth)}|${sex}`,
    `OBR|1||${result}^SANDBOX|${glucose.code}^${glucose.text}^LN|||${time}|||||||||||||||${time}|||${status === 'final' ? 'F' : 'C'}`,
    `OBX|1|NM|${glucose.code}^${glucose.text}^LN||${value}|${glucose.unit}|||||${status === 'final' ? 'F' : 'C'}|||${time}`,
  ]
  return `${segments.join('\r')}\r`
}

function cda(facts: Facts, { result, value, charset = 'UTF-8' }: Wanted): string {
  const time = hl7Time(facts.at)
  const observation = `<observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.2"/><id root="${oid}.3" extension="${result}-1"/>
<code code="${glucose.code}" codeSystem="2.16.840.1.113883.6.1" displayName="${glucose.text}"/><statusCode code="completed"/><effectiveTime value="${time}"/>
<value xsi:type="PQ" value="${value}" unit="${glucose.unit}"/></observation>`
  return `<?xml version="1.0" encoding="${charset}"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<realmCode code="RS"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/><id root="${oid}" extension="${result}-${value}"/>
<code code="11502-2" codeSystem="2.16.840.1.113883.6.1" displayName="Laboratory report"/><title>Налаз</title><effectiveTime value="${time}"/>
<confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
<recordTarget><patientRole><id root="${oid}.1" extension="${facts.local}"/><patient><name><given>${facts.given}</given><family>${facts.family}</family></name>
<administrativeGenderCode code="${facts.sex === 'female' ? 'F' : 'M'}" codeSystem="2.16.840.1.113883.5.1"/><birthTime value="${digits(facts.birth)}"/></patient></patientRole></recordTarget>
<author><time value="${time}"/><assignedAuthor><id nullFlavor="NI"/><assignedPerson><name><given>Мира</given><family>Илић</family></name></assignedPerson></assignedAuthor></author>
<custodian><assignedCustodian><representedCustodianOrganization><id root="${oid}"/><name>Пробна лабораторија</name></representedCustodianOrganization></assignedCustodian></custodian>
<component><structuredBody><component><section><templateId root="2.16.840.1.113883.10.20.22.2.3.1"/><code code="30954-2" codeSystem="2.16.840.1.113883.6.1"/>
<title>Налази</title><text>${glucose.text} ${value} ${glucose.unit}</text><entry><organizer classCode="BATTERY" moodCode="EVN">
<templateId root="2.16.840.1.113883.10.20.22.4.1"/><id root="${oid}.2" extension="${result}"/><code code="${glucose.code}" codeSystem="2.16.840.1.113883.6.1"/>
<statusCode code="completed"/><component>${observation}</component></organizer></entry></section></component></structuredBody></component>
</ClinicalDocument>
`
}

const csvHeader = 'Karton;JMBG;Prezime;Ime;Rodjen;Pol;Broj nalaza;Analiza;Vrednost;Jedinica;Uzeto'
export const csvRow = (facts: Facts, { result, value }: Pick<Wanted, 'result' | 'value'>): string => {
  const [year, month, day] = facts.birth.split('-')
  const sex = facts.sex === 'female' ? 'Z' : 'M'
  const time = `${facts.at.slice(0, 10)} ${facts.at.slice(11, 16)}`
  return [
    facts.local,
    facts.jmbg,
    facts.family,
    facts.given,
    `${day}.${month}.${year}`,
    sex,
    result,
    glucose.code,
    value.replace('.', ','),
    glucose.unit,
    time,
  ].join(';')
}
/** The mapping sets the character set of a table (docs/guides/edge/laboratory.json), and it is the same for all tables. */
export const csvOf = (rows: readonly string[]): Buffer => iconv.encode(`${[csvHeader, ...rows].join('\r\n')}\r\n`, 'windows-1251')

export function fhir(facts: Facts, { result, value, status = 'final' }: Wanted) {
  const patient = 'urn:uuid:5f6c0e7a-2b1d-4c3e-9a4f-0c1d2e3f4a5b'
  const number = { system: localSpace, value: facts.local }
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      {
        fullUrl: patient,
        resource: {
          resourceType: 'Patient',
          identifier: [number, { system: jmbgSystem, value: facts.jmbg }],
          name: [{ family: facts.family, given: [facts.given] }],
          gender: facts.sex,
          birthDate: facts.birth,
        },
        request: { method: 'POST', url: 'Patient', ifNoneExist: `identifier=${encodeURIComponent(localSpace)}|${facts.local}` },
      },
      {
        resource: {
          resourceType: 'Observation',
          identifier: [{ system: `${localSpace}:result`, value: result }],
          status: status === 'final' ? 'final' : 'corrected',
          code: { coding: [{ system: glucose.system, code: glucose.code }], text: glucose.text },
          subject: { reference: patient },
          effectiveDateTime: facts.at,
          valueQuantity: { value: Number(value), unit: glucose.unit, system: 'http://unitsofmeasure.org', code: glucose.unit },
        },
        request: { method: 'PUT', url: `Observation?identifier=${encodeURIComponent(`${localSpace}:result`)}|${result}` },
      },
    ],
  }
}
