import { hash, timingSafeEqual } from 'node:crypto'

const sha256 = (text: string) => hash('sha256', text, 'buffer')

/** Compares in constant time. Digests are compared, so that the time does not even tell the length. */
export const isSame = (one: string, other: string): boolean => timingSafeEqual(sha256(one), sha256(other))
