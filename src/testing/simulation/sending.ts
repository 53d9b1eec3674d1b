import assert from 'node:assert/strict'
import { contentDigest } from '../../platform/http-signature.ts'
import { batchOf, type BatchMessage } from '../bus-member.ts'
import { recordMember } from '../../bus/members/directory.ts'
import { ask, chance, hearersOf, isAsExpected, isTimely, maySend, nameOf, type Run, say } from './run.ts'
import type { Letter, Signed, System } from './system.ts'

/** A letter from anybody to anybody, allowed or not. */
export function write(run: Run, from = run.random.pick(run.systems)): Letter {
  const { random, systems } = run
  const dice = random.below(100)
  const other = random.pick(systems.filter((one) => one !== from))
  const to = dice < 60 ? `${other.code}/box` : dice < 75 ? `${from.code}/news` : dice < 80 ? `${other.code}/news` : 'record/documents'
  const id = `n-${run.letters.length}`
  const isWrong = to === 'record/documents' && chance(run, 20)
  const body = to === 'record/documents' ? visit(`${from.code} ${id}`, isWrong) : JSON.stringify({ from: from.code, id })
  const letter: Letter = {
    id,
    from,
    to,
    body: Buffer.from(body),
    key: chance(run, 75) ? `k${random.below(3)}` : null,
    document: chance(run, 40) ? `d${random.below(3)}` : null,
    isWrong,
    message: null,
    hasReceipt: false,
    guesses: [],
    recipients: [],
  }
  run.letters.push(letter)
  return letter
}

/** A patient and a finding, as a system sends them; wrong ones have a status that R4 does not know. */
export function visit(family: string, isWrong: boolean): string {
  const entry = (fullUrl: string, resource: object & { resourceType: string }) => ({
    fullUrl,
    resource,
    request: { method: 'POST', url: resource.resourceType },
  })
  const finding = { resourceType: 'Observation', status: isWrong ? 'done' : 'final', code: { text: 'Hb' }, subject: { reference: 'urn:uuid:1' } }
  return JSON.stringify({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      entry('urn:uuid:1', { resourceType: 'Patient', name: [{ family }] } as never),
      entry('urn:uuid:2', { ...finding, subject: { reference: 'urn:uuid:1' } } as never),
    ],
  })
}

export function seal(run: Run, letter: Letter): Signed {
  return letter.from.sign(run.centre.world, {
    url: '/bus/messages',
    body: letter.body,
    headers: {
      'content-type': typeOf(letter.to),
      'bus-to': letter.to,
      'bus-message-id': letter.id,
      ...(letter.key === null ? {} : { 'bus-key': letter.key }),
      ...(letter.document === null ? {} : { 'bus-document': letter.document }),
    },
  })
}

/** The network has the letter: it is lost, or arrives now, later or twice. */
export async function post(run: Run, letter: Letter): Promise<void> {
  const signed = seal(run, letter)
  const dice = run.isHealed ? 0 : run.random.below(100)
  if (dice >= 95) return say(run, `${letter.id} is lost`)
  if (dice >= 82) run.later.push({ letter, signed })
  if (dice < 90) await arrive(run, letter, signed)
}

/** The letter is at the centre; the answer may be lost on its way back. */
export async function arrive(run: Run, letter: Letter, signed: Signed): Promise<void> {
  const { from, to } = letter
  const expected = expectedOf(run, letter, signed)
  const guess = hearersOf(run, from, to)
  const reply = await ask(run, signed)
  if (!isAsExpected(run, reply, expected, `${letter.id} from ${nameOf(run, from)} to ${to.replace(/^[^/]*/, (code) => shortened(run, code))}`)) {
    letter.guesses.push(guess)
    return
  }
  if (expected === 202) await receive(run, letter, reply.body, guess)
}

type Receipt = { message: string; messageId: string; digest: string }

async function receive(run: Run, letter: Letter, receipt: Receipt, guess: System[]): Promise<void> {
  assert.equal(receipt.messageId, letter.id)
  assert.equal(receipt.digest, contentDigest(letter.body))
  if (letter.message !== null) assert.equal(receipt.message, letter.message, 'the same number is the same message')
  else await taken(run, letter, receipt.message, [...letter.guesses, guess])
  if (run.isHealed || !chance(run, 10)) letter.hasReceipt = true
}

const newInBatchMax = 5

/** Several letters under one signature, new ones and some whose receipt nobody heard. The centre takes all of them that may pass, or none. */
export async function postBatch(run: Run): Promise<void> {
  const from = run.random.pick(run.systems)
  const unheard = run.letters.filter((one) => one.from === from && !one.hasReceipt).slice(0, newInBatchMax)
  const letters = [...unheard, ...Array.from({ length: 1 + run.random.below(newInBatchMax) }, () => write(run, from))]
  const signed = from.sign(run.centre.world, batchOf(letters.map(lineOf)))
  if (!run.isHealed && run.random.below(100) >= 95) return say(run, `${letters.map(({ id }) => id).join()} are lost`)
  const guesses = letters.map(({ to }) => hearersOf(run, from, to))
  const mayPass = letters.map(({ to }) => maySend(run, from, to))
  const reply = await ask(run, signed)
  say(run, `${letters.map(({ id }) => id).join()} together from ${nameOf(run, from)}: ${reply?.status ?? 'no answer'}`)
  const isFull = run.centre.room !== 'roomy'
  if (!reply || (run.hasStruck && reply.status === 503)) {
    letters.forEach((one, at) => one.guesses.push(guesses[at] as System[]))
    return
  }
  if (!isTimely(run, signed)) return assert.equal(reply.status, 401, reply.text)
  // A letter that is already stored needs no room.
  if (isFull && reply.status === 507) return assert.ok(mayPass.includes(true))
  assert.equal(reply.status, 200, reply.text)
  for (const [at, { text }] of (reply.body.verdicts as { text: string }[]).entries()) {
    const letter = letters[at] as Letter
    const verdict = JSON.parse(text) as Receipt & { status: number }
    assert.equal(verdict.status, mayPass[at] ? 202 : 403, text)
    assert.ok(!isFull || verdict.status !== 202 || 'repeated' in verdict, 'stored without room')
    if (verdict.status === 202) await receive(run, letter, verdict, guesses[at] as System[])
  }
}

const lineOf = ({ id, to, body, key, document }: Letter): BatchMessage => ({
  to,
  messageId: id,
  body: body.toString(),
  contentType: typeOf(to),
  ...(key === null ? {} : { key }),
  ...(document === null ? {} : { document }),
})

const typeOf = (to: string): string => (to === 'record/documents' ? 'application/fhir+json' : 'application/json')

const shortened = (run: Run, code: string): string => {
  const system = run.systems.find((one) => one.code === code)
  return system ? nameOf(run, system) : code
}

function expectedOf(run: Run, { from, to }: Letter, signed: Signed): number {
  if (!isTimely(run, signed)) return 401
  if (!maySend(run, from, to)) return 403
  return run.centre.room === 'roomy' ? 202 : 507
}

/** Finds letters that were taken although nobody heard the answer, and that may not be sent again. */
export async function findUnheard(run: Run): Promise<void> {
  for (const letter of run.letters.filter(({ message, guesses }) => message === null && guesses.length > 0)) {
    const [seen] = await run.centre.platform.owner<{ message: string }>`select message from bus.seen where sender = ${letter.from.id} and name = ${letter.id}`
    if (seen) await taken(run, letter, seen.message, letter.guesses)
  }
}

/** The recipients were decided when the letter was taken; that may have been at an earlier attempt whose answer nobody heard. */
async function taken(run: Run, letter: Letter, message: string, guesses: System[][]): Promise<void> {
  const rows = await run.centre.platform.owner<{ recipient: string }>`select recipient from bus.delivery where message = ${message}`
  const ids = (systems: { id: string }[]) => systems.map(({ id }) => id).sort()
  const found = rows.map(({ recipient }) => recipient).sort()
  const wanted = letter.to === 'record/documents' ? [[recordMember]] : guesses.map(ids)
  assert.ok(
    wanted.some((one) => one.join() === found.join()),
    `${letter.id} waits for ${found.length} members, ${wanted.map((one) => one.length)} were expected`,
  )
  letter.message = message
  letter.recipients = run.systems.filter(({ id }) => found.includes(id))
}
