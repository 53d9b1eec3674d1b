import { municipalities, type Municipality, streets } from './places.ts'
import { accountOf, mbOf, pibOf } from './numbers.ts'
import { createRandom } from './random.ts'

export type Employer = {
  index: number
  name: string
  mb: string
  pib: string
  account: string
  municipality: Municipality
  address: string
  /** The size of the employer: how many people of the town work there. */
  weight: number
}

const kinds: [string, number][] = [
  ['Фабрика намештаја „Храст“ д.о.о.', 8],
  ['Саобраћајно предузеће „Путник“ д.о.о.', 5],
  ['Пекара „Зрно“ д.о.о.', 3],
  ['Основна школа „Вук Караџић“', 4],
  ['Јавно комунално предузеће „Чистоћа“', 6],
  ['Трговина „Корпа“ д.о.о.', 7],
  ['Софтверска кућа „Петља“ д.о.о.', 4],
  ['Грађевинска радња „Темељ“', 3],
  ['Фабрика аутомобилских делова „Зупчаник“ а.д.', 12],
  ['Земљорадничка задруга „Бразда“', 3],
  ['Угоститељска радња „Код липе“', 2],
  ['Градска управа', 5],
]

/** Two to six employers per municipality; the home town has one of each kind. */
export function makeEmployers(): Employer[] {
  const employers: Employer[] = []
  municipalities.forEach((municipality, place) => {
    const random = createRandom(0, 'employers', place)
    const count = place === 0 ? kinds.length : Math.min(kinds.length, 2 + Math.floor(municipality.thousands / 40))
    const start = place === 0 ? 0 : random.integer(0, kinds.length - 1)
    for (let one = 0; one < count; one += 1) {
      const [name, weight] = kinds[(start + one) % kinds.length]!
      const index = employers.length
      // Numbers from 10,000 on, so that no employer shares one with an institution.
      const number = 10_000 + index
      const address = `${random.pick(streets)} ${random.integer(1, 150)}`
      employers.push({
        index,
        name: `${name} ${municipality.name}`,
        mb: mbOf(number),
        pib: pibOf(number),
        account: accountOf(number),
        municipality,
        address,
        weight,
      })
    }
  })
  return employers
}
