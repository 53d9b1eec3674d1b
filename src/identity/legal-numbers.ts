import { accountCheckDigits, mbCheckDigit, mod1110CheckDigit } from './check-digits.ts'
import { accept, reject, type Check } from './numbers.ts'

/** The tax number of a legal person: 8 digits from 10000001 up and an ISO 7064 MOD 11,10 check digit. */
export function checkPib(text: string): Check {
  if (!/^\d{9}$/.test(text)) return reject('PIB must be exactly 9 digits', 'Send the tax number without spaces.')
  if (Number(text.slice(0, 8)) < 10_000_001) return reject('PIB is below the first number ever issued', 'Check the leading digits.')
  if (mod1110CheckDigit(text.slice(0, 8)) !== Number(text[8])) {
    return reject('the check digit of the PIB does not match', 'One digit is wrong or two are swapped.')
  }
  return accept()
}

/** The registration number of a legal person. Its check digit is known from trials only, so a mismatch warns and does not reject. */
export function checkMb(text: string): Check {
  if (!/^\d{8}$/.test(text)) return reject('MB must be exactly 8 digits', 'Send the registration number as text, with its leading zeros.')
  return mbCheckDigit(text) === Number(text[7]) ? accept() : accept('MB_CHECKSUM')
}

/** `840-4848-37`, or the same in 18 digits: bank, account padded to 13 digits, control. */
export function checkAccount(text: string): Check {
  const [, bank = '', account = '', control = ''] = /^(\d{3})-(\d{1,13})-(\d{2})$/.exec(text) ?? /^(\d{3})(\d{13})(\d{2})$/.exec(text) ?? []
  if (bank === '') return reject('an account number is 3 digits of the bank, up to 13 of the account and 2 of control', 'Write it as 840-4848-37.')
  if (accountCheckDigits(bank + account.padStart(13, '0')) !== control) {
    return reject('the control digits of the account do not match', 'One digit is wrong or two are swapped.')
  }
  return accept()
}
