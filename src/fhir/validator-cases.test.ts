import assert from 'node:assert/strict'
import { test } from 'node:test'
import { corpus, preparedFhir } from '../testing/fhir.ts'
import { judge, type ValidatorCase, validatorCases } from '../testing/validator-cases.ts'

const fhir = preparedFhir()
const { skip } = corpus('fhir-validator-cases')

type Group = { name: string; format: 'json' | 'xml'; isIn(one: ValidatorCase): boolean; caughtMin: number; acceptedMin: number }

// The cases that are missed need terminologies that are not free (LOINC, SNOMED CT, CVX), packages that the case does not bring, or an option that a
// server does not have; others only report a wrong display. Cases that an option decides have the same file twice, with two verdicts: the first group
// leaves them out.
const groups: Group[] = [
  {
    name: 'self-contained JSON',
    format: 'json',
    isIn: (one) => one.isSelfContained && one.check === 'base' && !one.isDecidedByOption,
    caughtMin: 0.97,
    acceptedMin: 1,
  },
  { name: 'self-contained XML', format: 'xml', isIn: (one) => one.isSelfContained && one.check === 'base', caughtMin: 0.95, acceptedMin: 1 },
  { name: 'JSON with supporting files', format: 'json', isIn: (one) => !one.isSelfContained && one.check === 'base', caughtMin: 0.86, acceptedMin: 0.96 },
  { name: 'JSON against a profile', format: 'json', isIn: (one) => one.check === 'profile' && one.profileUrl === undefined, caughtMin: 1, acceptedMin: 1 },
  { name: 'XML against a profile', format: 'xml', isIn: (one) => one.check === 'profile' && one.profileUrl === undefined, caughtMin: 0.85, acceptedMin: 0.93 },
]

for (const { name, format, isIn, caughtMin, acceptedMin } of groups) {
  test(`the reference validator is agreed with: ${name}`, { skip }, (t) => {
    const all = validatorCases(format).filter(isIn)
    const isRefused = (one: ValidatorCase) => judge(fhir, one).some(({ severity }) => severity === 'error')
    const invalid = all.filter((one) => one.isInvalid)
    const valid = all.filter((one) => !one.isInvalid)
    const caught = invalid.filter(isRefused).length / invalid.length
    const accepted = valid.filter((one) => !isRefused(one)).length / valid.length
    const percent = (share: number) => `${(share * 100).toFixed(1)} %`
    t.diagnostic(`caught ${percent(caught)} of ${invalid.length} invalid cases, accepted ${percent(accepted)} of ${valid.length} valid ones`)
    assert.ok(caught >= caughtMin, percent(caught))
    assert.ok(accepted >= acceptedMin, percent(accepted))
  })
}
