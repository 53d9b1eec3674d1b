import { chooseDoctors } from '../choose-doctors.ts'
import { type InsuredJob, registerJobs } from '../jobs.ts'
import { numberHash } from '../number-hash.ts'
import { registerInsurance } from '../register.ts'
import type { ChosenDoctor, DoctorCategory, Insurance } from '../resources.ts'
import { type Columns, day, digits, type Given, lastOfEach, type List, needed, oneOf, text } from './list.ts'
import { eachOf, employersByPib, endOf, known, peopleOf, personIn, placesOf, Unknown, workersByLicence } from './lookups.ts'

// What the Fund and the register of social insurance report about people. Each line names its person by JMBG or LBO.

const person: Columns = { jmbg: digits(13, 'of the person; or lbo'), lbo: digits(11, 'of the person; or jmbg') }
const period: Columns = { from: needed(day('first day')), until: day('last day') }

/** Checks that a line has at least one number and that its end is not before its beginning. */
function checkLine({ row }: Given): void {
  if (row['jmbg'] === undefined && row['lbo'] === undefined) throw new Unknown('jmbg', 'is missing, and so is lbo')
  endOf(row)
}

export const insurance: List = {
  about: 'who is insured, from when until when (the Fund)',
  columns: {
    ...person,
    status: needed(oneOf(['active', 'inactive'], 'of this period')),
    basis: needed(text('basis of insurance')),
    branch: text('branch of the Fund'),
    employer: digits(9, 'tax number of the employer'),
    ...period,
  },
  async store(tx, world, given, isTrial) {
    const [who, byPib] = [
      await peopleOf(tx, world, given),
      await employersByPib(
        tx,
        given.flatMap(({ row }) => row['employer'] ?? []),
      ),
    ]
    const { taken, problems } = eachOf(given, (one): Insurance => {
      const { row } = one
      checkLine(one)
      return {
        patient: personIn(who, one),
        ...{ fromDate: row['from'] as string, untilDate: row['until'] ?? null, status: row['status'] as Insurance['status'] },
        ...{ basis: row['basis'] as string, branch: row['branch'] ?? null },
        employer: row['employer'] === undefined ? null : known(byPib, row['employer'], 'employer', 'employers'),
        lboHash: row['lbo'] === undefined ? null : numberHash(world, 'lbo', row['lbo']),
      }
    })
    if (!isTrial)
      await registerInsurance(
        tx,
        lastOfEach(taken, ({ patient, fromDate }) => `${patient}/${fromDate}`),
      )
    return problems
  },
}

export const jobs: List = {
  about: 'who is insured through which employer; several at a time (register of social insurance)',
  columns: { ...person, employer: needed(digits(9, 'tax number of the employer')), ...period },
  async store(tx, world, given, isTrial) {
    const [who, byPib] = [
      await peopleOf(tx, world, given),
      await employersByPib(
        tx,
        given.map(({ row }) => row['employer'] as string),
      ),
    ]
    const { taken, problems } = eachOf(given, (one): InsuredJob => {
      checkLine(one)
      const employer = known(byPib, one.row['employer'] as string, 'employer', 'employers')
      return { patient: personIn(who, one), employer, fromDate: one.row['from'] as string, untilDate: one.row['until'] ?? null }
    })
    if (!isTrial)
      await registerJobs(
        tx,
        lastOfEach(taken, ({ patient, employer, fromDate }) => `${patient}/${employer}/${fromDate}`),
      )
    return problems
  },
}

export const chosenDoctors: List = {
  about: 'who chose which doctor (the Fund); the former doctor no longer sees the record from the same moment',
  columns: {
    ...person,
    category: needed(oneOf(['1', '2', '3', '4'], '1 medicine, 2 gynaecology, 3 paediatrics, 4 dentistry')),
    licence: needed(text('licence number of the doctor')),
    institution: needed(digits(8, 'registration number of the institution')),
    unit: needed(text('code of the unit')),
    reason: oneOf(['1', '2', '3', '4', '5', '6', '7'], 'why another was left, as on the form'),
    ...period,
  },
  async store(tx, world, given, isTrial) {
    const who = await peopleOf(tx, world, given)
    const byLicence = await workersByLicence(
      tx,
      given.map(({ row }) => row['licence'] as string),
    )
    const placeOf = await placesOf(tx, given)
    const { taken, problems } = eachOf(given, (one): ChosenDoctor => {
      const { row } = one
      checkLine(one)
      return {
        patient: personIn(who, one),
        category: Number(row['category']) as DoctorCategory,
        worker: known(byLicence, row['licence'] as string, 'licence', 'workers'),
        ...placeOf(row),
        ...{ fromDate: row['from'] as string, untilDate: row['until'] ?? null },
        reason: row['reason'] === undefined ? null : (Number(row['reason']) as ChosenDoctor['reason'] & number),
      }
    })
    // Of several choices of one category the newest counts: older ones of the same list would end nothing.
    const newest = lastOfEach(
      taken.toSorted((a, b) => (a.fromDate < b.fromDate ? -1 : 1)),
      ({ patient, category }) => `${patient}/${category}`,
    )
    if (!isTrial) await chooseDoctors(tx, newest, world.now())
    return problems
  },
}
