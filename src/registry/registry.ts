import { registerAuthorities, registerMandates } from './companies.ts'
import { jobsOfMany, jobsWith, registerJobs } from './jobs.ts'
import { startClosingAccounts } from './leavers.ts'
import { doctorsOfUnit, workerByLicence } from './read.ts'
import { registerEmployers, registerInstitutions, registerInsurance, registerUnits, registerWorkers } from './register.ts'

// The door of registry. FHIR Organization and Practitioner resources that systems post are documents of the record; nothing here reads them,
// so no sender can make itself an institution, a doctor or an insured person.

export { chooseDoctors } from './choose-doctors.ts'
export { type Authority, companies } from './companies.ts'
export { type JobOf, jobsOf } from './jobs.ts'
export { numberHash } from './number-hash.ts'
export { coverOf, institution, names } from './read.ts'
export { registerInstitutions }

export const workers = { byLicence: workerByLicence, doctorsOfUnit, startClosingAccounts }

/** Many at once: for the registers' own feeds, the invented country, and lists that employers send. */
export const bulk = {
  jobsOfMany,
  jobsWith,
  registerAuthorities,
  registerEmployers,
  registerInsurance,
  registerJobs,
  registerMandates,
  registerUnits,
  registerWorkers,
}
