import type { Input } from '../sickleave/compensation/calculate.ts'
import { monthsBefore } from '../sickleave/compensation/months.ts'
import { addDays } from '../sickleave/rules/days.ts'
import type { Leave, Reason } from '../sickleave/rules/reasons.ts'

/** Invents requests from a seed one after the other, so that a month of the country is never in memory at once. */
export function* requests(count: number, seed: number): Generator<Input> {
  let state = seed
  const chance = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  for (let at = 0; at < count; at++) yield request(at, chance)
}

// Most requests are for illness beyond day thirty; the others are as frequent as in practice.
const reasons: Reason[] = ['01', '01', '01', '01', '01', '01', '04', '06', '06', '02', '05', '07']

function request(at: number, chance: (below: number) => number): Input {
  const from = addDays('2026-01-05', chance(300))
  const reason = reasons[chance(reasons.length)] as Reason
  const days = 20 + chance(70)
  const care = reason === '06' ? { born: addDays(from, -chance(6000)), isChild: true, isSevere: chance(20) === 0 } : null
  const leave: Leave = { id: `r${at}`, from, until: addDays(from, days - 1), reason, isException: false, care }
  const before: Leave = { id: `b${at}`, from: addDays(from, -14), until: addDays(from, -4), reason: '01', isException: false, care: null }
  const wage = BigInt(60_000_00 + chance(250_000_00))
  const worked = chance(8) === 0 ? chance(12) : 12
  return {
    leave,
    history: chance(5) === 0 ? [before] : [],
    employer: 'A',
    earnings: monthsBefore(from, 12)
      .slice(0, worked)
      .map((month) => ({ employer: 'A', month, hours: 16_000 + chance(2400), gross: wage + BigInt(chance(20_000_00)) })),
    insured: [{ from: addDays(from, -chance(2000) - 60), until: addDays(from, -1) }],
    employedUntil: null,
  }
}
