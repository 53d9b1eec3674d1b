import { citizenOf } from './citizen-of.ts'
import { accountCheckDigits, jmbgCheckDigit, mbCheckDigit, mod1110CheckDigit } from './check-digits.ts'
import { holdersOf } from './keys.ts'
import { numbersOf } from './file-chart.ts'
import { checkJmbg } from './jmbg.ts'
import { startTellingAnswers } from './look-report-mail.ts'
import { resolvePerson } from './resolve-looks.ts'
import { checkAccount, checkMb, checkPib } from './legal-numbers.ts'
import { inClear } from './reveal-number.ts'
import { checkEbs, checkLbo, checkLzb } from './numbers.ts'

// The door of identity, which answers who a person is. Personal numbers leave it only as answers to an audited question.
export type { Filed, Filing } from './file-chart.ts'
export { fileCharts } from './file-charts.ts'
export { type Header, headers } from './headers.ts'
export { newKey } from './issue.ts'
export { keySetRows, keySets, keysOfNumber, type Known, personOf } from './keys.ts'
export { type CentralPerson, type RegisteredPerson, registerPeople } from './register-people.ts'

/** For the server: what the page of looks and the sign-in need, and the job that runs beside the server. */
export const forServer = { resolvePerson, citizenOf, startTellingAnswers }

/** The national numbers: their checks as the law defines them, and how their check digits are made. */
export const numbers = {
  ofPatient: numbersOf,
  /** For a document on which the law wants the number; the caller has written the look. */
  inClear,
  /** For registers and lists that name people by number. The people whom the numbers lead to are not shown outside. */
  holdersOf,
  checkJmbg,
  checkEbs,
  checkLbo,
  checkLzb,
  checkPib,
  checkMb,
  checkAccount,
  jmbgCheckDigit,
  mod1110CheckDigit,
  mbCheckDigit,
  accountCheckDigits,
}
