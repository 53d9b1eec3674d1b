// Which people of the demo are on sick leave, for which employer, and who acts for the employers: a firm's own clerk and an agency with two hundred
// clients.

import { createAccount } from '../access/access.ts'
import { bulk, numberHash } from '../registry/registry.ts'
import { addMember } from '../sickleave/sickleave.ts'
import { isoDay, parseDay } from './calendar.ts'
import { type DemoAccount, demoPassword, type Scene } from './demo-accounts.ts'
import type { Employer } from './employers.ts'
import { accountOf, mbOf, pibOf } from './numbers.ts'
import { protagonists } from './protagonists.ts'

/** Refers to people and employers by handles and tax numbers, so that it can be stored and continued later; `clerk` acts for this employer. */
export type Employee = { handle: string; family: string; given: string; pib: string; account: string; clerk: 'poslodavac' | 'agencija' }
export type LeavePlan = { employees: Employee[]; agency: string; clients: { pib: string; number: string }[] }

const clientsMax = 200
/** Above the numbers of the invented employers. */
const agencyNumber = 99_000
const agencyName = 'Књиговодствена агенција „Биланс“ д.о.о. Крагујевац'
const daysBefore = 800

/** People with a second job at the firm of `poslodavac`, so that its clerk sees more than one name. */
const secondJobs = new Set([1, 5, 6, 7])

export async function planLeaves(scene: Scene, doctor: { licence: string }, own: Employer): Promise<{ plan: LeavePlan; accounts: DemoAccount[] }> {
  const { tx, world, country, register, people, registered } = scene
  const long = new Date(world.now().getTime() - daysBefore * 86_400_000)
  const since = isoDay(parseDay(long.toISOString().slice(0, 10)))
  const agency = await openAgency(scene, long)
  const clients = country.employers.filter(({ index }) => index !== own.index).slice(0, clientsMax)
  const mandates = clients.map(({ index, pib }) => ({ client: register.employer(index), pib, number: `ПУ-${String(index + 1).padStart(4, '0')}` }))
  await bulk.registerMandates(
    tx,
    mandates.map(({ client, number }) => ({ agency, client, number, fromDate: since })),
  )
  await nameRepresentatives(scene, since)

  const isTheirs = (place: number) => {
    const { death, insurance, chosen } = people[place]!
    return death === null && insurance.isActive && insurance.employer !== null && chosen.some(({ worker }) => worker.licence === doctor.licence)
  }
  // Employed people with an account in the demo come first. People who wait at the doctor's today are left out, so that a leave can be opened for
  // them.
  const first = [protagonists.patient, protagonists.unrecorded, protagonists.patient + 1, protagonists.anaphylaxis + 1, protagonists.anaphylaxis]
  const others = people.map((_, place) => place).filter((place) => !first.includes(place))
  const places = [...first, ...others].filter(isTheirs)
  const second = places.filter((_, order) => secondJobs.has(order))
  await bulk.registerJobs(
    tx,
    second.map((place) => ({ patient: registered[place]!.root, employer: register.employer(own.index), fromDate: since, untilDate: null })),
  )
  const employees = places.map((place, order): Employee => {
    const { family, given, insurance } = people[place]!
    const employer = secondJobs.has(order) && order > 1 ? own : insurance.employer!
    const clerk = employer.index === own.index ? 'poslodavac' : 'agencija'
    return { handle: registered[place]!.handle, family, given, pib: employer.pib, account: employer.account, clerk }
  })
  const what = `књиговодствена агенција, ${clients.length} клијената`
  return {
    plan: { employees, agency: pibOf(agencyNumber), clients: mandates.map(({ pib, number }) => ({ pib, number })) },
    accounts: [{ userName: 'agencija', name: agencyClerk, what }],
  }
}

const agencyClerk = 'Небојша Вилотић'

async function openAgency({ tx, country }: Scene, at: Date): Promise<number> {
  const [pib, mb, account] = [pibOf(agencyNumber), mbOf(agencyNumber), accountOf(agencyNumber)]
  const { municipality, address } = country.employers[0]!
  const [employer] = await bulk.registerEmployers(tx, [{ pib, mb, name: agencyName, municipality: municipality.name, address, account }])
  const member = await createAccount(tx, { userName: 'agencija', password: demoPassword, demo: true, name: agencyClerk, roles: ['employer'] })
  await addMember(tx, { member, employer: employer!, pib, name: agencyName, role: 'administrator', at, personName: agencyClerk })
  return employer!
}

/**
 * The registers name two people with accounts as representatives, of a company and of a state body. These two may register the employer as
 * `/employer/join` shows.
 */
async function nameRepresentatives({ tx, world, country, register, people }: Scene, fromDate: string): Promise<void> {
  const builder = country.employers.find(({ name }) => name.startsWith('Грађевинска радња'))!
  const town = country.employers.find(({ name }) => name.startsWith('Градска управа'))!
  const hash = (place: number) => numberHash(world, 'jmbg', people[place]!.jmbg)
  await bulk.registerAuthorities(tx, [
    { personHash: hash(protagonists.anaphylaxis), employer: register.employer(builder.index), register: 'companies', capacity: 'representative', fromDate },
    { personHash: hash(protagonists.patient), employer: register.employer(town.index), register: 'state-bodies', capacity: 'authorised', fromDate },
  ])
}
