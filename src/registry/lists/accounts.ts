import { access, createAccount, type NewAccount } from '../../access/access.ts'
import type { Transaction, World } from '../../platform/world.ts'
import { dayOf } from '../../platform/calendar.ts'
import { type Given, lastOfEach, type List, needed, digits, oneOf, text } from './list.ts'
import { eachOf, Unknown } from './lookups.ts'

// Who of an institution signs in as whom: name and place are those of the registers, so nobody is let in as a doctor who is none.

const workerRoles = ['doctor', 'nurse', 'laboratory']
/** Whose licence lets them see and sign as a doctor; the other roles see less than any of these. */
const doctorsLicences = ['doctor', 'dentist']

export const accounts: List = {
  about: 'who of the institutions signs in: health workers by their licence, and persons for the protection of data',
  columns: {
    subject: needed(text('who they are at the issuer (the claim sub)')),
    issuer: text('without it the setting OIDC_ISSUER'),
    role: needed(oneOf([...workerRoles, 'data-officer'], 'one for each account')),
    licence: text('licence number; for health workers'),
    institution: needed(digits(8, 'registration number of the institution')),
    unit: text('code of the unit, for who works in several of the institution'),
    name: text('of a person for the protection of data, whom no register names'),
  },
  async store(tx, world, given, isTrial) {
    const places = await workplacesOf(tx, world, given)
    const { taken, problems } = eachOf(given, (one) => accountOf(one, places, world.config.OIDC_ISSUER))
    if (!isTrial) for (const [issuer, of] of Map.groupBy(taken, (account) => account.issuer)) await renew(tx, world, issuer, of)
    return problems
  },
}

type Wished = NewAccount & { issuer: string; subject: string }
type Workplace = {
  mb: string
  institution: number
  institutionName: string
  licence: string | null
  licenceKind: string | null
  worker: number | null
  name: string | null
  code: string | null
  unit: number | null
  unitName: string | null
}

/** The institutions of these records, and where those with a licence work in them today. */
async function workplacesOf(tx: Transaction, world: World, given: readonly Given[]): Promise<Workplace[]> {
  const day = dayOf(world.now())
  const of = (column: string) => [...new Set(given.flatMap(({ row }) => row[column] ?? []))]
  return tx<Workplace>`
    select institution.mb, institution.id as institution, institution.name as institution_name, job.licence, job.licence_kind, job.worker, job.name, job.code, job.unit, job.unit_name
      from registry.institution institution
      left join lateral (
        select worker.licence_number as licence, worker.licence_kind, worker.id as worker, concat_ws(' ', worker.title, worker.given, worker.family) as name,
               unit.code, unit.id as unit, unit.name as unit_name
          from registry.employment employment
          join registry.worker worker on worker.id = employment.worker
          join registry.unit unit on unit.id = employment.unit
         where employment.institution = institution.id and worker.licence_number = any(${of('licence')}::text[]) and worker.licence_status = 'active'
           and employment.from_date <= ${day}::date and coalesce(employment.until_date, 'infinity') >= ${day}::date) job on true
     where institution.mb = any(${of('institution')}::text[])`
}

function accountOf({ row }: Given, places: readonly Workplace[], usual: string): Wished {
  const { subject, role, licence, institution: mb, unit, name, issuer = usual } = row as Record<string, string>
  if (issuer === '') throw new Unknown('issuer', 'is missing, and there is no OIDC_ISSUER among the settings')
  const there = places.filter((place) => place.mb === mb)
  const [first] = there
  if (!first) throw new Unknown('institution', 'is not among the institutions; load those first')
  const who = {
    issuer,
    subject: subject as string,
    roles: [role] as NewAccount['roles'],
    institution: first.institution,
    institutionName: first.institutionName,
  }
  if (role === 'data-officer') {
    if (name === undefined) throw new Unknown('name', 'is missing')
    return { ...who, name, worker: null, unit: null, unitName: null }
  }
  if (licence === undefined) throw new Unknown('licence', 'is missing')
  const jobs = there.filter((place) => place.licence === licence && (unit === undefined || place.code === unit))
  const [job, ...others] = new Map(jobs.map((one) => [one.unit, one])).values()
  if (!job) throw new Unknown('licence', 'is not that of a worker with an active licence who works there today')
  if (others.length > 0) throw new Unknown('unit', 'is missing: this worker works in several units there')
  if (role === 'doctor' && !doctorsLicences.includes(job.licenceKind as string))
    throw new Unknown('role', 'is doctor, and the licence is neither a doctor’s nor a dentist’s')
  return { ...who, name: job.name as string, worker: job.worker, unit: job.unit, unitName: job.unitName }
}

/** An account that is as wished stays; of who moved the former is closed, and another is opened under the same subject. */
async function renew(tx: Transaction, world: World, issuer: string, wished: readonly Wished[]): Promise<void> {
  const last = lastOfEach(wished, ({ subject }) => subject)
  const open = await access.openAccounts(
    tx,
    issuer,
    last.map(({ subject }) => subject),
  )
  const bySubject = new Map(open.map((one) => [one.subject, one]))
  for (const account of last) {
    const former = bySubject.get(account.subject)
    if (former && isAs(former, account)) continue
    if (former) await access.revokeAccount(tx, former.id, world.now())
    await createAccount(tx, account)
  }
}

type Shown = { name: string; roles: readonly string[]; worker?: number | null; institution?: number | null; unit?: number | null }
const isAs = (one: Shown, other: Shown): boolean =>
  one.name === other.name && one.roles.join() === other.roles.join() && (['worker', 'institution', 'unit'] as const).every((part) => one[part] === other[part])
