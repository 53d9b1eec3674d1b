import { hash } from 'node:crypto'

// Codes that stand on paper and are typed by people.

/** Without letters and digits that are taken for one another. 26 of 32 are 130 bits: nobody finds one by trying. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const codeLetters = 26

export const letterCode = (bytes: Uint8Array): string => Array.from({ length: codeLetters }, (_, at) => alphabet[(bytes[at] as number) & 31]).join('')

/** The code of a text that is known to nobody who is not to know the code: two sides that have the text need not tell it to each other. */
export const letterCodeOfText = (text: string): string => letterCode(hash('sha256', text, 'buffer'))

/** As it is printed and typed: in groups, in any case, O for 0, I and L for 1. */
export const spacedCode = (code: string): string => code.replace(/(.{5})(?=.)/g, '$1-')
export const readCode = (typed: string): string | null => {
  const code = typed.toLowerCase().replace(/[-\s]/g, '').replace(/o/g, '0').replace(/[il]/g, '1')
  return code.length === codeLetters && [...code].every((letter) => alphabet.includes(letter)) ? code : null
}
