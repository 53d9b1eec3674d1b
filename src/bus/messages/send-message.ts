import type { FastifyReply, FastifyRequest } from 'fastify'
import type { World } from '../../platform/world.ts'
import { directoryOf } from '../members/directory.ts'
import { sendSignedJson } from '../signing/signed-answer.ts'
import { proofOf, requireSigned } from '../signing/signed-request.ts'
import { createFairTurns, type FairTurns } from './fair-turns.ts'
import { type PatientOf, readHead } from './head.ts'
import { entriesOf, judgeMessage, requireSame } from './judge-message.ts'
import { receiptOf } from './receipt.ts'
import { sendBatch } from './send-batch.ts'
import { storeOnce } from './store-once.ts'
import { wake } from './waiting.ts'

/** POST /bus/messages: signed, allowed, durable, and only then received; one, or several under one signature. */
export async function sendMessage(request: FastifyRequest, reply: FastifyReply, body: Buffer, patientOf: PatientOf): Promise<FastifyReply> {
  const { world, headers } = request
  const leave = await turnsOf(world).enter(request.actor.id)
  try {
    const signed = await requireSigned(request, body)
    const directory = await directoryOf(world)
    const asking = { request, directory, member: requireSame(directory, request, signed), patientOf }
    if (headers['bus-batch'] !== undefined) return await sendBatch(asking, signed, body, reply)
    const judged = await judgeMessage(asking, { head: readHead(headers), body, digest: signed.digest, ...proofOf(signed) }, reply)
    const once = await storeOnce(world, judged.message, entriesOf(request, asking.member, [judged.message]))
    if (!once.isRepeated) for (const { id } of judged.message.recipients) wake(world, id)
    return sendSignedJson(world, reply, 202, receiptOf(judged, once))
  } finally {
    leave()
  }
}

/** So many are verified and stored at once, the members in turn: as many as one commit takes well. */
const acceptedAtOnce = 64
const waitingEachMax = 512
const turns = new WeakMap<World, FairTurns>()

function turnsOf(world: World): FairTurns {
  let mine = turns.get(world)
  if (!mine) turns.set(world, (mine = createFairTurns({ atOnce: acceptedAtOnce, waitingEachMax })))
  return mine
}
