import type { AuditEvent, AuditEventAgent, AuditEventEntity, Coding, Reference } from '@medplum/fhirtypes'
import type { Action, EntryText } from './entry.ts'
import { type EntryRow, textOf } from './row.ts'

// An entry as FHIR R4 AuditEvent in the patterns of IHE BALP (Basic Audit Log Patterns, profiles.ihe.net/ITI/BALP).

const balp = 'https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.'
const dicom = 'http://dicom.nema.org/resources/ontology/DCM'
const eventType = 'http://terminology.hl7.org/CodeSystem/audit-event-type'
const interaction = 'http://hl7.org/fhir/restful-interaction'
const entityType = 'http://terminology.hl7.org/CodeSystem/audit-entity-type'
const entityRole = 'http://terminology.hl7.org/CodeSystem/object-role'
const participation = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType'
const reasons = 'http://terminology.hl7.org/CodeSystem/v3-ActReason'

type Pattern = { type: Coding; subtype: Coding; action: NonNullable<AuditEvent['action']>; profile?: 'Read' | 'Query' | 'Create' | 'Update' | 'Delete' }

const applicationServer: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/security-source-type',
  code: '4',
  display: 'Application Server',
}
const rest: Coding = { system: eventType, code: 'rest', display: 'RESTful Operation' }
const application: Coding = { system: dicom, code: '110100', display: 'Application Activity' }
const patientRecord: Coding = { system: dicom, code: '110110', display: 'Patient Record' }
const authentication: Coding = { system: dicom, code: '110114', display: 'User Authentication' }
const security: Coding = { system: dicom, code: '110113', display: 'Security Alert' }
const restful = (code: string): Coding => ({ system: interaction, code, display: code })
const own = (code: Action): Coding => ({ system: 'urn:spona:audit-action', code, display: code })

const patterns: Record<Action, Pattern> = {
  read: { type: rest, subtype: restful('read'), action: 'R', profile: 'Read' },
  history: { type: rest, subtype: restful('history-instance'), action: 'R' },
  search: { type: rest, subtype: restful('search'), action: 'E', profile: 'Query' },
  export: { type: { system: dicom, code: '110106', display: 'Export' }, subtype: own('export'), action: 'R' },
  create: { type: rest, subtype: restful('create'), action: 'C', profile: 'Create' },
  update: { type: rest, subtype: restful('update'), action: 'U', profile: 'Update' },
  delete: { type: rest, subtype: restful('delete'), action: 'D', profile: 'Delete' },
  move: { type: patientRecord, subtype: own('move'), action: 'U' },
  erase: { type: patientRecord, subtype: own('erase'), action: 'D' },
  visit: { type: patientRecord, subtype: own('visit'), action: 'E' },
  identify: { type: patientRecord, subtype: own('identify'), action: 'E' },
  'sign-in': { type: authentication, subtype: { system: dicom, code: '110122', display: 'Login' }, action: 'E' },
  'sign-out': { type: authentication, subtype: { system: dicom, code: '110123', display: 'Logout' }, action: 'E' },
  grant: { type: security, subtype: { system: dicom, code: '110136', display: 'Security Roles Changed' }, action: 'C' },
  revoke: { type: security, subtype: { system: dicom, code: '110136', display: 'Security Roles Changed' }, action: 'D' },
  configure: { type: application, subtype: own('configure'), action: 'U' },
}

const purposes: Record<string, Coding> = {
  treatment: { system: reasons, code: 'TREAT', display: 'treatment' },
  emergency: { system: reasons, code: 'ETREAT', display: 'Emergency Treatment' },
  patient: { system: reasons, code: 'PATRQT', display: 'patient requested' },
  payment: { system: reasons, code: 'HPAYMT', display: 'healthcare payment' },
  operations: { system: reasons, code: 'HOPERAT', display: 'healthcare operations' },
  research: { system: reasons, code: 'HRESCH', display: 'healthcare research' },
  'public-health': { system: reasons, code: 'PUBHLTH', display: 'public health' },
}

const referencesMax = 50

/** `referenceOf` names the patient as the record does; without it the entity carries the patient key as an identifier. */
export function auditEvent(row: EntryRow, referenceOf?: (patient: number) => string | null): AuditEvent {
  const entry = textOf(row)
  const pattern = patterns[entry.action] ?? { type: application, subtype: own(entry.action), action: 'E' }
  const isDenied = entry.decision === 'deny'
  const purpose = purposes[entry.purpose]
  return {
    resourceType: 'AuditEvent',
    id: `${row.stream}-${row.seq}`,
    meta: {
      lastUpdated: entry.at,
      ...(pattern.profile ? { profile: [`${balp}${entry.patient === null ? '' : 'Patient'}${pattern.profile}`] } : {}),
    },
    type: pattern.type,
    subtype: [pattern.subtype],
    action: pattern.action,
    recorded: entry.at,
    outcome: isDenied ? '4' : '0',
    ...(isDenied ? { outcomeDesc: `denied${entry.basis ? `: ${entry.basis}` : ''}` } : {}),
    purposeOfEvent: [{ ...(purpose ? { coding: [purpose] } : {}), text: entry.purpose || 'not stated' }],
    agent: agentsOf(entry, pattern),
    source: { observer: { display: 'Spona' }, type: [applicationServer] },
    entity: entitiesOf(entry, referenceOf),
  }
}

function agentsOf(entry: EntryText, pattern: Pattern): AuditEventAgent[] {
  const { who } = entry
  // BALP: data flows from source to destination, so in a read the server is the source and in everything else the client is.
  const source = { coding: [{ system: dicom, code: '110153', display: 'Source Role ID' }] }
  const destination = { coding: [{ system: dicom, code: '110152', display: 'Destination Role ID' }] }
  const isRead = pattern.action === 'R'
  const isPerson = who.kind === 'person'
  const name = who.name || who.id || 'unknown'
  const asker: NonNullable<AuditEventAgent['who']> = { identifier: { system: 'urn:spona:actor', value: who.id || 'unknown' }, display: name }
  const recipient = pattern.action === 'R' || pattern.action === 'E'
  const agents: AuditEventAgent[] = [
    { type: isRead ? destination : source, who: isPerson ? { display: 'portal or client application' } : asker, requestor: !isPerson },
    { type: isRead ? source : destination, who: { display: 'Spona' }, requestor: false },
  ]
  if (isPerson) {
    const [code, display] = recipient ? ['IRCP', 'information recipient'] : ['AUT', 'author (originator)']
    agents.push({
      type: { coding: [{ system: participation, code, display }] },
      ...(who.role ? { role: [{ text: who.role }] } : {}),
      who: asker,
      name,
      requestor: true,
    })
  }
  if (who.institution !== null) {
    const display = [who.institutionName, who.unitName].filter(Boolean).join(', ') || `institution ${who.institution}`
    const identifier = { system: 'urn:spona:institution', value: String(who.institution) }
    agents.push({ type: { text: 'institution' }, who: { identifier, display }, requestor: false })
  }
  return agents
}

function entitiesOf(entry: EntryText, referenceOf?: (patient: number) => string | null): AuditEventEntity[] {
  const entities: AuditEventEntity[] = []
  if (entry.correlation) {
    entities.push({
      what: { identifier: { value: entry.correlation } },
      type: { system: 'https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType', code: 'XrequestId' },
    })
  }
  const details = [{ type: 'count', valueString: String(entry.count) }, ...(entry.basis ? [{ type: 'basis', valueString: entry.basis }] : [])]
  if (entry.action === 'search') {
    const query = Buffer.from(entry.what || 'unknown').toString('base64')
    entities.push({ type: object, role: { system: entityRole, code: '24', display: 'Query' }, query, detail: details })
  } else {
    dataOf(entry.what).forEach((what, at) => {
      entities.push({ what, type: object, role: { system: entityRole, code: '4', display: 'Domain Resource' }, ...(at === 0 ? { detail: details } : {}) })
    })
  }
  if (entry.patient !== null) {
    const reference = referenceOf?.(entry.patient)
    entities.push({
      what: reference ? { reference } : { identifier: { system: 'urn:spona:patient-key', value: String(entry.patient) } },
      type: { system: entityType, code: '1', display: 'Person' },
      role: { system: entityRole, code: '1', display: 'Patient' },
    })
  }
  return entities
}

const object: Coding = { system: entityType, code: '2', display: 'System Object' }

/** `Observation/7f… Condition overview` → a reference, a type, and the name of a page. */
function dataOf(what: string): Reference[] {
  const words = what
    .split(/[\s,;]+/)
    .filter(Boolean)
    .slice(0, referencesMax)
  return words.map((word): Reference => {
    const [, type, id] = /^([A-Z][A-Za-z]+)(?:\/([A-Za-z0-9.-]{1,64}))?(?=$|[/?])/.exec(word) ?? []
    if (type && id) return { reference: `${type}/${id}`, type: type as NonNullable<Reference['type']> }
    return type ? { type: type as NonNullable<Reference['type']>, display: type } : { display: word }
  })
}
