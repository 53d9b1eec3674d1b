import { hash } from 'node:crypto'

// Codes that stand on paper and are typed by people.

/** No letter looks like a digit or another letter. 26 characters out of 32 are 130 bits: nobody finds a code by trying. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const codeLetters = 26

export const letterCode = (bytes: Uint8Array): string => Array.from({ length: codeLetters }, (_, at) => alphabet[(bytes[at] as number) & 31]).join('')

/** The code of a secret text: two sides that both have the text work out the same code and need not send it. */
export const letterCodeOfText = (text: string): string => letterCode(hash('sha256', text, 'buffer'))

/** As it is printed and typed: in groups, in any case, O for 0, I and L for 1. */
export const spacedCode = (code: string): string => code.replace(/(.{5})(?=.)/g, '$1-')
export const readCode = (typed: string): string | null => {
  const code = typed.toLowerCase().replace(/[-\s]/g, '').replace(/o/g, '0').replace(/[il]/g, '1')
  return code.length === codeLetters && [...code].every((letter) => alphabet.includes(letter)) ? code : null
}
