import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Refusal } from '../../platform/refusal.ts'
import { corpus } from '../../testing/corpora.ts'
import type { Element } from '../cda/element.ts'
import { mapCda } from '../cda/map.ts'
import { readXml } from '../cda/xml.ts'
import { mapHl7 } from '../hl7v2/map/map.ts'
import { readMessage } from '../hl7v2/message.ts'
import type { Bundle } from './resources.ts'
import { toCda } from './cda.ts'

// The children that an element of CDA R2 may have, in their order (the hierarchical description of the standard, POCD_HD000040): `name` once, `?` at
// most once, `*` any number, `+` at least one; `name:type` when the same name has another meaning elsewhere. HL7's own schema may not be passed on,
// so this table was written anew.
const clinical = 'subject? specimen* performer* author* informant* participant:entryParticipant*'
const related = 'entryRelationship* reference* precondition*'
const choice = 'act? encounter? observation? observationMedia? organizer? procedure? regionOfInterest? substanceAdministration? supply?'
const orders: Record<string, string> = {
  ClinicalDocument:
    'realmCode* typeId templateId* id code title? effectiveTime confidentialityCode languageCode? setId? versionNumber? copyTime? recordTarget+ author+ dataEnterer? informant* custodian informationRecipient* legalAuthenticator? authenticator* participant* inFulfillmentOf* documentationOf* relatedDocument* authorization* componentOf? component:body',
  recordTarget: 'templateId* patientRole',
  patientRole: 'templateId* id+ addr* telecom* patient? providerOrganization?',
  patient:
    'templateId* id? name* administrativeGenderCode? birthTime? maritalStatusCode? religiousAffiliationCode? raceCode? ethnicGroupCode? guardian* birthplace? languageCommunication*',
  languageCommunication: 'templateId* languageCode? modeCode? proficiencyLevelCode? preferenceInd?',
  author: 'templateId* functionCode? time assignedAuthor',
  assignedAuthor: 'templateId* id+ code? addr* telecom* assignedPerson? assignedAuthoringDevice? representedOrganization?',
  assignedPerson: 'templateId* name* asMaintainedEntity*',
  assignedAuthoringDevice: 'templateId* code? manufacturerModelName? softwareName? asMaintainedEntity*',
  representedOrganization: 'templateId* id* name* telecom* addr* standardIndustryClassCode? asOrganizationPartOf?',
  custodian: 'templateId* assignedCustodian',
  assignedCustodian: 'templateId* representedCustodianOrganization',
  representedCustodianOrganization: 'templateId* id+ name? telecom? addr?',
  body: 'templateId* nonXMLBody? structuredBody?',
  structuredBody: 'templateId* confidentialityCode? languageCode? component:part+',
  part: 'templateId* section',
  section: 'templateId* id? code? title? text? confidentialityCode? languageCode? subject? author* informant* entry* component:part*',
  entry: `templateId* ${choice}`,
  entryRelationship: `templateId* sequenceNumber? seperatableInd? ${choice}`,
  act: `templateId* id* code text? statusCode? effectiveTime? priorityCode? languageCode? ${clinical} ${related}`,
  encounter: `templateId* id* code? text? statusCode? effectiveTime? priorityCode? ${clinical} ${related}`,
  observation: `templateId* id* code derivationExpr? text? statusCode? effectiveTime? priorityCode? repeatNumber? languageCode? value* interpretationCode* methodCode* targetSiteCode* ${clinical} ${related} referenceRange*`,
  organizer: `templateId* id* code? statusCode effectiveTime? ${clinical} reference* precondition* component:member*`,
  member: `templateId* sequenceNumber? seperatableInd? ${choice}`,
  procedure: `templateId* id* code? text? statusCode? effectiveTime? priorityCode? languageCode? methodCode* approachSiteCode* targetSiteCode* ${clinical} ${related}`,
  substanceAdministration: `templateId* id* code? text? statusCode? effectiveTime* priorityCode? repeatNumber? routeCode? approachSiteCode* doseQuantity? rateQuantity? maxDoseQuantity? administrationUnitCode? subject? specimen* consumable performer* author* informant* participant:entryParticipant* ${related}`,
  consumable: 'templateId* manufacturedProduct',
  manufacturedProduct: 'templateId* id* manufacturedLabeledDrug? manufacturedMaterial? manufacturerOrganization?',
  manufacturedMaterial: 'templateId* code? name? lotNumberText?',
  entryParticipant: 'templateId* time? awarenessCode? participantRole',
  participantRole: 'templateId* id* code? addr* telecom* playingDevice? playingEntity? scopingEntity?',
  playingEntity: 'templateId* code? quantity* name* desc?',
  referenceRange: 'templateId* observationRange',
  observationRange: 'templateId* code? text? value? interpretationCode?',
}
// Data types and narrative: their parts stand in any order, or they have none.
const free = new Set('name addr text effectiveTime value'.split(' '))
const codeOrder = 'originalText? qualifier* translation*'

/** Elements that are missing or not allowed where they stand, with their path. */
function wrongIn(element: Element, type = element.name, path = type): string[] {
  if (free.has(type)) return []
  const parts = (orders[type] ?? codeOrder).split(' ').map((part) => {
    const [, name = '', of = name, often = ''] = /^(\w+)(?::(\w+))?([?*+]?)$/.exec(part) ?? []
    return { name, of, often }
  })
  const found: string[] = []
  let at = 0
  for (const { name, of, often } of parts) {
    let count = 0
    for (; element.elements[at]?.name === name; at++, count++) found.push(...wrongIn(element.elements[at] as Element, of, `${path}/${name}`))
    if (count === 0 && (often === '' || often === '+')) found.push(`${path}: ${name} is missing, or stands too late`)
    if (count > 1 && (often === '' || often === '?')) found.push(`${path}: ${name} stands ${count} times`)
  }
  const rest = element.elements[at]
  if (rest !== undefined) found.push(`${path}: ${rest.name} has no place here, or stands too late`)
  return found
}

const issue = { id: '2f1c5c1e-1f0a-4f7e-9a55-0d1c2b3a4f5e', at: new Date('2026-11-28T09:00:00Z'), title: 'Налаз' }
const wrong = (bundle: Bundle) => wrongIn(readXml(toCda(bundle, issue)).root)
const bundleOf = (...resources: object[]) =>
  ({ resourceType: 'Bundle', type: 'collection', entry: resources.map((resource) => ({ resource })) }) as unknown as Bundle

test('the table itself finds elements that are out of order, missing or doubled', () => {
  const found = (xml: string) => wrongIn(readXml(xml).root)
  assert.deepEqual(found('<observation><statusCode/><code/></observation>'), [
    'observation: code is missing, or stands too late',
    'observation: code has no place here, or stands too late',
  ])
  assert.deepEqual(found('<recordTarget/>'), ['recordTarget: patientRole is missing, or stands too late'])
  assert.deepEqual(
    found(
      '<custodian><assignedCustodian><representedCustodianOrganization><id/><telecom/><telecom/></representedCustodianOrganization></assignedCustodian></custodian>',
    ),
    ['custodian/assignedCustodian/representedCustodianOrganization: telecom stands 2 times'],
  )
})

test('a document has everything that CDA R2 demands, in its order, however little or much the bundle contains', () => {
  const code = { coding: [{ system: 'http://loinc.org', code: '14749-6' }], text: 'Глукоза' }
  const telecom = [
    { system: 'phone', value: '1' },
    { system: 'email', value: 'a@b.rs' },
  ]
  const address = [{ city: 'Ниш' }, { city: 'Бор' }]
  const quantity = { value: 5, unit: 'mmol/L' }
  assert.deepEqual(wrong(bundleOf({ resourceType: 'Patient' })), [])
  const observation = {
    ...{ resourceType: 'Observation', status: 'final', code, effectiveDateTime: '2026-11-28', valueQuantity: quantity, subject: { reference: 'Patient/p' } },
    ...{ interpretation: [code], referenceRange: [{ low: quantity, text: 'x' }], component: [{ code, valueQuantity: quantity }] },
  }
  const composition = {
    ...{ resourceType: 'Composition', status: 'final', type: code, date: '2026-11-28T09:00:00Z', title: 'T' },
    ...{ author: [{ reference: 'Organization/o' }], custodian: { reference: 'Organization/o' } },
    section: [{ title: 'S', code, entry: [{ reference: 'Observation/1' }], section: [{ title: 'Inner', text: { div: '<div><p>x</p></div>' } }] }],
  }
  const people = [
    { resourceType: 'Patient', id: 'p', name: [{ family: 'П' }], telecom, address, maritalStatus: code, communication: [{ language: code }] },
    { resourceType: 'Organization', id: 'o', name: 'О', telecom, address },
  ]
  assert.deepEqual(wrong(bundleOf(composition, ...people, { id: '1', ...observation })), [])
  const others = [
    observation,
    { resourceType: 'AllergyIntolerance', code, reaction: [{ manifestation: [code], severity: 'mild' }] },
    { resourceType: 'Condition', code, onsetDateTime: '2020' },
    {
      resourceType: 'MedicationRequest',
      medicationCodeableConcept: code,
      dosageInstruction: [{ route: code, timing: { repeat: { period: 8, periodUnit: 'h' } }, doseAndRate: [{ doseQuantity: quantity }] }],
    },
    { resourceType: 'Immunization', vaccineCode: code, lotNumber: '1', occurrenceDateTime: '2020', route: code, doseQuantity: quantity },
    { resourceType: 'Procedure', code, bodySite: [code, code], performedPeriod: { start: '2020', end: '2021' } },
    { resourceType: 'Encounter', class: { code: 'AMB' }, period: { start: '2020' } },
  ]
  assert.deepEqual(wrong(bundleOf(...people, ...others)), [])
})

test('every twelfth document mapped from third parties is written in the order of CDA R2', (t) => {
  const messages = corpus(t, 'hl7v2')
  const documents = messages && corpus(t, 'ccda')
  if (!messages || !documents) return
  const found = new Map<string, number>()
  let count = 0
  for (const [folder, form, map] of [
    [messages, /\.hl7$/, (bytes: Buffer) => mapHl7(readMessage(bytes))],
    [documents, /\.(?:xml|ccda)$/i, mapCda],
  ] as const)
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((one) => form.test(one))
      .sort()
      .filter((_, at) => at % 12 === 0)) {
      try {
        for (const one of wrong(map(readFileSync(join(folder, file))).bundle)) found.set(one, (found.get(one) ?? 0) + 1)
        count++
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
      }
    }
  assert.ok(count > 20, String(count))
  assert.deepEqual([...found], [])
})
