import { type DerivedKey, derivedKey } from '../../platform/derived-key.ts'
import type { Keys } from '../../platform/keys.ts'

/** The key that the centre signs receipts, answers and seals with. */
export type CentreKey = DerivedKey

export const centreKey = (keys: Keys): CentreKey => derivedKey(keys, 'bus/centre')
