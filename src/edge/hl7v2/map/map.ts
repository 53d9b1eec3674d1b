import { Refusal } from '../../../platform/refusal.ts'
import { dateTimeOf, inZoneOf, wasAsPeopleWrite } from '../../draft/dates.ts'
import { Draft, type Mapped } from '../../draft/draft.ts'
import { keepOriginal, tellProvenance } from '../../draft/provenance.ts'
import type { Message, Segment } from '../message.ts'
import { adverse, reported, suspected } from './adverse.ts'
import { findAgain } from './again.ts'
import { authorization } from './authorization.ts'
import { certification } from './certification.ts'
import { charge } from './charge.ts'
import { allergy, diagnosis, problem, procedure } from './clinical.ts'
import { consent } from './consent.ts'
import { contact } from './contact.ts'
import { death } from './death.ts'
import { document } from './document.ts'
import { doseLimit } from './dose-limit.ts'
import { encounter, encounterMore } from './encounter.ts'
import { goal } from './goal.ts'
import { grouping } from './grouping.ts'
import { event, header, software } from './header.ts'
import { accident, insurance, insuranceMore } from './insurance.ts'
import { Mapping, type Options } from './mapping.ts'
import { dispensed } from './dispense.ts'
import { administered, finishPrescriptions, prescribed, route } from './medication.ts'
import { component } from './medicine.ts'
import { merged } from './merge.ts'
import { note, observation } from './observation.ts'
import { common, request } from './order.ts'
import { additional, patient } from './patient.ts'
import { pathway, variance } from './pathway.ts'
import { role } from './people.ts'
import { provider } from './provider.ts'
import { referral } from './referral.ts'
import { disability, restriction } from './restriction.ts'
import { specimen, vessel } from './specimen.ts'
import { guarantor, nextOfKin } from './relatives.ts'
import { Repeats } from './repeats.ts'
import { appointment, finishAppointment, resourceOf } from './schedule.ts'
import { billed, study, subject } from './study.ts'
import { supplier, supply } from './supply.ts'
import { timed } from './timing.ts'

/** Raised when the same message would give other resources; it is in the Provenance of everything mapped. */
const version = 'hl7v2-to-fhir/9'

const segments = new Map<string, (segment: Segment, mapping: Mapping) => void>(
  Object.entries({
    MSH: header,
    SFT: software,
    EVN: event,
    PID: patient,
    PD1: additional,
    NK1: nextOfKin,
    MRG: merged,
    GT1: guarantor,
    PV1: encounter,
    PV2: encounterMore,
    ROL: role,
    PRT: role,
    AL1: allergy,
    IAM: allergy,
    DG1: diagnosis,
    PRB: problem,
    DRG: grouping,
    PR1: procedure,
    IN1: insurance,
    IN2: insuranceMore,
    IN3: certification,
    ARV: restriction,
    DB1: disability,
    ACC: accident,
    FT1: charge,
    ORC: common,
    OBR: request,
    TQ1: timed,
    RF1: referral,
    PRD: provider,
    CTD: contact,
    SPM: specimen,
    SAC: vessel,
    OBX: observation,
    NTE: note,
    RXA: administered,
    RXR: route,
    RXO: prescribed,
    RXE: prescribed,
    RXG: prescribed,
    RXC: component,
    CDO: doseLimit,
    RXD: dispensed,
    TXA: document,
    CON: consent,
    GOL: goal,
    PTH: pathway,
    VAR: variance,
    PDA: death,
    CTI: study,
    BLG: billed,
    CSR: subject,
    AUT: authorization,
    RQD: supply,
    RQ1: supplier,
    PES: reported,
    PEO: adverse,
    PCR: suspected,
    SCH: appointment,
    AIS: resourceOf,
    AIG: resourceOf,
    AIL: resourceOf,
    AIP: resourceOf,
  }),
)
// Segments that only mark the beginning of a group, or count.
const silent = new Set(['RGS', 'DSC'])

// A laboratory's stock and the settings of its instruments do not concern a patient.
const ofInstruments = new Set(['CNS', 'ECD', 'ECR', 'EQU', 'INV', 'ISD', 'SID', 'TCC', 'TCD'])

// Messages that change nothing in a record: answers, queries, and the catalogues of other systems.
const isOfNoPatient = /^(?:ACK|Q|MFN|MFK|RSP|NMD|ESU|NMQ|ERP)/

/**
 * Maps HL7 v2 to FHIR R4 by HL7's v2-to-FHIR maps. Each segment belongs to those before it, so that an irregular order is still understood. Contents
 * that cannot be mapped are in the losses, and the message itself is kept as a document.
 */
export function mapHl7(message: Message, options: Options & { original?: Uint8Array } = {}): Mapped {
  if (isOfNoPatient.test(message.type))
    throw new Refusal('unprocessable', `messages of the type ${message.type.slice(0, 3)} are kept in no record`, {
      expression: 'MSH[1]-9',
      hint: 'They ask, answer, or list what another system has. Send ADT, ORU, OUL, ORM, OML, OMP, RDE, RAS, RDS, MDM, SIU, VXU, PPR, REF, BAR or DFT.',
    })
  return inZoneOf(message.segments[0]?.text(7) ?? '', () => mapped(message, options))
}

function mapped(message: Message, options: Options & { original?: Uint8Array }): Mapped {
  const draft = new Draft(message.segments.map((segment) => segment.raw(3)).join('\u0000') + identityOf(message))
  const mapping = new Mapping(message, draft, options)
  const repeats = new Repeats()
  const all = withPatientFirst(message.segments)
  for (const [at, segment] of all.entries()) {
    ;[mapping.before, mapping.next] = [all[at - 1], all[at + 1]]
    if (repeats.isOne(segment)) {
      draft.lose(segment.place, 'says again what stands before it')
      continue
    }
    const map = segments.get(segment.name)
    if (map === undefined) {
      if (!silent.has(segment.name)) draft.lose(segment.place, unknown(segment.name))
    } else map(segment, mapping)
  }
  if (mapping.patient === undefined && mapping.appointment === undefined)
    throw new Refusal('unprocessable', 'the message names no patient, and nothing of it could be kept', {
      expression: 'PID',
      hint: `Send the patient in a PID segment, with a number in PID-3.${message.oddities.some(({ place }) => place.startsWith('line ')) ? ' A line is no segment by the delimiter of MSH-1: are all segments written with the same one?' : ''}`,
    })
  finish(mapping, options.original)
  if (wasAsPeopleWrite()) draft.lose('the message', 'has dates as people write them, which were read as day, month and year')
  for (const odd of message.oddities) draft.lose(odd.place, odd.what)
  const lose = (place: string) => draft.lose(place, 'has no place in the record')
  for (const segment of message.segments) if (segments.has(segment.name) && !repeats.found.has(segment)) segment.unread(lose)
  draft.numberStatements('shared')
  return { bundle: draft.bundle(), losses: draft.losses, mapping: version }
}

function unknown(name: string): string {
  if (name.startsWith('Z')) return 'a segment of the sender alone'
  return ofInstruments.has(name) ? 'is of instruments and stocks, and not of the patient' : 'a segment that has no place in the record'
}

// Segments that are always about a patient.
const ofPatients = new Set('NK1 PV1 AL1 IAM DG1 DRG PRB PR1 IN1 GT1 ACC OBR OBX RXA RXO RXE RXG RXD TXA FT1 RF1 CON PDA GOL PTH AUT RQD PEO CSR'.split(' '))

/** Moves a PID that comes after the first segment about a patient before that segment. */
function withPatientFirst(all: Segment[]): Segment[] {
  const [first, at] = [all.findIndex(({ name }) => ofPatients.has(name)), all.findIndex(({ name }) => name === 'PID')]
  if (at < 0 || first < 0 || first > at) return all
  return [...all.slice(0, first), all[at] as Segment, ...all.slice(first, at), ...all.slice(at + 1)]
}

/** Sender, number and time of a message: by these it is recognized when it comes again. */
function identityOf(message: Message): string {
  const msh = message.segments[0] as Segment
  return [msh.raw(3), msh.raw(4), msh.raw(7), msh.raw(9), msh.raw(10)].join('|')
}

function finish(mapping: Mapping, original: Uint8Array | undefined): void {
  const { message, draft } = mapping
  finishAppointment(mapping)
  finishPrescriptions(mapping)
  const focus = draft.entries.filter((entry) => entry.isAbout || mapping.patients.includes(entry)).map(({ reference }) => reference)
  if (focus.length > 0) mapping.header.resource['focus'] = focus
  findAgain(mapping)
  const msh = message.segments[0] as Segment
  const time = dateTimeOf(msh.text(7) ?? '')
  // The original of a message about several people is in nobody's chart: it would tell about the others.
  const about = isOfOne(mapping) ? mapping.patient?.reference : undefined
  if (original !== undefined)
    keepOriginal(draft, original, {
      contentType: 'x-application/hl7-v2+er7',
      title: `${message.type} ${message.event}`.trim(),
      date: time,
      subject: about,
      number: message.controlId,
      source: msh.place,
    })
  tellProvenance(draft, {
    number: message.controlId,
    version,
    time,
    occurred: mapping.occurred ?? time,
    place: mapping.happened,
    activity: [message.type, message.event].filter(Boolean).join('^'),
    agent: sender(mapping),
  })
}

function isOfOne({ patients, message }: Mapping): boolean {
  return patients.length < 2 || message.event === 'A24' || patients.every(({ key }) => key !== undefined && key === patients[0]?.key)
}

function sender(mapping: Mapping): { reference: string } | undefined {
  const known = mapping.header.resource['responsible'] ?? mapping.header.resource['sender']
  return known as { reference: string } | undefined
}
