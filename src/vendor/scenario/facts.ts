import { createHash } from 'node:crypto'
import { numbers } from '../../identity/identity.ts'

/** The facts of one scenario of one run. They follow from the run's seed, so no two runs are alike and none of the facts need be stored. */
export type Facts = {
  /** The patient's number in the local system. */
  local: string
  jmbg: string
  family: string
  given: string
  /** YYYY-MM-DD. */
  birth: string
  sex: 'female' | 'male'
  /** The numbers of the results, one for each result that the scenario needs. */
  results: string[]
  /** The values of the results, with two decimals. */
  values: string[]
  /** When the sample was taken: ISO with offset. */
  at: string
}

const women = ['Ана', 'Љиљана', 'Ђурђица', 'Њежана', 'Живка', 'Џана', 'Шћепана', 'Цвета']
const families = ['Ђорђевић', 'Чађавић', 'Шћекић', 'Жижић', 'Џодић', 'Његован', 'Љубичић', 'Ћирић']
const men = ['Ђорђе', 'Љубиша', 'Живојин', 'Шћепан', 'Ћира', 'Његош', 'Чедомир', 'Џафер']

export function factsOf(seed: string, scenario: string, now: Date): Facts {
  const noise = createHash('sha512').update(`${seed} ${scenario}`).digest()
  const pick = <T>(of: readonly T[], at: number): T => of[(noise[at] as number) % of.length] as T
  const sex = (noise[0] as number) % 2 === 0 ? 'female' : 'male'
  const day = 1 + ((noise[1] as number) % 28)
  const month = 1 + ((noise[2] as number) % 12)
  const year = 1940 + ((noise[3] as number) % 60)
  const two = (value: number) => String(value).padStart(2, '0')
  // 71 is Belgrade; the three digits before the check digit are below 500 for men (ZOJMBG).
  const serial = ((noise.readUInt16BE(4) % 500) + (sex === 'female' ? 500 : 0)).toString().padStart(3, '0')
  const first = `${two(day)}${two(month)}${String(year).slice(1)}71${serial}`
  const values = Array.from({ length: 5 }, (_, at) => (3 + (noise.readUInt16BE(6 + 2 * at) % 700) / 100 + at * 0.01).toFixed(2))
  return {
    local: `C${noise.subarray(20, 25).toString('hex')}`,
    jmbg: first + numbers.jmbgCheckDigit(first),
    family: pick(families, 30),
    given: pick(sex === 'female' ? women : men, 31),
    birth: `${year}-${two(month)}-${two(day)}`,
    sex,
    results: Array.from({ length: 5 }, (_, at) => `R${noise.subarray(32 + at * 4, 36 + at * 4).toString('hex')}`),
    values: new Set(values).size === values.length ? values : values.map((value, at) => (Number(value) + at).toFixed(2)),
    at: localTime(new Date(now.getTime() - 3_600_000)),
  }
}

const zone = 'Europe/Belgrade'
function localTime(at: Date): string {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone).toString({ timeZoneName: 'never', smallestUnit: 'second' })
}
