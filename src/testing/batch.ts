import { appendFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { suite } from 'node:test'
import { prepareFhir } from './fhir.ts'
import { secondsOf, type Taken } from './taken.ts'

/**
 * Runs files one after another in this process. Each is a suite of its own, so that its `before` and `after` stay its own.
 * A file is imported only when the one before has ended: imported together, the tests of one file could land in the suite of another that was
 * waiting for a shared module. For the same reason no file may await at its top: its tests would be registered after its suite is over.
 */
export async function runFiles(files: string[]): Promise<void> {
  // A test may wait for something that does not keep the process alive; this timer does until all tests are through.
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
