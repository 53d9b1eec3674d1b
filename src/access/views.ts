import type { View } from './relation.ts'

/**
 * What a view leaves out, by FHIR type. Inside a type, security labels will hide single entries; a type is hidden whole when
 * the role never needs it for its work ("only within their work", e-karton rulebook; ekarton.md section 12).
 */

/** A nurse gives care and therapy: sees findings, therapy, results and documents of the stay, and not these. */
const hiddenFromNurse = [
  'ClinicalImpression', // the doctor's own reasoning, where psychotherapy-like notes are kept
  'RiskAssessment', // prognosis, told to the patient by the doctor
  'FamilyMemberHistory',
  'MolecularSequence', // about relatives and heredity: other people's health
  'Communication', // letters between doctor and patient
  'Contract',
  'Consent', // legal papers; their effect reaches the nurse as a decision
  'Account',
  'ChargeItem',
  'Claim',
  'ClaimResponse',
  'Coverage',
  'CoverageEligibilityRequest',
  'CoverageEligibilityResponse',
  'EnrollmentRequest',
  'EnrollmentResponse',
  'ExplanationOfBenefit',
  'Invoice',
  'PaymentNotice',
  'PaymentReconciliation', // money
  'ResearchSubject',
  'AuditEvent',
  'VerificationResult',
  'Person',
  'Linkage', // registers and logs
]

/**
 * A laboratory needs to know whom it examines, what was asked and what it found: Patient, ServiceRequest, Specimen, Observation,
 * DiagnosticReport. Everything else is named here, and a test holds the list against all types of R4, so a new one is not open by mistake.
 */
const hiddenFromLaboratory = `
Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment AppointmentResponse AuditEvent Basic Binary
BiologicallyDerivedProduct BodyStructure Bundle CapabilityStatement CarePlan CareTeam CatalogEntry ChargeItem
ChargeItemDefinition Claim ClaimResponse ClinicalImpression CodeSystem Communication CommunicationRequest
CompartmentDefinition Composition ConceptMap Condition Consent Contract Coverage CoverageEligibilityRequest
CoverageEligibilityResponse DetectedIssue Device DeviceDefinition DeviceMetric DeviceRequest DeviceUseStatement
DocumentManifest DocumentReference EffectEvidenceSynthesis Encounter Endpoint EnrollmentRequest EnrollmentResponse
EpisodeOfCare EventDefinition Evidence EvidenceVariable ExampleScenario ExplanationOfBenefit FamilyMemberHistory Flag Goal
GraphDefinition Group GuidanceResponse HealthcareService ImagingStudy Immunization ImmunizationEvaluation
ImmunizationRecommendation ImplementationGuide InsurancePlan Invoice Library Linkage List Location Measure MeasureReport Media
Medication MedicationAdministration MedicationDispense MedicationKnowledge MedicationRequest MedicationStatement
MedicinalProduct MedicinalProductAuthorization MedicinalProductContraindication MedicinalProductIndication
MedicinalProductIngredient MedicinalProductInteraction MedicinalProductManufactured MedicinalProductPackaged
MedicinalProductPharmaceutical MedicinalProductUndesirableEffect MessageDefinition MessageHeader MolecularSequence
NamingSystem NutritionOrder ObservationDefinition OperationDefinition OperationOutcome Organization OrganizationAffiliation
Parameters PaymentNotice PaymentReconciliation Person PlanDefinition Practitioner PractitionerRole Procedure Provenance
Questionnaire QuestionnaireResponse RelatedPerson RequestGroup ResearchDefinition ResearchElementDefinition ResearchStudy
ResearchSubject RiskAssessment RiskEvidenceSynthesis Schedule SearchParameter Slot SpecimenDefinition StructureDefinition
StructureMap Subscription Substance SubstanceNucleicAcid SubstancePolymer SubstanceProtein SubstanceReferenceInformation
SubstanceSourceMaterial SubstanceSpecification SupplyDelivery SupplyRequest Task TerminologyCapabilities TestReport TestScript
ValueSet VerificationResult VisionPrescription`
  .trim()
  .split(/\s+/)

const hidden: Record<View, readonly string[]> = {
  whole: [],
  // A person sees everything of their own; who looked at it comes from audit in plain words, not as AuditEvent.
  self: [],
  'own-submissions': [],
  nurse: hiddenFromNurse,
  laboratory: hiddenFromLaboratory,
}

/** Types that a view does not show at all, neither in an answer nor in a count. */
export function typesHidden(view: View): readonly string[] {
  return hidden[view]
}
