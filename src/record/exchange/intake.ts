import type { AuditedTransaction } from '../../audit/audit.ts'
import { access } from '../../access/access.ts'
import { inboxes, type Delivery, type Intake } from '../../bus/bus.ts'
import { parseJson, type Resource } from '../../fhir/fhir.ts'
import { baseUrl } from '../../platform/config.ts'
import { createTurns, type Turns } from '../../platform/turns.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import type { Asking } from '../asking.ts'
import { noteRefused } from '../completeness/refused.ts'
import { runBundle, sharing } from '../http/bundle.ts'
import { runTogether, type Sharer } from '../write/transaction.ts'

/**
 * Documents that come over the bus, with the same safety as POST /fhir: scopes, validation, access, audit. The delivery is accepted in the
 * transaction that writes the document, so it takes effect once however often it is handed out. A refused document goes back to its sender with the
 * outcome.
 */
const inbox = inboxes.record
/** How many deliveries each hand leases at once: while the database writes those of one hand, another reads and validates. */
const batch = 100
const hands = 3
const idleMs = 100
const troubledMs = 1000
const slowAttempts = 5

export const startIntake = (world: World): (() => Promise<void>) =>
  inbox.start(world, { takeSome: takeIn, hands, idleMs, troubledMs, trouble: 'documents of the bus could not be taken in; tried again in a moment' })

/** Answers how many deliveries it looked at. */
export const takeIn = (world: World): Promise<number> => inbox.takeSomeTogether(world, batch, intakeOf(world), (deliveries) => takeTogether(world, deliveries))

const intakeOf = (world: World): Intake => ({
  async act(delivery) {
    const asking = await askingOf(world, delivery)
    const bundle = () => transactionOf(delivery)
    const minimal = { give: 'minimal', lenient: false, isGiven: true } as const
    await runBundle(asking, bundle, minimal, async () => {
      throw new Refusal('incorrect', 'only reads and writes of resources come over the bus')
    })
  },
  // A document that took too long may have met a busy hour: it is tried a few times before its sender is told that it costs too much.
  mayPass: ({ issues }, { attempts }) => attempts < slowAttempts && issues?.some(({ code }) => code === 'too-costly') === true,
  async note(tx, { message }, refusal, institution) {
    if (institution !== null) await noteRefused(world, tx, institution, message, refusal)
  },
  words: { one: 'a document', whose: 'a document of the bus', within: 'an error inside the record' },
})

/**
 * Takes documents of different people in one transaction. A wrong or large document, or one that does more than write, is taken alone, like any
 * request.
 */
async function takeTogether(world: World, deliveries: readonly Delivery[]): Promise<('done' | 'alone' | 'again')[]> {
  const endTurn = await turnsOf(world).enter()
  try {
    return await decideAndWrite(world, deliveries, endTurn)
  } finally {
    endTurn()
  }
}

const turns = new WeakMap<World['sql'], Turns>()

/** One hand reads and judges while the others write or fetch, so that its data are in memory only for a moment, and not as long as all hands work. */
function turnsOf({ sql }: World): Turns {
  let known = turns.get(sql)
  if (!known) {
    const hint = 'It is tried again by itself.'
    turns.set(sql, (known = createTurns({ atOnce: 1, waitingMax: batch * hands, waitMs: 60_000, what: 'other documents of the bus are being judged', hint })))
  }
  return known
}

async function decideAndWrite(world: World, deliveries: readonly Delivery[], isDecided: () => void): Promise<('done' | 'alone' | 'again')[]> {
  const askers = new Map<string, Promise<Asking>>()
  const fates: ('done' | 'alone' | 'again')[] = deliveries.map(() => 'alone')
  const sharers: (Sharer & { at: number })[] = []
  for (const [at, delivery] of deliveries.entries()) {
    const sharer = await sharerOf(world, delivery, askers)
    if (sharer) sharers.push({ ...sharer, at })
  }
  if (sharers.length < 2) return fates
  for (const { at } of sharers) fates[at] = 'again'
  const placeOf = (nth: number) => (sharers[nth] as { at: number }).at
  const also = (tx: AuditedTransaction, places: readonly number[]) =>
    inbox.takeAll(
      world,
      tx,
      places.map((nth) => deliveries[placeOf(nth)] as Delivery),
    )
  const done = await runTogether(world, sharers, also, isDecided)
  for (const nth of done) fates[placeOf(nth)] = 'done'
  return fates
}

/** A larger document fills a transaction by itself; the limit saves reading it twice to find that out. */
const sharedBytesMax = 100_000

async function sharerOf(world: World, delivery: Delivery, askers: Map<string, Promise<Asking>>): Promise<Sharer | null> {
  if (delivery.body === null || delivery.body.length > sharedBytesMax) return null
  try {
    const client = String(await inbox.clientOf(world, delivery))
    let asking = askers.get(client)
    if (!asking) askers.set(client, (asking = askingOf(world, delivery)))
    const { inTransaction: _, ...asked } = await asking
    return sharing({ ...asked, correlation: delivery.message }, () => transactionOf(delivery))
  } catch (error) {
    // Taken alone, it gets its own refusal.
    if (error instanceof Refusal) return null
    throw error
  }
}

async function askingOf(world: World, delivery: Delivery): Promise<Asking> {
  const client = await inbox.clientOf(world, delivery)
  const actor = client === null ? null : await access.systemOf(world.sql, client)
  if (!actor) throw new Refusal('forbidden', 'the system that sent this is known no more')
  return {
    world,
    actor,
    correlation: delivery.message,
    base: `${baseUrl(world.config)}/fhir`,
    purpose: 'health-care',
    inTransaction: (tx) => inbox.take(world, tx, delivery),
  }
}

/** A transaction is run as it is; a document is filed whole, as a Bundle of the record. */
function transactionOf(delivery: Delivery): Resource {
  const type = inbox.contentTypeOf(delivery)
  if (!/^application\/(?:fhir\+)?json\b/.test(type)) throw new Refusal('unsupported', 'the record takes application/fhir+json', { expression: 'content-type' })
  if (delivery.body === null) throw new Refusal('gone', 'the contents of the message are not kept any more')
  const bundle = parseJson(delivery.body.toString('utf8')) as Resource
  const kind = bundle !== null && typeof bundle === 'object' && bundle.resourceType === 'Bundle' ? bundle['type'] : undefined
  if (kind === 'transaction') return bundle
  if (kind === 'document') return { resourceType: 'Bundle', type: 'transaction', entry: [{ resource: bundle, request: { method: 'POST', url: 'Bundle' } }] }
  throw new Refusal('unprocessable', 'the record takes Bundles of the type transaction or document', { expression: 'Bundle.type' })
}
