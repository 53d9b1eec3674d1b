import { appendFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { suite } from 'node:test'
import { prepareFhir } from './fhir.ts'
import { secondsOf, type Taken } from './taken.ts'

/**
 * Files that run one after another in this process, each a suite of its own, so that what it opens before and closes after stays its own.
 * Each is read when the one before has ended: read together, tests would fall to whichever suite a shared module was waited for in. For the
 * same reason no file may await at its top: its tests would come when its suite is over.
 */
export async function runFiles(files: string[]): Promise<void> {
  // A test may wait for what alone would not keep the process: this does until all are through.
  const alive = setInterval(() => {}, 1000)
  await prepareFhir()
  for (const file of files) {
    const [began, before] = [performance.now(), used()]
    await suite(file, async () => {
      await import(resolve(file))
    })
    note({ file, seconds: (performance.now() - began) / 1000, own: used().own - before.own, started: used().started - before.started })
  }
  clearInterval(alive)
}

function note(taken: Taken): void {
  const times = process.env['SPONA_TEST_TIMES']
  if (times) appendFileSync(times, `${JSON.stringify(taken)}\n`)
}

function used(): { own: number; started: number } {
  const { user, system } = process.cpuUsage()
  return { own: (user + system) / 1e6, started: secondsOf('self').ended }
}
