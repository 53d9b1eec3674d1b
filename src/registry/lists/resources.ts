import type { Transaction, World } from '../../platform/world.ts'
import { numberHash } from '../number-hash.ts'
import { registerEmployers, registerInstitutions, registerUnits, registerWorkers } from '../register.ts'
import type { Employment, GivenEmployer, GivenInstitution, GivenUnit, GivenWorker } from '../resources.ts'
import { day, digits, type Given, lastOfEach, type List, needed, oneOf, problem, type Problem, text, word } from './list.ts'
import { eachOf, endOf, institutionsByMb, known, people, placesOf, Unknown } from './lookups.ts'

// The register of resources (e-karton rulebook art. 4 and 15) and the register of employers.

export const institutions: List = {
  about: 'providers of health care, public and private',
  columns: {
    mb: needed(digits(8, 'registration number')),
    name: needed(text('as registered, in Cyrillic')),
    short_name: text('for narrow places'),
    kind: needed(word('health-center, general-hospital, clinical-center, private-practice …')),
    municipality: needed(text('where it is')),
    ownership: needed(oneOf(['public', 'private'], 'whose it is')),
    address: text('street and number'),
    phone: text('for patients'),
    email: text('for patients'),
  },
  async store(tx, _world, given, isTrial) {
    const rows = given.map(({ row }) => {
      const { short_name: shortName, ...rest } = row
      return { ...rest, ...(shortName === undefined ? {} : { shortName }) } as GivenInstitution
    })
    if (!isTrial)
      await registerInstitutions(
        tx,
        lastOfEach(rows, ({ mb }) => mb),
      )
    return []
  },
}

export const units: List = {
  about: 'organisational units of institutions',
  columns: {
    institution: needed(digits(8, 'registration number of the institution')),
    code: needed(text('code of the unit, its own within the institution')),
    name: needed(text('as registered')),
    kind: word('general-practice, laboratory …'),
  },
  async store(tx, _world, given, isTrial) {
    const byMb = await institutionsByMb(
      tx,
      given.map(({ row }) => row['institution'] as string),
    )
    const { taken, problems } = eachOf(given, ({ row }) => {
      const { institution, ...rest } = row
      return { ...rest, institution: known(byMb, institution as string, 'institution', 'institutions') } as GivenUnit
    })
    if (!isTrial)
      await registerUnits(
        tx,
        lastOfEach(taken, (unit) => `${unit.institution}/${unit.code}`),
      )
    return problems
  },
}

export const workers: List = {
  about: 'licensed health workers; one line for each employment, with the worker again',
  columns: {
    jmbg: digits(13, 'kept as a keyed hash only'),
    family: needed(text('family name')),
    given: needed(text('given name')),
    title: text('before the name: др, спец. др'),
    sex: needed(oneOf(['male', 'female'], 'as in the licence')),
    chamber: text('which chamber'),
    licence: needed(text('licence number', 30)),
    licence_kind: needed(word('doctor, dentist, nurse, technician, biochemist, pharmacist …')),
    licence_status: needed(oneOf(['active', 'inactive', 'suspended'], 'of today')),
    acquired_on: day('first licence'),
    renewed_on: day('last renewal'),
    valid_until: day('end of the licence'),
    specialty: text('as registered'),
    subspecialty: text('as registered'),
    email: text('at work'),
    phone: text('at work'),
    institution: digits(8, 'employment: registration number of the institution'),
    unit: text('employment: code of the unit'),
    role: text('employment: doctor, nurse …; without it as licence_kind'),
    from: day('employment: first day'),
    until: day('employment: last day'),
  },
  async store(tx, world, given, isTrial) {
    const { problems, places } = await employmentsOf(tx, given)
    const good = await withTrueNumbers(
      tx,
      world,
      given.filter((one) => places.has(one)),
      problems,
    )
    const workersOf = Map.groupBy(good, ({ row }) => row['licence'] as string)
    const rows = [...workersOf.values()].map((lines): GivenWorker => {
      const { row } = lines.at(-1) as Given
      const employments = lines.flatMap((one) => places.get(one) ?? [])
      return {
        ...{ family: row['family'] as string, given: row['given'] as string, sex: row['sex'] as GivenWorker['sex'] },
        ...{ licenceNumber: row['licence'] as string, licenceKind: row['licence_kind'] as string },
        licenceStatus: row['licence_status'] as GivenWorker['licenceStatus'],
        ...{ title: row['title'] ?? null, chamber: row['chamber'] ?? null, specialty: row['specialty'] ?? null, subspecialty: row['subspecialty'] ?? null },
        ...{ acquiredOn: row['acquired_on'] ?? null, renewedOn: row['renewed_on'] ?? null, validUntil: row['valid_until'] ?? null },
        ...{ email: row['email'] ?? null, phone: row['phone'] ?? null },
        personHash: row['jmbg'] === undefined ? null : numberHash(world, 'jmbg', row['jmbg']),
        employments: lastOfEach(employments, ({ unit, fromDate }) => `${unit}/${fromDate}`),
      }
    })
    if (!isTrial) await registerWorkers(tx, rows)
    return problems
  },
}

/** The employment in each line; an empty list for a worker who has none now. */
async function employmentsOf(tx: Transaction, given: readonly Given[]): Promise<{ problems: Problem[]; places: Map<Given, Employment[]> }> {
  const placeOf = await placesOf(tx, given)
  const { taken, problems } = eachOf(given, (one): [Given, Employment[]] => {
    const { institution: mb, unit, role, from, licence_kind: kind } = one.row
    if (mb === undefined && unit === undefined && from === undefined) return [one, []]
    if (mb === undefined || unit === undefined || from === undefined) throw new Unknown('institution', 'an employment needs institution, unit and from')
    const untilDate = endOf(one.row)
    return [one, [{ ...placeOf(one.row), role: role ?? (kind as string), fromDate: from, untilDate }]]
  })
  return { problems, places: new Map(taken) }
}

/** Leaves out workers with a wrong JMBG: one with a wrong check digit, or one that belongs to another licence, would turn the worker into somebody else. */
async function withTrueNumbers(tx: Transaction, world: World, given: readonly Given[], problems: Problem[]): Promise<Given[]> {
  const numbered = given.filter(({ row }) => row['jmbg'] !== undefined)
  const answers =
    (await people.find?.(
      world,
      tx,
      numbered.map(({ row }) => ({ kind: 'jmbg', value: row['jmbg'] as string })),
    )) ?? []
  const wrong = new Map<Given, string>(numbered.flatMap((one, at) => (typeof answers[at] === 'string' ? [[one, answers[at]] as const] : [])))
  const hashOf = (one: Given) => numberHash(world, 'jmbg', one.row['jmbg'] as string)
  const holders = await tx<{ personHash: Buffer; licence: string }>`
    select person_hash, licence_number as licence from registry.worker where person_hash = any(${numbered.map(hashOf)}::bytea[])`
  const licenceOf = new Map(holders.map(({ personHash, licence }) => [personHash.toString('hex'), licence]))
  for (const one of numbered.filter((good) => !wrong.has(good))) {
    const licence = one.row['licence'] as string
    const holder = licenceOf.getOrInsertComputed(hashOf(one).toString('hex'), () => licence)
    if (holder !== licence) wrong.set(one, 'is that of a worker with another licence')
  }
  for (const [{ line }, sentence] of wrong) problems.push(problem(line, 'jmbg', sentence))
  return given.filter((one) => !wrong.has(one))
}

export const employers: List = {
  about: 'payers of contributions',
  columns: {
    pib: needed(digits(9, 'tax number')),
    mb: needed(digits(8, 'registration number')),
    name: needed(text('as registered')),
    municipality: needed(text('seat')),
    activity: text('code of activity'),
    address: text('street and number'),
    account: text('bank account'),
  },
  async store(tx, _world, given, isTrial) {
    if (!isTrial)
      await registerEmployers(
        tx,
        lastOfEach(
          given.map(({ row }) => row as GivenEmployer),
          ({ pib }) => pib,
        ),
      )
    return []
  },
}
