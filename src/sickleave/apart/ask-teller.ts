import { outgoing } from '../../bus/bus.ts'
import { exchange } from '../../platform/exchange.ts'
import { contentDigest } from '../../platform/http-signature.ts'
import { uuidV4 } from '../../platform/uuid.ts'
import type { World } from '../../platform/world.ts'
import type { Push } from '../employer/wire.ts'
import { heads } from './house.ts'
import { employersAway, houseSecret } from './pass.ts'
import { type Code, mailNow, type Post, postNow } from './say-now.ts'

// Messages of the record's process to an address that an employer has just named: the signed test of a webhook, the code for an e-mail. This process
// composes both and lets the employers' process open the connection.

const patienceMs = 45_000
const test: Push = { pib: '', after: 0, next: 0, events: [] }

/** Whether the address answers 2xx to a signed test. */
export async function answersTest(world: World, address: string): Promise<boolean> {
  const body = JSON.stringify(test)
  const said = { 'content-type': 'application/json', 'spona-delivery': uuidV4(world), 'spona-test': 'true' }
  const headers = outgoing.sign(world, new URL(address), 'POST', said, contentDigest(Buffer.from(body)))
  const post = { address, headers, body }
  return world.employersSide === undefined ? postNow(world, post) : askTeller(world, '/post', post)
}

/** Whether the mail server took the code. Without a mail server mails are files in DATA_DIR, which only this process writes. */
export async function mailCode(world: World, code: Code): Promise<boolean> {
  return world.employersSide === undefined || world.config.SMTP_URL === '' ? mailNow(world, code) : askTeller(world, '/mail', code)
}

async function askTeller(world: World, path: string, given: Post | Code): Promise<boolean> {
  const { origin, tls, ready } = world.employersSide as NonNullable<World['employersSide']>
  await ready
  const body = Buffer.from(JSON.stringify(given))
  const headers = { [heads.house]: houseSecret(world), 'content-type': 'application/json', 'content-length': String(body.length) }
  const answer = await exchange({ origin, tls, method: 'POST', path: `/teller${path}`, headers, body, timeoutMs: patienceMs }).catch((error: unknown) => {
    throw employersAway(world, error)
  })
  if (answer.status !== 200) throw employersAway(world, new Error(`answered ${answer.status}`))
  return (JSON.parse(answer.body.toString()) as { isTaken: boolean }).isTaken
}
