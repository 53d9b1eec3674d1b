import type { Resource } from '../../fhir/fhir.ts'
import { jmbgSystem, type Protocol } from './documents.ts'
import type { Facts } from './facts.ts'
import type { ScenarioId, Step } from './scenarios.ts'

/** Whether the data of a run is in the record, and what the edge reported. A failed check says what was found and what to do. */
export type Check = { check: string; passed: boolean; found: string; hint: string | null; seenBy: 'centre' | 'edge' }
/** What the runner heard for each step that sends a document. */
export type Heard = { name: string; answer: 'taken' | 'refused' | 'none'; detail: string }

type Any = Record<string, any>
const ofType = (found: readonly Resource[], type: string): Any[] => found.filter(({ resourceType }) => resourceType === type)
const number = (text: string) => Number(text)

export function judge(
  scenario: ScenarioId,
  protocol: Protocol,
  facts: Facts,
  found: readonly Resource[],
  steps: readonly Step[],
  heard: readonly Heard[],
): Check[] {
  const patients = ofType(found, 'Patient').filter((one) => one['identifier']?.some((id: Any) => id['value'] === facts.local))
  const references = new Set(patients.map((one) => `Patient/${one['id']}`))
  const mine = ofType(found, 'Observation').filter((one) => references.has(one['subject']?.reference))
  const withValue = (value: string) => mine.filter((one) => one['valueQuantity']?.value === number(value))
  return [...seenAtEdge(steps, heard), isPatientOne(patients), ...byScenario[scenario]({ protocol, facts, patients, mine, withValue })]
}

type Seen = { protocol: Protocol; facts: Facts; patients: Any[]; mine: Any[]; withValue: (value: string) => Any[] }

const byScenario: Record<ScenarioId, (seen: Seen) => Check[]> = {
  happy: (seen) => [isNamed(seen), ...isWhole(seen), isThere(seen, 0), hasUnit(seen)],
  charset: (seen) => [isNamed(seen), isThere(seen, 0)],
  duplicates: (seen) => [isThere(seen, 0), isOnly(seen, 1)],
  order: (seen) => [isThere(seen, 4), isOnly(seen, 1)],
  wrong: (seen) => [isAbsent(seen, 0), isThere(seen, 1)],
  offline: (seen) => [isThere(seen, 0), isThere(seen, 1), isThere(seen, 2), isOnly(seen, 3)],
}

const check = (name: string, passed: boolean, found: string, hint: string): Check => ({
  check: name,
  passed,
  found,
  hint: passed ? null : hint,
  seenBy: 'centre',
})

function seenAtEdge(steps: readonly Step[], heard: readonly Heard[]): Check[] {
  return steps.flatMap((step) => {
    if (step.do !== 'send') return []
    const answer = heard.find(({ name }) => name === step.name)
    if (answer === undefined) return []
    const passed = answer.answer === step.expect
    const hint =
      step.expect === 'taken'
        ? 'The local system must hear that it was taken as soon as it is on the disk of the edge, also while the centre is away: see the status page of the edge.'
        : 'What cannot be read or mapped must be refused or stand in the quarantine; a silent loss is the worst answer.'
    return [
      {
        check: `document ${step.name} is ${step.expect}`,
        passed,
        found: `${answer.answer}: ${answer.detail}`.slice(0, 300),
        hint: passed ? null : hint,
        seenBy: 'edge' as const,
      },
    ]
  })
}

const isPatientOne = (patients: readonly Any[]): Check =>
  check(
    'the patient is in the record once',
    patients.length === 1,
    `${patients.length} patients with this local number`,
    patients.length === 0
      ? 'Nothing arrived: look at the quarantine of the edge and at GET /record/completeness for what was refused. The local number of the patient must be sent as it was told.'
      : 'Name the patient by an identifier with a system (PID-3 with its authority, patientRole/id, Patient.identifier), so that the second message finds the first.',
  )

function isNamed({ facts, patients }: Seen): Check {
  const name = patients[0]?.['name']?.[0]
  const told = `${facts.family} ${facts.given}`.normalize('NFC')
  const has = `${name?.family ?? ''} ${name?.given?.[0] ?? ''}`.normalize('NFC')
  const what = has === told ? 'letter for letter' : /[?\u{fffd}]/u.test(has) ? 'letters became question marks' : has.trim() === '' ? 'no name' : 'another name'
  return check(
    'the name is as it was told, letter for letter',
    has === told,
    what,
    'The character set that the document names (MSH-18, the XML declaration, format.charset of the mapping) must be the one it is written in.',
  )
}

function isWhole({ protocol, facts, patients }: Seen): Check[] {
  const [patient] = patients
  const checks = [
    check(
      'the date of birth',
      patient?.['birthDate'] === facts.birth,
      patient?.['birthDate'] ? 'a date' : 'none',
      'PID-7, birthTime, or the column of the mapping with its form.',
    ),
    check(
      'the sex',
      patient?.['gender'] === facts.sex,
      String(patient?.['gender'] ?? 'none'),
      'PID-8 M or F, administrativeGenderCode, or codes in the mapping.',
    ),
  ]
  if (protocol === 'cda') return checks // The templates in use here carry the local number only.
  const has = patient?.['identifier']?.some((id: Any) => id['system'] === jmbgSystem && id['value'] === facts.jmbg) === true
  return [
    ...checks,
    check('the JMBG', has, has ? 'there' : 'none, or another', `Send it as an identifier of its own: PID-3 …^^^MUP^NNSRB, or the system ${jmbgSystem}.`),
  ]
}

function isThere({ facts, withValue }: Seen, at: number): Check {
  const value = facts.values[at] as string
  const count = withValue(value).length
  return check(
    `the result ${value} is in the record once`,
    count === 1,
    `${count} results with this value`,
    count === 0
      ? 'It did not arrive, or as text: the value must be a number with its unit (OBX-2 NM, xsi:type PQ, number: true in the mapping).'
      : 'Give each result a number of its own (OBR-3 with local.system in edge.yaml, observation/id, Observation.identifier): then a repetition changes nothing.',
  )
}

const isOnly = ({ mine }: Seen, most: number): Check =>
  check(
    `the patient has ${most} ${most === 1 ? 'result' : 'results'}`,
    mine.length === most,
    `${mine.length}`,
    mine.length > most
      ? 'A correction must carry the number of the result that it corrects, or both stand in the record.'
      : 'Something is missing: look at the queue and the quarantine of the edge.',
  )

const isAbsent = ({ facts, withValue }: Seen, at: number): Check =>
  check(
    'what is wrong is not in the record',
    withValue(facts.values[at] as string).length === 0,
    `${withValue(facts.values[at] as string).length} results with this value`,
    'A document that cannot be read as a whole must not be guessed.',
  )

function hasUnit({ facts, withValue }: Seen): Check {
  const unit = withValue(facts.values[0] as string)[0]?.['valueQuantity']?.unit
  return check(
    'the unit',
    unit === 'mmol/L',
    unit === 'mmol/L' ? 'mmol/L' : unit === undefined ? 'none' : 'another',
    'OBX-6, value/@unit, or the column of the mapping.',
  )
}
