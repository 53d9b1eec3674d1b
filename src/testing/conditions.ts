import type { Extracted } from '../fhir/fhir.ts'
import type { Condition } from '../fhir/search/narrowing.ts'

/** Whether an extracted value satisfies a condition, as the search slice promises that a store decides it. */
export function satisfies(condition: Condition, one: Extracted): boolean {
  switch (condition.is) {
    case 'token':
      return (
        one.kind === 'token' &&
        (condition.system === undefined || condition.system === one.system) &&
        (condition.value === undefined || condition.value.toLowerCase() === one.value?.toLowerCase())
      )
    case 'identifier':
      return (
        one.kind === 'reference' &&
        (condition.system === undefined || condition.system === (one.system ?? null)) &&
        (condition.value === undefined || condition.value === one.value)
      )
    case 'string':
      return one.kind === 'string' && (condition.how === 'starts' ? one.value.startsWith(condition.value) : one.value.includes(condition.value))
    case 'reference':
      return one.kind === 'reference' && condition.literals.includes(one.reference ?? '')
    case 'uri':
      return one.kind === 'uri' && one.value === condition.value
    case 'uri-below':
      return one.kind === 'uri' && one.value.startsWith(condition.value)
    case 'ids':
      return one.kind === 'token' && condition.ids.includes(one.value ?? '')
    case 'sounds':
      return one.kind === 'sounds' && condition.near.every((forms) => one.near.some((heard) => heard.some((form) => forms.includes(form))))
    case 'words':
      return one.kind === 'words' && condition.words.every((word) => one.text.includes(` ${word} `))
    default: {
      if (one.kind !== 'date' && one.kind !== 'number' && one.kind !== 'quantity') return false
      const { lowFrom = -Infinity, lowTo = Infinity, highFrom = -Infinity, highTo = Infinity } = condition
      return one.low >= lowFrom && one.low <= lowTo && one.high >= highFrom && one.high <= highTo
    }
  }
}
