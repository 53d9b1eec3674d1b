import cluster, { type Worker } from 'node:cluster'
import { passNews, takeNews } from './tell-processes.ts'

/** A process that dies is replaced; one that keeps dying as soon as it is started has a reason that only a person can mend. */
const deathsMax = 8
const withinMs = 600_000
const pauseMs = 300
const soonMs = 2_000
/** Answers under way have this long to end when the server stops. */
const farewellMs = 15_000

export type Processes = { port: number; stop(): Promise<void> }

/**
 * Runs this program `count` times more as workers that share one port. Ready when all of them listen. Workers end by themselves when
 * the leader is gone. Each takes connections from the common socket itself: a leader that hands them out leaves whoever it was
 * handing to a worker that died waiting for ever.
 */
export async function startProcesses(count: number, onLost: (sentence: string) => void): Promise<Processes> {
  cluster.schedulingPolicy = cluster.SCHED_NONE
  passNews()
  const deaths: number[] = []
  let isStopping = false
  let isReady = false

  const start = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const worker = cluster.fork()
      const since = performance.now()
      worker.once('listening', ({ port }) => resolve(port))
      worker.once('exit', (code, signal) => {
        const how = signal ?? `exit code ${code}`
        reject(new Error(`a process of the server ended before it was ready (${how})`))
        if (performance.now() - since > soonMs) deaths.length = 0
        if (isReady && !isStopping) replace(how)
      })
    })

  const replace = (how: string): void => {
    const now = performance.now()
    deaths.push(now)
    if (deaths.filter((at) => now - at < withinMs).length >= deathsMax)
      return onLost(`A process of the server died ${deathsMax} times in ten minutes (${how}).`)
    process.stderr.write(`A process of the server died (${how}) and is started again.\n`)
    // One that dies before it listens comes here again by its own exit.
    setTimeout(() => void (isStopping || start().catch(() => {})), pauseMs * deaths.length)
  }

  const [port] = await Promise.all(Array.from({ length: count }, start))
  isReady = true
  return {
    port: port as number,
    async stop() {
      isStopping = true
      await Promise.all(workers().map(endOf))
    },
  }
}

const workers = (): Worker[] => Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)

function endOf(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => worker.process.kill('SIGKILL'), farewellMs)
    worker.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    worker.process.kill('SIGTERM')
  })
}

/** Is this one of the processes that the leader started? It must not outlive the leader, who owns the database. */
export function isOneOfSeveral(): boolean {
  if (!cluster.isWorker) return false
  process.once('disconnect', () => process.exit(1))
  takeNews()
  return true
}
