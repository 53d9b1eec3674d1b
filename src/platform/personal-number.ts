import { withoutUuids } from './uuid.ts'

/** JMBG and EBS have 13 digits, LBO and LZB 11: so many in a row may be somebody's number, and the digits of an UUID are nobody's. */
const shape = /(?<!\d)\d{11}(?:\d{2})?(?!\d)/g

export const mayHoldNumber = (text: string): boolean => withoutUuids(text).search(shape) >= 0

export const maskNumbers = (text: string): string => text.replaceAll(shape, '•••')
