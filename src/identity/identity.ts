// The door of identity: which person is this. Personal numbers never leave it except as answers to an audited question.

export { checkJmbg } from './jmbg.ts'
export { checkAccount, checkMb, checkPib } from './legal-numbers.ts'
export { checkEbs, checkLbo, checkLzb } from './numbers.ts'
export { fileChart } from './file-chart.ts'
export { newKey } from './issue.ts'
export { keySets, keysOfNumber, personOf } from './keys.ts'
export { registerPeople } from './register-people.ts'
