import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { access, authenticate } from '../../access/access.ts'
import { createLedger } from '../../audit/audit.ts'
import { busRoutes } from '../../bus/bus.ts'
import { freshDirectory } from '../../bus/members/directory.ts'
import { publishOutbox } from '../../bus/messages/publish-outbox.ts'
import { startCarrying } from '../../bus/transport/carry.ts'
import { keySets } from '../../identity/identity.ts'
import { createApp } from '../../platform/http.ts'
import type { RoomState } from '../../platform/room.ts'
import type { World } from '../../platform/world.ts'
import { forBus } from '../../record/record.ts'
import type { TestPlatform } from '../platform.ts'
import { isCarried } from '../transport-contract.ts'
import { type Fault, type Line, openLine } from './line.ts'

export type Request = { method: string; url: string; headers: Record<string, string>; body: Buffer }
export type Reply = { status: number; headers: Record<string, unknown>; text: string; body: any }

const carryMs = 150

/** The time of a whole simulation. Only the simulation moves it. */
export type Clock = { now: number }

/**
 * The centre as one process: the real routes on the real database. It dies at a statement and loses everything in its memory; another takes its place
 * with the state of the database.
 */
export class Centre {
  readonly platform: TestPlatform
  readonly clock: Clock
  world!: World
  room: RoomState = 'roomy'
  #line!: Line
  #app!: FastifyInstance
  #stopCarrying!: () => Promise<void>
  /** Processes that died. What they still wait for ends in the background. */
  readonly #gone: Promise<unknown>[] = []

  constructor(platform: TestPlatform, clock: Clock) {
    this.platform = platform
    this.clock = clock
  }

  async start(): Promise<void> {
    const line = (this.#line = openLine(this.platform.appUrl))
    const state = () => this.room
    const room = Object.defineProperty({ availableBytes: null, look: async () => state(), end: async () => {} }, 'state', { get: state })
    this.world = { ...this.platform.world, sql: line.sql, connect: line.connect, now: () => new Date(this.clock.now), room: room as never }
    this.world.ledger = await createLedger(this.world)
    this.#app = await createApp(this.world)
    this.#app.addHook('onRequest', authenticate)
    await this.#app.register(busRoutes({ patientOf: forBus.patientKeyOf }), { prefix: '/bus' })
    await this.#app.ready()
    await freshDirectory(this.world)
    this.#stopCarrying = startCarrying(this.world)
  }

  get isDead(): boolean {
    return this.#line.isDead
  }

  arm(fault: Fault): void {
    this.#line.arm(fault)
  }

  disarm(): boolean {
    return this.#line.disarm()
  }

  die(): void {
    this.#line.die()
  }

  /** Starts a new process in the place of a dead one. */
  async restart(): Promise<void> {
    this.#bury()
    await this.start()
  }

  #bury(): void {
    const { ledger } = this.world
    this.#gone.push(ledger.close(), this.#stopCarrying(), this.#app.close(), this.#line.end())
  }

  /** Null when the process died before it answered. */
  async ask({ method, url, headers, body }: Request): Promise<Reply | null> {
    const asked = this.#app.inject({ method: method as 'POST', url, headers, ...(body.length > 0 ? { payload: body } : {}) })
    const answer = await Promise.race([asked, this.#line.dead])
    if (!answer || this.isDead) return null
    const text = answer.body
    return { status: answer.statusCode, headers: answer.headers, text, body: text.startsWith('{') ? JSON.parse(text) : null }
  }

  /** Work of the process itself. Null when the process died or its line was cut: the work is tried again later. */
  async work<T>(act: (world: World) => Promise<T>): Promise<T | null> {
    try {
      return await Promise.race([act(this.world), this.#line.dead])
    } catch (error) {
      if (this.isDead || this.#line.disarm()) return null
      throw error
    }
  }

  /** An external transport works by the time of the machine: when the clock of the simulation moves, it gets a moment of that time. */
  async carry(): Promise<void> {
    if (this.world.config.NATS_URL === '') return
    for (const until = performance.now() + carryMs; performance.now() < until && !(await isCarried(this.world).catch(() => false)); ) await sleep(5)
  }

  /** Publishes everything that the record wrote. Other transactions of the same cluster hold the watermark back for a moment. */
  async publishAll(): Promise<void> {
    const [last] = await this.platform.owner<{ tx: number }>`select tx from bus.outbox order by tx desc limit 1`
    for (const until = performance.now() + 20_000; last && performance.now() < until; ) {
      await publishOutbox(this.world, { keySets, isDirectory: forBus.isDirectory })
      const [mark] = await this.platform.owner<{ tx: number }>`select tx from bus.published limit 1`
      if (mark && mark.tx >= last.tx) return
    }
    if (last) throw new Error('the watermark did not rise')
  }

  /** An act of the operator, who makes room first. The process knows of it at once. */
  async operate(act: Parameters<typeof access.asOperator<unknown>>[2]): Promise<void> {
    this.room = 'roomy'
    await access.asOperator(this.world, 'grant', act, () => 'simulation')
    await freshDirectory(this.world)
  }

  async end(): Promise<void> {
    this.#bury()
    await Promise.allSettled(this.#gone)
  }
}
