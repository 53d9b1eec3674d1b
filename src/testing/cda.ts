import assert from 'node:assert/strict'
import { mapCda } from '../edge/cda/map.ts'
import { testFhir } from './fhir.ts'
import { looked } from './hl7.ts'

/** Attributes of code elements. */
export const sct = 'codeSystem="2.16.840.1.113883.6.96"'
export const loinc = 'codeSystem="2.16.840.1.113883.6.1"'
/** The number of the patient at the hospital of these documents. */
export const chart = '<id root="1.3.6.1.4.1.99999.5.2" extension="4711"/>'

/** Maps a document of one patient with these sections. Nothing in the result may be invalid. */
export async function mappedCda(body: string, ids = chart) {
  const mapped = mapCda(
    Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<id root="1.3.6.1.4.1.99999.1" extension="DOC-1"/><code code="34133-9" ${loinc}/><title>Налаз</title><effectiveTime value="202603011030+0100"/>
<recordTarget><patientRole>${ids}<patient><name><given>Ана</given><family>П</family></name></patient></patientRole></recordTarget>
<author><time value="202603011030+0100"/><assignedAuthor><id root="1.3.6.1.4.1.99999.4" extension="D17"/></assignedAuthor></author>
<custodian><assignedCustodian><representedCustodianOrganization><id root="1.3.6.1.4.1.99999.5"/><name>КЦС</name></representedCustodianOrganization></assignedCustodian></custodian>
<component><structuredBody>${body}</structuredBody></component></ClinicalDocument>`),
  )
  assert.deepEqual(
    (await testFhir()).validate(mapped.bundle).filter(({ severity }) => severity === 'error'),
    [],
  )
  return looked(mapped)
}
