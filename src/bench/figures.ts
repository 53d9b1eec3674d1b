import type { Cpu } from './cpu.ts'

/** One figure: its name, its value, and how near it comes to the best that the machine could do. */
export type Figure = {
  name: string
  value: number
  unit: string
  p50Ms?: number
  p99Ms?: number
  limit?: string
  /** What the value was counted from. */
  note?: string
  limitValue?: number
  ratio?: number
  cpuUsEach?: Cpu
}

export function print(figure: Figure): void {
  const ratio = figure.limitValue === undefined ? {} : { ratio: round(figure.value / figure.limitValue) }
  process.stdout.write(`${JSON.stringify({ ...figure, value: round(figure.value), ...ratio })}\n`)
}

const round = (value: number) => (Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 1000) / 1000)

export type Run = { perSecond: number; p50Ms: number; p99Ms: number; count: number }

/**
 * How long a load runs before its clock starts. V8 translates the functions of a path again and again for its first ten seconds (thousands of times for
 * an ingest), on the cores that are measured: a sixth of a create was that. A server runs for weeks.
 */
export const warmUpSeconds = (seconds: number): number => (seconds < 5 ? seconds : 12)

/** Calls `once` from several callers at a time until the seconds are over; an error ends the run. */
export async function during(seconds: number, callers: number, once: (at: number) => Promise<void>): Promise<Run> {
  const times: number[] = []
  const began = performance.now()
  const until = began + seconds * 1000
  let next = 0
  const caller = async () => {
    while (performance.now() < until) {
      const from = performance.now()
      await once(next++)
      times.push(performance.now() - from)
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  const took = (performance.now() - began) / 1000
  times.sort((a, b) => a - b)
  const at = (share: number) => round(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0)
  return { perSecond: times.length / took, p50Ms: at(0.5), p99Ms: at(0.99), count: times.length }
}
