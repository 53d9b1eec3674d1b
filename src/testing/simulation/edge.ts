import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { announceChange, freshDirectory, recordMember } from '../../bus/members/directory.ts'
import { centreKey } from '../../bus/members/centre-key.ts'
import type { Request } from '../../edge/centre/line.ts'
import { type EdgeConfig, parseConfig } from '../../edge/process/config.ts'
import type { Edge } from '../../edge/process/edge.ts'
import { assemble } from '../../edge/process/open.ts'
import { baseUrl } from '../../platform/config.ts'
import type { RoomState } from '../../platform/room.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import type { Runner } from '../../platform/sql.ts'
import { seeded } from '../seeded.ts'
import type { Centre } from './centre.ts'
import { lineOf } from './edge-line.ts'
import { MortalStore } from './mortal-store.ts'
import type { Run } from './run.ts'
import { type Contract, joined } from './stage.ts'
import type { System } from './system.ts'

/** A message that a local system gave to its edge, and whether the system heard that it is kept. */
export type Said = {
  number: string
  patient: number
  value: number
  kind: 'result' | 'unmappable' | 'refused'
  protocol: string
  original: Buffer
  isAcked: boolean
  /** It was in quarantine and a person sent it again, so it comes after messages that followed it. */
  isMended: boolean
  /** That person corrected it, which its value shows. */
  isCorrected: boolean
}

export const valueOf = ({ value, isCorrected }: Pick<Said, 'value' | 'isCorrected'>): number => value + (isCorrected ? 0.7 : 0.5)

/** An edge as a process that can be killed: the real store on a real disk and the real sender, driven step by step. */
export type EdgeUnderFire = {
  system: System
  contract: Contract
  config: EdgeConfig
  folder: string
  store: MortalStore
  edge: Edge
  skewMs: number
  isCut: boolean
  room: RoomState
  /** Requests that are still on their way to the centre. */
  late: Request[]
  said: Said[]
}

const keyDays = 365
const silent = { warn: () => {}, error: () => {}, info: () => {} }

/** Makes members with an edge each, whose local systems begin to speak. */
export async function openEdges(run: Run, count: number): Promise<EdgeUnderFire[]> {
  const { centre } = run
  const { world } = centre
  const made: EdgeUnderFire[] = []
  for (let at = 0; at < count; at++) {
    const { system, client, contract } = await world.sql.begin((tx) => joinedWithContract(tx, centre))
    const folder = mkdtempSync(join(tmpdir(), 'spona-simulated-'))
    const [key] = system.keys
    const secret = bytesOf(run)(32).toString('base64url')
    writeFileSync(join(folder, 'key.json'), JSON.stringify({ key: key?.key.export({ format: 'jwk' }), client, store: secret }), { mode: 0o600 })
    const text = [
      `member: ${system.code}`,
      `centre: { url: "${baseUrl(world.config)}", key: key.json, signs: ${centreKey(world.keys).kid} }`,
      'local: { system: "urn:test:simulated" }',
    ].join('\n')
    const config = parseConfig(text, join(folder, 'edge.yaml'))
    const one = { system, contract, config, folder, skewMs: 0, isCut: false, room: 'roomy', late: [], said: [] } as unknown as EdgeUnderFire
    startProcess(run, one)
    made.push(one)
  }
  await freshDirectory(world)
  return made
}

async function joinedWithContract(tx: Runner, centre: Centre) {
  const { world } = centre
  const { system, client } = await joined(tx, centre, { name: 'edge', days: keyDays, webhook: null })
  const contract: Contract = { id: uuidV7(world), consumer: system, to: 'record/documents', isActive: true, validUntil: null, holdKey: false }
  await tx`
    insert into bus.contract (id, consumer, provider, service, purpose, legal_basis, endpoints, quota_per_minute, lane, hold_key, state, created_at)
    values (${contract.id}, ${system.id}, ${recordMember}, 'documents', 'x', 'x', '[]'::jsonb, 100000, 1, false, 'active', ${world.now()})`
  await announceChange(tx)
  return { system, client, contract }
}

/** Starts a new process on the data on the disk. */
export function startProcess(run: Run, one: EdgeUnderFire): void {
  one.store = new MortalStore(one.config.data)
  const state = () => one.room
  const room = Object.defineProperty({ availableBytes: null, look: async () => state(), end: async () => {} }, 'state', { get: state })
  const outside = { now: () => new Date(run.centre.clock.now + one.skewMs), random: bytesOf(run), log: silent as never }
  one.edge = assemble(outside, one.config, { line: lineOf(run, one), store: one.store, room: room as never }).edge
}

/** The kernel closes what a killed process had open: nothing of it is committed any more. */
export function bury(one: EdgeUnderFire): void {
  one.store.die()
  one.store.close()
}

export function removeEdge(one: EdgeUnderFire): void {
  bury(one)
  rmSync(one.folder, { recursive: true, force: true })
}

function bytesOf({ random }: Run): (count: number) => Buffer {
  const own = seeded(random.below(2 ** 31))
  return (count) => {
    const bytes = Buffer.alloc(count)
    for (let at = 0; at < count; at++) bytes[at] = own.below(256)
    return bytes
  }
}
