import { type Body, bodyOf, flagOf, wrong } from './read-body.ts'
import { isDay } from './rules/days.ts'
import { type Care, isReason, type Reason } from './rules/reasons.ts'
import { isDiagnosis } from './rules/standards.ts'

// Fields that only a doctor or a person writes. They are separate from read-body.ts, so that no diagnosis code is in the memory of the employers'
// process.

export function reasonOf(body: Body): Reason {
  const value = body['reason']
  if (!isReason(value)) throw wrong('reason', 'is a code from 01 to 08')
  return value
}

export function diagnosisOf(body: Body, name: string): string {
  const value = body[name]
  if (!isDiagnosis(value)) throw wrong(name, 'is a code of MKB-10: a letter and two digits, perhaps a point and one or two more')
  return value
}

export function careOf(body: Body, name: string): Care {
  const care = bodyOf(body[name], ['born', 'isChild', 'isSevere'])
  const born = care['born']
  if (!isDay(born)) throw wrong(`${name}.born`, 'is a day, written 2026-03-31')
  return { born, isChild: flagOf(care, 'isChild'), isSevere: flagOf(care, 'isSevere') }
}
