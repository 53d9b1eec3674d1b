import { setTimeout as sleep } from 'node:timers/promises'
import type { Engine } from './engine.ts'
import type { Launch } from './postgres.ts'
import { endOrphan } from './postmaster.ts'
import type { Room } from './room.ts'
import { type Life, startServer, stopServer } from './postmaster-process.ts'

// A database that dies is started again: PostgreSQL replays its log and nothing acknowledged is lost. One that keeps dying
// as soon as it is started has a reason that only a person can mend.
const startsMax = 8
const withinMs = 600_000
const pauseMs = 300
const soonMs = 2_000
const roomPauseMs = 500

export async function superviseServer(engine: Engine, launch: Launch, room: Room): Promise<{ readonly pid: number; stop(): Promise<void> }> {
  const settings = launch.settings ?? {}
  const onLost = launch.onLost ?? endProcess
  let life = await startServer(engine, settings)
  let isStopping = false
  let reviving: Promise<void> | undefined
  const starts: number[] = []

  const watchOver = (current: Life) => {
    const since = performance.now()
    current.child.once('exit', (code, signal) => {
      if (performance.now() - since > soonMs) starts.length = 0
      current.watchdog.kill('SIGKILL') // Its number may soon be another process.
      if (isStopping || launch.mode === 'share') return
      say(`The embedded database died (${signal ?? `exit code ${code}`}) and is started again; requests get 503 meanwhile.`)
      reviving = revive()
    })
  }

  async function revive(): Promise<void> {
    while (!isStopping) {
      await untilThereIsRoom()
      const now = performance.now()
      if (starts.filter((at) => now - at < withinMs).length >= startsMax) {
        return onLost(givenUp(engine.data))
      }
      if (isStopping) return
      starts.push(now)
      try {
        await endOrphan(engine)
        life = await startServer(engine, settings)
        if (isStopping) return
        say('The embedded database is back.')
        return watchOver(life)
      } catch (error) {
        say((error as Error).message)
        await sleep(pauseMs * starts.length) // Backends of the dead one may need a moment to notice.
      }
    }
  }

  /** Without room for its log the database would die again at once, and use up the tries that are meant for faults a restart mends. */
  async function untilThereIsRoom(): Promise<void> {
    if ((await room.look()) !== 'full') return
    say(`The disk of the embedded database in ${engine.data} is full; the database is started again as soon as there is room.`)
    while (!isStopping && (await room.look()) === 'full') await sleep(roomPauseMs)
  }

  watchOver(life)
  return {
    get pid() {
      return life.child.pid ?? 0
    },
    async stop() {
      isStopping = true
      await reviving
      await stopServer(life)
    },
  }
}

const givenUp = (data: string): string =>
  `The embedded database in ${data} died or failed to start ${startsMax} times in ten minutes; its log is ${data}/server.log.`

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
}

function endProcess(sentence: string): void {
  say(sentence)
  process.exit(1)
}
