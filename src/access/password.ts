import { argon2 as argon2Callback, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { Refusal } from '../platform/refusal.ts'

// OWASP's second choice for argon2id: 19 MiB, two passes, one lane; about 40 ms on the reference machine.
const cost = { memory: 19_456, passes: 2, parallelism: 1 }
const tagLength = 32
const passwordBytesMax = 256
// Each check holds 19 MiB; more at once than this is somebody trying to exhaust the server.
const checksAtOnceMax = 8
let checksNow = 0

const argon2 = promisify(argon2Callback)

const hash = (password: string, salt: Buffer, how = cost) =>
  argon2('argon2id', { message: Buffer.from(password, 'utf8'), nonce: salt, tagLength, ...how }) as Promise<Buffer>

/** A PHC string. The salt is not from the World's seed: a secret must not repeat when a run is replayed. */
export async function hashPassword(password: string): Promise<string> {
  if (password.length === 0 || Buffer.byteLength(password) > passwordBytesMax) throw new Refusal('incorrect', 'a password has 1 to 256 bytes')
  const salt = randomBytes(16)
  const tag = await hash(password, salt)
  const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${text(salt)}$${text(tag)}`
}

const phc = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/
const nobodySalt = Buffer.alloc(16, 1)

/** Takes as long for an account that does not exist (`stored` is null), so the time tells nothing. */
export async function isPassword(stored: string | null, given: string): Promise<boolean> {
  if (Buffer.byteLength(given) > passwordBytesMax) return false
  if (checksNow >= checksAtOnceMax) throw new Refusal('busy', 'too many people sign in at this moment', { retryAfterSeconds: 1 })
  checksNow++
  try {
    const [, memory, passes, parallelism, salt, tag] = phc.exec(stored ?? '') ?? []
    if (!salt || !tag) {
      await hash(given, nobodySalt)
      return false
    }
    const how = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }
    const found = await hash(given, Buffer.from(salt, 'base64'), how)
    const expected = Buffer.from(tag, 'base64')
    return expected.length === found.length && timingSafeEqual(found, expected)
  } finally {
    checksNow--
  }
}
