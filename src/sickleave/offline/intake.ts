import { type Delivery, inboxes, type Intake, type Sender } from '../../bus/bus.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import { loadRules } from '../case-store.ts'
import { giveBack, setAside } from '../document/numbers.ts'
import { type Body, bodyOf, countOf, uuidOf } from '../read-body.ts'
import { dayAt } from '../rules/days.ts'
import { type About, acceptCertificate, institutionOf } from './accept.ts'
import { noteOffline } from './offline-store.ts'

// What edges send: certificates issued without a connection, wishes for numbers, and numbers that are given back.

const inbox = inboxes.sickleave
const batch = 50
const [idleMs, troubledMs] = [1000, 1000]

export const startOfflineIntake = (world: World): (() => Promise<void>) =>
  inbox.start(world, { takeSome: takeOffline, idleMs, troubledMs, trouble: 'certificates of edges could not be taken; tried again in a moment' })

/** Answers how many deliveries it looked at. */
export const takeOffline = (world: World): Promise<number> => inbox.takeSome(world, batch, (delivery) => inbox.takeOne(world, delivery, intakeOf(world)))

/** The intake of one delivery. What it learns about a certificate while judging it is stored with the refusal. */
function intakeOf(world: World): Intake {
  let about: About | null = null
  return {
    async act(delivery) {
      const sender = await inbox.senderOf(world, delivery)
      if (!sender) throw new Refusal('forbidden', 'the system that sent this is known no more')
      await act(world, delivery, sender, (known) => (about = known))
    },
    async note(tx, { message }, refusal) {
      if (about) await noteOffline(tx, message, about, world.now(), refusal)
    },
    words: { one: 'a certificate', whose: 'a certificate of an edge', within: 'an error inside the centre' },
  }
}

async function act(world: World, delivery: Delivery, sender: Sender, learn: (about: About) => void): Promise<void> {
  const body = contentsOf(delivery)
  const { certificate, wish, back } = bodyOf(body, ['certificate', 'wish', 'back'])
  if (certificate !== undefined) return acceptCertificate(world, delivery, sender, certificate, learn)
  if (wish !== undefined) return grantNumbers(world, delivery, sender, wish)
  return takeBack(world, delivery, sender, back)
}

function contentsOf({ body }: Delivery): unknown {
  if (body === null) throw new Refusal('gone', 'the contents of the message are not kept any more')
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch {
    throw new Refusal('incorrect', 'the message is not JSON')
  }
}

/** With the numbers the edge gets the limits of that day, so that it refuses at once what the centre would refuse days later. */
async function grantNumbers(world: World, delivery: Delivery, sender: Sender, given: unknown): Promise<void> {
  const wish = bodyOf(given, ['id', 'year', 'count'])
  const [id, year, count] = [uuidOf(wish, 'id'), countOf(wish, 'year'), countOf(wish, 'count')]
  const institution = institutionOf(sender)
  const at = world.now()
  const today = dayAt(at)
  if (![0, 1].includes(year - Number(today.slice(0, 4))))
    throw new Refusal('incorrect', 'numbers are given for this year or the next', { expression: 'wish.year' })
  const rules = await loadRules(world.sql)
  const limits = {
    back: rules.on('issue.back', today),
    ahead: rules.on('issue.ahead', today),
    days: rules.on('doctor.days', today),
    daysException: rules.on('doctor.days-exception', today),
  }
  const wake = await world.ledger.transaction(async (tx) => {
    const block = await setAside(tx, world.keys, institution, year, { id, count, client: sender.client ?? sender.code, at })
    await inbox.take(world, tx, delivery)
    return inbox.answer(world, tx, delivery, 'numbers', { block: { ...block, year }, limits })
  })
  wake()
}

async function takeBack(world: World, delivery: Delivery, sender: Sender, given: unknown): Promise<void> {
  const back: Body = bodyOf(given, ['block', 'next'])
  const [block, next] = [uuidOf(back, 'block'), back['next']]
  if (typeof next !== 'string' || next.length > 40) throw new Refusal('incorrect', 'next is the first number that nobody has', { expression: 'back.next' })
  await world.ledger.transaction(async (tx) => {
    await giveBack(tx, { block, next, client: sender.client ?? sender.code, at: world.now() })
    await inbox.take(world, tx, delivery)
  })
}
