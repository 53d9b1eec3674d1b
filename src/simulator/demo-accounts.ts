// The accounts of the demo, and the relations that give them something to see on this day.

import { createAccount, type NewRelation, relateAll } from '../access/access.ts'
import type { Transaction, World } from '../platform/world.ts'
import { isoDay } from './calendar.ts'
import type { Country } from './country.ts'
import { type DemoDay, planDay } from './demo-day.ts'
import { doctorsOf } from './households.ts'
import type { Employer } from './employers.ts'
import type { Institution, Unit } from './institutions.ts'
import type { Person } from './person.ts'
import { addMember } from '../sickleave/sickleave.ts'
import { protagonists } from './protagonists.ts'
import type { Register } from './register-country.ts'
import type { Registered } from './register-people.ts'
import { type LeavePlan, planLeaves } from './sick-leave-plan.ts'
import { nameOf, type Worker } from './workers.ts'

export const demoPassword = 'demo'
const memberDays = 800

export type DemoAccount = { userName: string; name: string; what: string }

export type Scene = {
  tx: Transaction
  world: World
  country: Pick<Country, 'institutions' | 'employers'>
  register: Register
  /** The people from index 0 on, with the answer of the registers for each. */
  people: readonly Person[]
  registered: readonly Registered[]
}

type Made = { accounts: DemoAccount[]; showcase: { name: string; what: string }[]; day: DemoDay; leaves: LeavePlan }

export async function makeAccounts(scene: Scene): Promise<Made> {
  const center = scene.country.institutions[0]!
  const general = unitOf(center, 'general')
  const laboratory = unitOf(center, 'laboratory')
  const doctor = doctorsOf(center, 'general')[0]!
  const nurse = general.workers.find((one) => one.profession === 'nurse')!
  const technician = laboratory.workers.find((one) => one.profession === 'technician')!
  // The employer of the demo's patient, so that the employer's account sees a leave that is opened for this patient.
  const employer = scene.people[protagonists.patient]!.insurance.employer ?? scene.country.employers[0]!
  const leaves = await planLeaves(scene, doctor, employer)
  const accounts = [
    await workerAccount(scene, { userName: 'doktor', role: 'doctor', worker: doctor, what: `изабрани лекар, ${center.name}` }),
    await workerAccount(scene, { userName: 'sestra', role: 'nurse', worker: nurse, what: `медицинска сестра, ${general.name}` }),
    await workerAccount(scene, { userName: 'laborant', role: 'laboratory', worker: technician, what: `лаборант, ${center.name}` }),
    await citizenAccount(scene, 'pacijent', protagonists.patient, null, 'пацијент са картонима у више установа'),
    await citizenAccount(scene, 'roditelj', protagonists.anaphylaxis, protagonists.child, 'родитељ са дететом'),
    ...(await officeAccounts(scene, center, employer)),
    ...leaves.accounts,
  ]
  const day = planDay(scene, { doctor, nurse, technician, general, laboratory })
  return { accounts, showcase: showcaseOf(scene), day, leaves: leaves.plan }
}

const unitOf = (institution: Institution, kind: Unit['kind']): Unit => institution.units.find((unit) => unit.kind === kind)!

type WorkerWish = { userName: string; role: 'doctor' | 'nurse' | 'laboratory'; worker: Worker; what: string }

async function workerAccount({ tx, country, register }: Scene, { userName, role, worker, what }: WorkerWish): Promise<DemoAccount> {
  const institution = country.institutions[worker.institution]!
  const unit = institution.units.find((one) => one.code === worker.unit)!
  const name = nameOf(worker)
  await createAccount(tx, {
    userName,
    password: demoPassword,
    demo: true,
    name,
    roles: [role],
    worker: register.worker(worker.licence),
    institution: register.institution(institution.index),
    institutionName: institution.name,
    unit: register.unit(institution.index, unit.code),
    unitName: unit.name,
  })
  return { userName, name, what }
}

async function citizenAccount(scene: Scene, userName: string, index: number, child: number | null, what: string): Promise<DemoAccount> {
  const { tx, world, people, registered } = scene
  const person = people[index]!
  const { root, handle } = registered[index]!
  const name = fullName(person)
  const account = await createAccount(tx, { userName, password: demoPassword, demo: true, name, roles: ['patient'], patient: root, person: handle })
  const common = { account, from: world.now(), source: 'simulator' }
  const relations: NewRelation[] = [{ ...common, patient: root, kind: 'self', person: handle, name }]
  if (child !== null) {
    const one = people[child]!
    relations.push({
      ...common,
      patient: registered[child]!.root,
      kind: 'guardian',
      born: isoDay(one.birth),
      person: registered[child]!.handle,
      name: fullName(one),
    })
  }
  await relateAll(tx, relations)
  return { userName, name, what }
}

async function officeAccounts({ tx, world, register }: Scene, center: Institution, employer: Employer): Promise<DemoAccount[]> {
  const institution = { institution: register.institution(center.index), institutionName: center.name }
  const offices = [
    { userName: 'poslodavac', roles: ['employer'] as const, name: 'Весна Маринковић', what: `послодавац, ${employer.name}`, place: {} },
    { userName: 'fond', roles: ['fund'] as const, name: 'Зоран Пајић', what: 'референт Фонда за здравствено осигурање', place: {} },
    { userName: 'komisija', roles: ['commission'] as const, name: 'др Бранислава Тодоровић', what: 'првостепена лекарска комисија Фонда', place: {} },
    { userName: 'fond2', roles: ['fund'] as const, name: 'Мирјана Остојић', what: 'друго лице Фонда: одобрава', place: {} },
    { userName: 'fond3', roles: ['fund', 'fund-supervisor'] as const, name: 'Слободан Јевтић', what: 'надзор Фонда: расподељује предмете', place: {} },
    { userName: 'komisija2', roles: ['commission2'] as const, name: 'др Гордана Симић', what: 'другостепена лекарска комисија Фонда', place: {} },
    { userName: 'operater', roles: ['operator'] as const, name: 'Иван Крстић', what: 'оператер система', place: {} },
    // A second operator, for acts that need two people.
    { userName: 'operater2', roles: ['operator'] as const, name: 'Мира Станић', what: 'други оператер система', place: {} },
    { userName: 'ministarstvo', roles: ['ministry'] as const, name: 'Јасна Обрадовић', what: 'саветник Министарства здравља', place: {} },
    { userName: 'poverenik', roles: ['data-officer'] as const, name: 'Горан Чубрић', what: `лице за заштиту података, ${center.name}`, place: institution },
  ]
  for (const { userName, roles, name, place } of offices) {
    const account = await createAccount(tx, { userName, password: demoPassword, demo: true, name, roles, ...place })
    if (userName !== 'poslodavac') continue
    const { pib, name: firm, index } = employer
    // The membership begins long ago, because the sick leaves of the demo began before this day.
    const at = new Date(world.now().getTime() - memberDays * 86_400_000)
    await addMember(tx, { member: account, employer: register.employer(index), pib, name: firm, role: 'administrator', at, personName: name })
  }
  return offices.map(({ userName, name, what }) => ({ userName, name, what }))
}

const fullName = ({ given, family }: Person) => `${given} ${family}`

function showcaseOf({ people }: Scene) {
  const show = (index: number, what: string) => ({ name: fullName(people[index]!), what })
  return [
    show(protagonists.largest, 'највећи картон, хемодијализа'),
    show(protagonists.anaphylaxis, 'анафилакса на пеницилин'),
    show(protagonists.unrecorded, 'алергије нису евидентиране'),
    show(protagonists.child, 'дете, отворена посета'),
    show(protagonists.namesake, 'име за пробу писма'),
    show(protagonists.patient, 'картони у више установа'),
  ]
}
