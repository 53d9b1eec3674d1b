import assert from 'node:assert/strict'
import { freshDirectory, recordMember } from '../../bus/members/directory.ts'
import { type Line, LineCut, type Reply, type Request } from '../../edge/centre/line.ts'
import type { EdgeUnderFire } from './edge.ts'
import { replace, type Run, say } from './run.ts'

const never = new Promise<never>(() => {})
const cut = () => new LineCut('the line is cut')

/** The network between an edge and the centre. It loses, delays and doubles messages in both directions, and the edge may die while it waits. */
export function lineOf(run: Run, one: EdgeUnderFire): Line {
  return {
    async ask(request) {
      if (request.path === '/access/token') return tokenOf(run, one)
      const dice = run.isHealed ? 99 : run.random.below(100)
      if (one.isCut || dice < 3) throw cut()
      if (dice < 6) {
        one.late.push(request)
        throw cut()
      }
      // Mostly while a delayed request is on its way: a message that the bus refuses now may then arrive again later and be taken.
      const isStrict = request.path === '/bus/messages' && dice >= 15 && dice < (one.late.length > 0 ? 35 : 17)
      if (isStrict) await setRule(run, takesNothing)
      const reply = await reach(run, request)
      if (isStrict) await setRule(run, null)
      if (dice < 9 || reply === null) throw cut()
      if (dice < 11) {
        say(run, `${one.system.code} is killed while it waits for an answer`)
        one.store.die()
        return never
      }
      if (dice < 15) one.late.push(request)
      return reply
    },
    end: () => {},
  }
}

/** A structure in the catalogue that no document has. */
const takesNothing = { not: {} }

/** For a moment, and without faults, the centre is stricter about documents for the record: it refuses for good what it takes before and after. */
async function setRule(run: Run, structure: object | null): Promise<void> {
  run.centre.disarm()
  const { owner } = run.centre.platform
  await owner`update bus.service set structure = ${structure === null ? null : JSON.stringify(structure)}::jsonb where provider = ${recordMember} and name = 'documents'`
  await owner`update bus.directory set version = version + 1`
  await freshDirectory(run.centre.world)
  say(run, `the centre ${structure === null ? 'takes documents again' : 'refuses all documents'}`)
}

/** A request reaches the centre, at once or long after it was sent. */
export async function reach(run: Run, { method, path, headers, body }: Request): Promise<Reply | null> {
  const reply = await run.centre.ask({ method, url: path, headers, body })
  run.hasStruck = run.centre.disarm()
  say(run, `an edge asks ${method} ${path.replace(/[?].*/, '')}: ${reply?.status ?? 'no answer'}`)
  if (reply === null) {
    await replace(run)
    return null
  }
  assert.notEqual(reply.status, 500, reply.text)
  // The answer is dated by the simulation's clock, which is also the centre's.
  const all = { ...reply.headers, date: new Date(run.centre.clock.now).toUTCString() }
  return { status: reply.status, headers: all as Reply['headers'], body: Buffer.from(reply.text) }
}

/** Tokens are no part of the bus: everybody with a valid key gets one. */
function tokenOf(run: Run, { isCut, system }: EdgeUnderFire): Reply {
  if (isCut) throw cut()
  const isRight = system.keys.some(system.isUsable)
  const body = isRight ? { access_token: system.token, expires_in: 300 } : { error: 'invalid_client', error_description: 'the key is not valid' }
  return {
    status: isRight ? 200 : 400,
    headers: { 'content-type': 'application/json', date: new Date(run.centre.clock.now).toUTCString() },
    body: Buffer.from(JSON.stringify(body)),
  }
}
