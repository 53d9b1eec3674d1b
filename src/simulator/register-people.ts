// Enters the people of a block into the population register, the insurance register and the Fund's list of chosen doctors.

import { registerPeople } from '../identity/identity.ts'
import type { Transaction, World } from '../platform/world.ts'
import { bulk, chooseDoctors, numberHash } from '../registry/registry.ts'
import { isoDay, parseDay, yearDays } from './calendar.ts'
import type { DoctorCategory, Person } from './person.ts'
import type { Register } from './register-country.ts'

export type Registered = { root: number; handle: string; lzb: string }

const categories = { medicine: 1, gynaecology: 2, paediatrics: 3, dentistry: 4 } as const satisfies Record<DoctorCategory, number>

/** Every list may be sent again: people are found by their JMBG and nothing is entered twice. */
export async function registerBlock(tx: Transaction, world: World, register: Register, people: readonly Person[], today: string): Promise<Registered[]> {
  const registered = await registerPeople(tx, world, people.map(centralPerson))
  const roots = registered.map(({ root }) => root)
  await bulk.registerInsurance(
    tx,
    people.map(({ insurance, lbo }, place) => ({
      patient: roots[place]!,
      fromDate: insurance.from,
      untilDate: insurance.until,
      status: insurance.isActive ? ('active' as const) : ('inactive' as const),
      basis: insurance.text,
      branch: insurance.branch,
      employer: insurance.employer ? register.employer(insurance.employer.index) : null,
      lboHash: numberHash(world, 'lbo', lbo),
    })),
  )
  await bulk.registerJobs(
    tx,
    people.flatMap(({ insurance }, place) =>
      insurance.employer
        ? [
            {
              patient: roots[place]!,
              employer: register.employer(insurance.employer.index),
              fromDate: insurance.from,
              untilDate: insurance.isActive ? null : insurance.until,
            },
          ]
        : [],
    ),
  )
  await chooseDoctors(
    tx,
    people.flatMap((person, place) =>
      person.chosen.map(({ category, worker }) => ({
        patient: roots[place]!,
        category: categories[category],
        worker: register.worker(worker.licence),
        institution: register.institution(worker.institution),
        unit: register.unit(worker.institution, worker.unit),
        fromDate: chosenSince(person, parseDay(today)),
        untilDate: person.death === null ? null : isoDay(person.death),
      })),
    ),
    world.now(),
  )
  return registered
}

function centralPerson(person: Person) {
  const { family, given, jmbg, lbo, parent, address, phone, municipality } = person
  return {
    jmbg,
    lbo,
    family,
    given,
    parent,
    address,
    phone,
    place: municipality.name,
    birthDate: isoDay(person.birth),
    sex: person.sex,
    deceasedAt: person.death === null ? null : isoDay(person.death),
  }
}

/** A day two to six years ago, but not before birth and not after death. */
function chosenSince({ birth, death, index }: Person, today: number): string {
  const since = today - Math.round(yearDays * 2) - ((index * 37) % 1460)
  return isoDay(Math.max(birth + 10, Math.min(since, death ?? since)))
}
