import { createHmac } from 'node:crypto'
import type { World } from '../platform/world.ts'

/**
 * A personal number as registry may keep it: enough to recognise it again, useless without the key outside the database.
 * The key is registry's own, so its rows cannot be joined with the numbers that identity keeps.
 */
export function numberHash(world: World, kind: 'jmbg' | 'ebs' | 'lbo', number: string): Buffer {
  return createHmac('sha256', world.keys.derive('registry-numbers', 32)).update(`${kind}:${number}`).digest()
}
