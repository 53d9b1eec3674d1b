import { jmbgCheckDigit, mod1110CheckDigit } from './check-digits.ts'

/** The verdict on one number. Its sentences never repeat the number, because they end in answers, logs and audit. */
export type Check = {
  ok: boolean
  warnings: Warning[]
  reason?: string
  hint?: string
}

export type Warning = 'JMBG_REGION_UNKNOWN' | 'JMBG_CONTROL_TEN' | 'JMBG_AGE_OVER_120' | 'EBS_UNCHECKED' | 'MB_CHECKSUM'

export const accept = (...warnings: Warning[]): Check => ({ ok: true, warnings })
export const reject = (reason: string, hint: string): Check => ({ ok: false, warnings: [], reason, hint })

/**
 * Checks the number of a foreigner. We did not find its official format, so the policy is: thirteen digits. A number that also passes the control of
 * a JMBG is certain, any other is taken with a warning. An EBS is never read as a JMBG.
 */
export function checkEbs(text: string): Check {
  if (!/^\d{13}$/.test(text)) return reject('EBS must be exactly 13 digits', 'Send the number as written on the foreigner’s document, without spaces.')
  if (/^0+$/.test(text)) return reject('EBS cannot be all zeros', 'Leave the identifier out when the person has no EBS.')
  return jmbgCheckDigit(text) === Number(text[12]) ? accept() : accept('EBS_UNCHECKED')
}

/** Takes text, because leading zeros matter. Whether the insurance is valid is asked from the register and never read from the number. */
export function checkLbo(text: string): Check {
  if (!/^\d{11}$/.test(text)) return reject('LBO must be exactly 11 digits', 'Send the insured person’s number printed on the health card, without spaces.')
  if (/^0+$/.test(text)) return reject('LBO cannot be all zeros', 'Leave the identifier out when the person is not insured.')
  return accept()
}

/** The official form of the LZB is not published yet, so length, form and check digit are settings; see domain ekarton, section 10. */
export type LzbPolicy = { length: number; pattern: string; check: 'mod11-10' | 'none' }

export const lzbPolicyDefault: LzbPolicy = { length: 11, pattern: '^[1-9][0-9]*$', check: 'mod11-10' }

export const lzbPolicyOf = (config: { LZB_LENGTH: number; LZB_CHECK: string }): LzbPolicy => ({
  ...lzbPolicyDefault,
  length: config.LZB_LENGTH,
  check: config.LZB_CHECK === 'none' ? 'none' : 'mod11-10',
})

export function checkLzb(text: string, policy: LzbPolicy = lzbPolicyDefault): Check {
  const hint = 'Send the LZB exactly as the centre returned it; local software never makes one.'
  if (text.length !== policy.length) return reject(`LZB must have ${policy.length} characters`, hint)
  if (!new RegExp(policy.pattern).test(text)) return reject('LZB does not have the required form', hint)
  if (policy.check === 'mod11-10' && mod1110CheckDigit(text.slice(0, -1)) !== Number(text.at(-1))) {
    return reject('the check digit of the LZB does not match', hint)
  }
  return accept()
}
