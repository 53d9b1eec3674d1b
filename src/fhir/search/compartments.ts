/**
 * The parameters by which a resource belongs to an Encounter, a Practitioner, a RelatedPerson or a Device: the tables of
 * https://hl7.org/fhir/R4/compartmentdefinition.html, each parameter with the types that have it. The Patient compartment
 * is not here: it decides where a resource is filed and is compiled from the definitions.
 */
export const compartments: Record<string, Record<string, string[]> | undefined> = {
  Encounter: members(`
    context: ChargeItem MedicationAdministration
    encounter: CarePlan CareTeam Claim ClinicalImpression Communication CommunicationRequest Composition Condition DeviceRequest DiagnosticReport DocumentReference ExplanationOfBenefit Media MedicationRequest NutritionOrder Observation Procedure QuestionnaireResponse RequestGroup ServiceRequest VisionPrescription
    related-ref: DocumentManifest
  `),
  Practitioner: members(`
    actor: Appointment AppointmentResponse Schedule
    agent: AuditEvent Provenance
    asserter: Condition
    assessor: ClinicalImpression
    author: Basic DetectedIssue Flag Linkage
    author source: QuestionnaireResponse
    care-manager: EpisodeOfCare
    collector: Specimen
    enterer performer-actor: ChargeItem
    enterer provider: CoverageEligibilityRequest
    enterer provider payee care-team: Claim ExplanationOfBenefit
    general-practitioner: Patient
    member: Group
    participant: CareTeam Invoice
    participant author: RequestGroup
    performer: CarePlan DiagnosticReport Immunization MedicationAdministration Observation Procedure RiskAssessment
    performer receiver: MedicationDispense
    performer requester: ServiceRequest
    practitioner: Person PractitionerRole
    practitioner participant: Encounter
    prescriber: VisionPrescription
    principalinvestigator: ResearchStudy
    provider: NutritionOrder PaymentNotice
    receiver author responsible enterer: MessageHeader
    recorder: AdverseEvent
    recorder asserter: AllergyIntolerance
    requester: MedicationRequest SupplyRequest
    requester performer: DeviceRequest
    requestor: ClaimResponse CoverageEligibilityResponse PaymentReconciliation
    sender recipient: Communication
    sender recipient requester: CommunicationRequest
    source: List MedicationStatement
    subject: Account
    subject author attester: Composition
    subject author authenticator: DocumentReference
    subject author recipient: DocumentManifest
    subject operator: Media
    supplier receiver: SupplyDelivery
  `),
  RelatedPerson: members(`
    actor: Appointment AppointmentResponse Schedule
    agent: Provenance
    asserter: AllergyIntolerance Condition
    author: Basic Composition DocumentReference
    author recipient: DocumentManifest
    author source: QuestionnaireResponse
    enterer performer-actor: ChargeItem
    link: Patient Person
    participant: CareTeam Encounter RequestGroup
    payee: Claim ExplanationOfBenefit
    performer: CarePlan MedicationAdministration Observation Procedure ServiceRequest
    policy-holder subscriber payor: Coverage
    recipient: Invoice
    recorder: AdverseEvent
    requester: SupplyRequest
    sender recipient: Communication
    sender recipient requester: CommunicationRequest
    source: MedicationStatement
  `),
  Device: members(`
    actor: Appointment AppointmentResponse Schedule
    agent: AuditEvent Provenance
    author: Composition DetectedIssue Flag QuestionnaireResponse RequestGroup
    device: DeviceUseStatement MedicationAdministration
    device subject requester performer: DeviceRequest
    enterer performer-actor: ChargeItem
    member: Group
    participant: Invoice
    performer: RiskAssessment
    performer requester: ServiceRequest
    procedure-udi item-udi detail-udi subdetail-udi: Claim ExplanationOfBenefit
    requester: SupplyRequest
    sender recipient: Communication CommunicationRequest
    subject: Account DiagnosticReport Media Specimen
    subject author: DocumentManifest DocumentReference
    subject device: Observation
    subject source: List
    target: MessageHeader
  `),
}

function members(table: string): Record<string, string[]> {
  const found: Record<string, string[]> = {}
  for (const line of table.trim().split('\n')) {
    const [parameters = '', types = ''] = line.split(':')
    for (const type of types.trim().split(' ')) found[type] = parameters.trim().split(' ')
  }
  return found
}
