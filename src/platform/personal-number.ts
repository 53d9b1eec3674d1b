import { withoutUuids } from './uuid.ts'

/** JMBG and EBS have 13 digits, LBO and LZB 11. Any run of so many digits may be somebody's number; the digits of a UUID are not. */
const shape = /(?<!\d)\d{11}(?:\d{2})?(?!\d)/g

export const mayHoldNumber = (text: string): boolean => withoutUuids(text).search(shape) >= 0

const date = /(?<!\d)\d{1,2}\. ?\d{1,2}\. ?\d{4}(?!\d)/g

/** Whether a sentence may hold somebody's number, also one written in groups: `0101 985 710 018`. Dates are none. */
export const mayTellNumber = (text: string): boolean => /\d{11}/.test(withoutUuids(text).replaceAll(date, 'date').replace(/[ .-]/g, ''))

export const maskNumbers = (text: string): string => text.replaceAll(shape, '•••')
