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

// The door of identity: which person is this. Personal numbers never leave it except as answers to an audited question.
export type { Filed, Filing } from './file-chart.ts'
export { fileCharts } from './file-charts.ts'
export { type Header, headers } from './headers.ts'
export { newKey } from './issue.ts'
export { keySetRows, keySets, keysOfNumber, type Known, personOf } from './keys.ts'
export { type CentralPerson, type RegisteredPerson, registerPeople } from './register-people.ts'

/** What the server hands to the page of looks and to the sign-in, and starts beside. */
export const forServer = { resolvePerson, citizenOf, startTellingAnswers }

/** The national numbers, checked as the law's texts say, and how their check digits are made. */
export const numbers = {
  ofPatient: numbersOf,
  /** For a document that the law wants the number on; the caller has written the look. */
  inClear,
  /** For registers and lists that name people by number; whom they lead to stays inside. */
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
