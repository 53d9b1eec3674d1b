// Which people live together. Shares and ages are set so that a large country has the age pyramid of Serbia (census 2022: about 14 % under 15, 22 %
// from 65 on).

import { type Day, yearDays, yearOf } from './calendar.ts'
import { givenName, surname } from './names.ts'
import type { Person, Sex, Story } from './person.ts'
import { households as told } from './protagonists.ts'
import { type Random, weighted } from './random.ts'

/** A member before numbers, address, insurance and doctors are added. Parents are given by their place in the household. */
export type Member = Pick<Person, 'given' | 'family' | 'maidenFamily' | 'sex' | 'birth' | 'maritalStatus'> & {
  mother: number | null
  father: number | null
  story: Story | null
}

type Shape = 'family' | 'couple' | 'elderly-couple' | 'elderly-alone' | 'alone' | 'mother' | 'three-generations'
const drawShape = weighted<[Shape, number]>(
  [
    ['family', 27],
    ['couple', 12],
    ['elderly-couple', 21],
    ['elderly-alone', 16],
    ['alone', 13],
    ['mother', 5],
    ['three-generations', 9],
  ],
  ([, weight]) => weight,
)

export function planHousehold(random: Random, index: number, today: Day): Member[] {
  const roles = told[index]
  if (roles) return toldHousehold(random, index, today)
  const [shape] = drawShape(random)
  switch (shape) {
    case 'alone':
      return [member(random, random.chance(0.55) ? 'male' : 'female', age(random, today, 23, 60), today, random.chance(0.7) ? 'never-married' : 'divorced')]
    case 'elderly-alone':
      return [member(random, random.chance(0.75) ? 'female' : 'male', age(random, today, 62, 92), today, 'widowed')]
    case 'couple':
      return couple(random, age(random, today, 26, 64), today)
    case 'elderly-couple':
      return couple(random, age(random, today, 60, 86), today)
    case 'mother':
      return withChildren(random, [member(random, 'female', age(random, today, 26, 50), today, 'divorced')], today)
    case 'family':
      return withChildren(random, couple(random, age(random, today, 27, 55), today), today)
    case 'three-generations':
      return threeGenerations(random, today)
  }
}

function age(random: Random, today: Day, low: number, high: number): Day {
  return today - Math.round((low + random.next() * (high - low)) * yearDays)
}

function member(random: Random, sex: Sex, birth: Day, today: Day, maritalStatus: Member['maritalStatus']): Member {
  const given = givenName(random, sex, yearOf(Math.min(birth, today)))
  return { given, family: surname(random), maidenFamily: null, sex, birth, maritalStatus, mother: null, father: null, story: null }
}

/** The wife takes the husband's surname in nine of ten marriages. */
function couple(random: Random, wifeBirth: Day, today: Day): Member[] {
  const wife = member(random, 'female', wifeBirth, today, 'married')
  const older = Math.round(Math.max(-2, random.normal(2.5, 2.5)) * yearDays)
  const husband = member(random, 'male', wifeBirth - older, today, 'married')
  if (random.chance(0.9)) {
    wife.maidenFamily = wife.family
    wife.family = husband.family
  }
  return [wife, husband]
}

/** Adds children of the first woman. One in twenty carries the mother's surname. Grown children have mostly moved out. */
function withChildren(random: Random, members: Member[], today: Day): Member[] {
  const mother = members[0]!
  const father = members[1]
  let birth = mother.birth + Math.round((19 + random.next() * 13) * yearDays)
  const count = 1 + Number(random.chance(0.62)) + Number(random.chance(0.2))
  for (let child = 0; child < count; child += 1) {
    const isHome = today - birth < 26 * yearDays || random.chance(0.3)
    if (birth <= today && birth - mother.birth < 45 * yearDays && isHome) {
      const sex = random.chance(0.514) ? 'male' : 'female'
      const one = member(random, sex, birth, today, 'never-married')
      one.family = father && !random.chance(0.05) ? father.family : mother.family
      one.mother = 0
      one.father = father ? 1 : null
      members.push(one)
    }
    birth += Math.round((1.5 + random.next() * 4) * yearDays)
  }
  return members
}

function threeGenerations(random: Random, today: Day): Member[] {
  const members = withChildren(random, couple(random, age(random, today, 26, 52), today), today)
  const father = members[1]!
  const mothersAge = Math.round((19 + random.next() * 15) * yearDays)
  const grandmother = member(random, 'female', father.birth - mothersAge, today, 'widowed')
  grandmother.maidenFamily = grandmother.family
  grandmother.family = father.family
  father.mother = members.length
  return [...members, grandmother]
}

function toldHousehold(random: Random, index: number, today: Day): Member[] {
  const members = told[index]!.map((role) => {
    const { given, family, sex, story } = role
    // Born between 30 and 330 days before the birthday, so that nobody's age changes on the day of the demonstration.
    const birth = today - Math.round(role.age * yearDays) - random.integer(30, 330)
    const maritalStatus = role.age > 20 ? ('married' as const) : ('never-married' as const)
    return { given, family, maidenFamily: role.maidenFamily ?? null, sex, birth, maritalStatus, mother: null, father: null, story } satisfies Member
  })
  for (const child of members) {
    if (child.birth < today - 18 * yearDays) continue
    const parents: Member = child
    parents.mother = members.findIndex((one) => one.sex === 'female')
    parents.father = members.findIndex((one) => one.sex === 'male')
  }
  return members
}
