import { hkdfSync } from 'node:crypto'
import type { World } from '../../platform/world.ts'
import type { Day } from '../rules/days.ts'

/** Each share has a key of its own: it opens no other share and nothing of the medical part. */
export const keyOfShare = ({ keys }: Pick<World, 'keys'>, share: string): Buffer =>
  Buffer.from(hkdfSync('sha256', keys.derive('sickleave-shares'), share, 'sick leave share', 32))

/** What the employer reads. */
export type Shared = { diagnosis: string; until: Day | null }

export const sharedPlace = (known: string, employer: number) => `shared ${known} ${employer}`
