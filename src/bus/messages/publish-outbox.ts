import { access, decide } from '../../access/access.ts'
import type { Actor } from '../../platform/actor.ts'
import { fragment, join, type Transaction } from '../../platform/sql.ts'
import { workSteadily } from '../../platform/steady-work.ts'
import type { World } from '../../platform/world.ts'
import { composeMessages, type Message, storedMessage } from './accept.ts'
import { type Contract, directoryOf, type Member, recordMember } from '../members/directory.ts'
import { type OutboxMark, type OutboxRow, outboxAfter } from './outbox.ts'
import { signByCentre } from './own-message.ts'
import { listenersOf } from './judge-message.ts'
import { wake } from './waiting.ts'

/** What only the slices above know: the keys of the person behind each patient key, and which types tell about the health system and are open to all. */
export type People = { keySets(sql: Transaction, keys: readonly number[]): Promise<Map<number, number[]>>; isDirectory(type: string): boolean }

type Listener = { member: Member; contract: Contract; actor: Actor }

const batch = 200
const idleMs = 100
const troubledMs = 1000
const service = 'changes'

/** Makes messages of what the record wrote into its outbox, while the server runs. Several processes may try; one at a time does it. */
export function startPublishing(world: World, people: People): () => Promise<void> {
  const step = async () => ((await publishOutbox(world, people)) === 0 ? idleMs : 0)
  return workSteadily(world, { step, troubledMs, trouble: 'changes of the record could not be published; tried again in a moment' })
}

/**
 * The next rows of the outbox, in the order of their transactions, below the watermark: nothing that is still to commit can come
 * before them, so the numbers that each listener gets have no gaps. Messages, numbers and the mark move in one transaction.
 */
export async function publishOutbox(world: World, people: People): Promise<number> {
  const directory = await directoryOf(world)
  const woken = new Set<string>()
  const count = await world.sql.begin(async (tx) => {
    const [mark] = await tx<OutboxMark>`select tx, patient, id from bus.published limit 1 for update`
    if (!mark) throw new Error('the mark of what was published is gone')
    const rows = await outboxAfter(tx, mark, batch)
    const last = rows.at(-1)
    if (!last) return 0
    const record = directory.members.get(recordMember) as Member
    const listeners = await withActors(world, listenersOf(directory, record, service, world.now()))
    const messages = listeners.length === 0 ? [] : await messagesOf(world, tx, people, rows, listeners)
    if (messages.length > 0) await tx.run(fragment`with ${join(composeMessages(messages.map((one) => storedMessage(world, one))), ', ')} select 1 as done`)
    for (const { recipients } of messages) for (const { id } of recipients) woken.add(id)
    await tx`update bus.published set tx = ${last.tx}, patient = ${last.patient}, id = ${last.id}`
    return rows.length
  })
  for (const id of woken) wake(world, id)
  return count
}

async function withActors(world: World, listeners: { member: Member; contract: Contract }[]): Promise<Listener[]> {
  const found: Listener[] = []
  for (const { member, contract } of listeners) {
    const actor = member.client === null ? null : await access.systemOf(world.sql, member.client)
    if (actor) found.push({ member, contract, actor })
  }
  return found
}

/** One message for each event and different content: whoever may see less of it gets less, or nothing. */
async function messagesOf(world: World, tx: Transaction, people: People, rows: readonly OutboxRow[], listeners: readonly Listener[]): Promise<Message[]> {
  const patients = [...new Set(rows.map(({ patient }) => patient).filter((patient) => patient !== 0))]
  const sets = await people.keySets(tx, patients)
  const subjects = patients.map((patient) => sets.get(patient) ?? [patient])
  const open = new Map<Listener, Set<number>>()
  for (const one of listeners) {
    const decisions = await decide(world, one.actor, 'read', subjects)
    open.set(one, new Set(patients.filter((_, at) => isTreated(decisions[at]))))
  }
  const drafts: { row: OutboxRow; body: string; to: Listener[] }[] = []
  for (const row of rows) {
    const bodies = new Map<string, Listener[]>()
    for (const one of listeners) {
      // What an institution filed itself it may always hear of; of what is about nobody everybody may hear what is a directory.
      if (row.patient !== 0 && row.institution !== one.actor.institution && !open.get(one)?.has(row.patient)) continue
      const isShared = row.patient === 0 && row.institution !== one.actor.institution
      const body = bodyFor(row, (type) => access.hasScope(one.actor, type, 'r') && (!isShared || people.isDirectory(type)))
      if (body !== null) bodies.set(body, [...(bodies.get(body) ?? []), one])
    }
    for (const [body, to] of bodies) drafts.push({ row, body, to })
  }
  return numbered(world, tx, drafts)
}

/** Own submissions alone open what the institution itself filed, which the row says. */
const isTreated = (decision: Awaited<ReturnType<typeof decide>>[number] | undefined): boolean =>
  decision?.permit === true && decision.basis.kind !== 'own-submissions'

/** Ids and counts of the types that the listener may read; null when nothing is left. */
function bodyFor({ id, at, topic, institution, body }: OutboxRow, may: (type: string) => boolean): string | null {
  const head = { event: id, topic, at: at.toISOString(), institution }
  if (body.resources) {
    const resources = body.resources.filter((one) => may(one.slice(0, one.indexOf('/'))))
    return resources.length === 0 ? null : JSON.stringify({ ...head, count: resources.length, resources })
  }
  const types = Object.entries(body.types ?? {}).filter(([type]) => may(type))
  return types.length === 0 ? null : JSON.stringify({ ...head, count: types.reduce((sum, [, count]) => sum + count, 0), types: Object.fromEntries(types) })
}

async function numbered(world: World, tx: Transaction, drafts: readonly { row: OutboxRow; body: string; to: Listener[] }[]): Promise<Message[]> {
  const counts = new Map<string, number>()
  for (const { to } of drafts) for (const { member } of to) counts.set(member.id, (counts.get(member.id) ?? 0) + 1)
  const next = new Map<string, number>()
  for (const [recipient, count] of counts) {
    const [row] = await tx<{ number: number }>`
      insert into bus.topic_number (recipient, service, number) values (${recipient}, ${service}, ${count})
      on conflict (recipient, service) do update set number = bus.topic_number.number + excluded.number
      returning number`
    next.set(recipient, (row?.number ?? count) - count)
  }
  const seen = new Map<string, number>()
  return drafts.map(({ row, body, to }) => {
    const copy = (seen.get(row.id) ?? 0) + 1
    seen.set(row.id, copy)
    const draft = {
      to: { provider: 'record', service },
      name: copy === 1 ? row.id : `${row.id}-${copy}`,
      answers: null,
      contentType: 'application/json',
      body: Buffer.from(body),
      key: row.patient === 0 ? null : `patient ${row.patient}`,
      document: null,
      subject: null,
      lane: 1,
    }
    const recipients = to.map(({ member, contract }) => {
      const number = (next.get(member.id) as number) + 1
      next.set(member.id, number)
      return { id: member.id, holdKey: contract.holdKey, number }
    })
    return { ...signByCentre(world, draft), patient: row.patient === 0 ? null : row.patient, contract: null, recipients }
  })
}
