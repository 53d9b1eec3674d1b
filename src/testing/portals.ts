import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { buildPortals } from '../portals/build.ts'
import { portalsOfRun } from './made.ts'

let building: Promise<string> | undefined

/** The built portals, made once for a test run: the build takes six seconds of a processor, and a dozen files need it. Nobody may write into this folder. */
export function builtPortals(): Promise<string> {
  building ??= build()
  return building
}

async function build(): Promise<string> {
  if (portalsOfRun === null) throw new Error('tests on the portals run by `npm test -- <path>`')
  if (existsSync(portalsOfRun)) return portalsOfRun
  // Built beside its place and then renamed, because two processes may be the first at the same time.
  const half = `${portalsOfRun}.${process.pid}`
  await buildPortals(half)
  await rename(half, portalsOfRun).catch(() => rm(half, { recursive: true, force: true }))
  return portalsOfRun
}
