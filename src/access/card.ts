import { Refusal } from '../platform/refusal.ts'
import type { Transaction, World } from '../platform/world.ts'
import { keyedHash } from './sealed.ts'

/**
 * The simulated health card. In earnest a reader proves that the card is in the slot; here the holder's page shows a code that
 * works once and for five minutes. Only its keyed hash is kept.
 */
export const cardMinutes = 5
const letters = '23456789ABCDEFGHJKMNPQRSTVWXYZ' // no 0 O 1 I L U: people read it aloud
const codeLength = 8

/** A new code for the person of these keys; it leaves this function only once. */
export async function issueCardProof(tx: Transaction, world: World, keys: readonly number[]): Promise<{ code: string; until: Date }> {
  if (keys.length === 0) throw new Refusal('incorrect', 'a card belongs to somebody')
  const code = randomCode(world)
  const until = new Date(world.now().getTime() + cardMinutes * 60_000)
  await tx`
    insert into access.card_proof (patient, code_hash, keys, expires_at)
    values (${keys[0]}, ${hashOf(world, code)}, ${[...keys]}::int8[], ${until})`
  return { code, until }
}

/** The keys the code stands for. It is used up together with what the transaction does: a refused visit gives it back. */
export async function useCardProof(tx: Transaction, world: World, code: string): Promise<number[]> {
  const now = world.now()
  const plain = code.toUpperCase().replace(/[\s-]/g, '').slice(0, 40)
  const [used] = await tx<{ keys: number[] }>`
    update access.card_proof set used_at = ${now}
     where code_hash = ${hashOf(world, plain)} and used_at is null and expires_at > ${now}
 returning keys`
  if (!used)
    throw new Refusal('forbidden', 'this card proof is not valid, was used already, or is older than five minutes', {
      hint: 'Let the patient put the card in again.',
    })
  return used.keys
}

const hashOf = (world: World, code: string) => keyedHash(world, 'card', code)

/** Every letter equally likely: bytes beyond the last full round of the alphabet are thrown away. */
function randomCode(world: World): string {
  const fair = 256 - (256 % letters.length)
  let code = ''
  while (code.length < codeLength) {
    for (const byte of world.random(codeLength)) if (byte < fair && code.length < codeLength) code += letters[byte % letters.length]
  }
  return code
}
