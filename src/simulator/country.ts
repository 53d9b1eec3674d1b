// The whole invented country from one seed. People come as a stream, so even a large country needs the memory of only one household.

import { parseDay } from './calendar.ts'
import { type Employer, makeEmployers } from './employers.ts'
import { makeHousehold, type Setting } from './households.ts'
import { type Institution, makeInstitutions } from './institutions.ts'
import { createIssuer, rangeOfSeed, workersRange } from './numbers.ts'
import type { Person } from './person.ts'

type CountryOptions = { seed: number; count: number; today: string }

export type Country = {
  seed: number
  today: string
  institutions: Institution[]
  employers: Employer[]
  /** Can be iterated only once, because numbers are issued on the way. */
  people: Iterable<Person>
}

export function generateCountry({ seed, count, today }: CountryOptions): Country {
  const day = parseDay(today)
  // Institutions, their staff and employers are the same for every seed: several populations can share one register.
  const institutions = makeInstitutions(createIssuer(workersRange), day)
  const employers = makeEmployers()
  const issuer = createIssuer(rangeOfSeed(seed))
  return { seed, today, institutions, employers, people: walk({ seed, today: day, issuer, institutions, employers }, count) }
}

function* walk(setting: Setting, count: number): Generator<Person> {
  let index = 0
  for (let household = 0; index < count; household += 1) {
    for (const person of makeHousehold(setting, household, index)) {
      if (index === count) return
      index += 1
      yield person
    }
  }
}
