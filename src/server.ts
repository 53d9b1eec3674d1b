// `npm start`: starts database, migrations, first-run country, portals and HTTP; then prints a few lines that say where to look.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildApp } from './app.ts'
import { access } from './access/access.ts'
import { rememberAddress } from './access/address.ts'
import { startSealing } from './audit/audit.ts'
import { openWorld } from './open-world.ts'
import { sentenceOf } from './platform/cli.ts'
import { baseUrl, type Config, loadConfig } from './platform/config.ts'
import { mustBeFree } from './platform/free-port.ts'
import { isOneOfSeveral, type Processes, startProcesses } from './platform/processes.ts'
import { returnMemory } from './platform/memory.ts'
import { startTracing } from './platform/tracing.ts'
import type { World } from './platform/world.ts'
import { arePortalsBuilt } from './portals/build.ts'
import { startBus, startTelling } from './bus/bus.ts'
import { forServer, keySets } from './identity/identity.ts'
import { background, forBus } from './record/record.ts'
import { joinEmployersSide, startClocks, startEmployersSide, startOfflineIntake } from './sickleave/sickleave.ts'
import { workers } from './registry/registry.ts'
import { startRepeating } from './vendor/vendor.ts'
import { ensureDemoCountry, startPlayingLeaves } from './simulator/simulator.ts'

const impatientMs = 500
/** Imports are checked in processes of their own, so that the server's process stays free for other requests. */
const importProcesses = Math.min(4, availableParallelism())
const config = loadConfig(process.env)
if (Array.isArray(config)) fail(`A setting is wrong:\n  ${config.join('\n  ')}`)
const missing = access.missingForProduction(config)
if (missing.length > 0) fail(`With DEMO=false this is still missing:\n  ${missing.join('\n  ')}`)

try {
  await start(config)
} catch (error) {
  fail(sentenceOf(error))
}

async function start(settings: Config): Promise<void> {
  if (isOneOfSeveral()) return serveAsOne(settings)
  // Where there are data already, whoever has them is the better answer, and comes as soon.
  if (!existsSync(join(settings.DATA_DIR, 'postgres'))) await mustBeFree(settings.PORT, settings.HOST)
  const portals = join(settings.DATA_DIR, 'portals')
  const [{ world, close, country, database }] = await Promise.all([openCountry(settings), portalsBuilt(portals)])
  const employersSide = await startEmployersSide(world, database.owner, { say: complain })
  // The other processes of this server read the address from their environment.
  process.env['EMPLOYERS_URL'] = employersSide.origin
  const serving = settings.PROCESSES === 1 ? await serve(world, portals) : await startProcesses(settings.PROCESSES, fail)
  settings.PORT = serving.port
  const stopSealing = startSealing(world)
  const stopMoments = background.startMoments(world)
  const stopWork = background.startWork(world, importProcesses)
  const stopIndexing = background.startIndexing(world)
  const stopsBeside = [
    forBus.startIntake(world),
    startBus(world, { keySets, isDirectory: forBus.isDirectory }),
    background.startBeginnings(world),
    background.startSubscriptions(world),
    background.startFollowing(world),
    background.startReminding(world),
    startClocks(world),
    startOfflineIntake(world),
    startRepeating(world),
    forServer.startTellingAnswers(world),
    workers.startClosingAccounts(world),
    ...(settings.DEMO ? [startPlayingLeaves(world)] : []),
  ]
  rememberAddress(world)
  stopOnSignal(async () => {
    await serving.stop()
    await employersSide.stop()
    await Promise.all(stopsBeside.map((stop) => stop()))
    stopMoments()
    await stopWork()
    await stopIndexing()
    await stopSealing()
    await close()
  })

  const address = baseUrl(settings)
  say(`Spona is ready in ${(performance.now() / 1000).toFixed(1)} s`)
  say(`  Portals   ${address}/            (each at ${address}/NAME/: doctor, patient, employer, fund, commission, operator, vendor)`)
  say(`  FHIR R4   ${address}/fhir        (what works: ${address}/fhir/metadata)`)
  for (const line of country?.lines ?? []) say(`  ${line}`)
  say('  Ctrl-C stops everything.')
  flushCompileCache() // Saves compiled code now, so that the next start has it even when this process is killed.
  returnMemory()
}

/** On a first run the country is invented while the portals are still being built. */
async function openCountry(settings: Config) {
  const opened = await openWorld(settings, { mode: 'own' })
  return { ...opened, country: settings.DEMO ? await ensureDemoCountry(opened.world, say) : null }
}

/** Runs one of several processes: the leader has the database, the first run and the seals; this one only answers requests. */
async function serveAsOne(settings: Config): Promise<void> {
  const { world, close } = await openWorld(settings, { mode: 'share' })
  joinEmployersSide(world)
  const serving = await serve(world, join(settings.DATA_DIR, 'portals'))
  settings.PORT = serving.port
  stopOnSignal(async () => {
    await serving.stop()
    await close()
  })
}

async function serve(world: World, portals: string): Promise<Processes> {
  const stopTracing = await startTracing(world.config, world.log)
  const app = await buildApp(world, portals)
  await app.listen({ port: world.config.PORT, host: world.config.HOST })
  const { port } = app.server.address() as { port: number }
  const stopTelling = startTelling(world)
  return {
    port,
    async stop() {
      await stopTelling()
      app.server.closeIdleConnections()
      await app.close()
      await stopTracing()
    },
  }
}

function stopOnSignal(end: () => Promise<void>): void {
  let stoppingSince: number | undefined
  const stop = async () => {
    if (stoppingSince !== undefined) {
      // npm passes Ctrl-C on, so it arrives twice at once; one that comes later means that somebody does not want to wait.
      if (performance.now() - stoppingSince > impatientMs) process.exit(1)
      return
    }
    stoppingSince = performance.now()
    await end()
    process.exit(0)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

/** The bundler runs in its own process: it briefly needs half a gigabyte, which the server's process would keep. */
async function portalsBuilt(folder: string): Promise<void> {
  if (arePortalsBuilt(folder)) return
  await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'portals/build.ts'), folder])
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function complain(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
}

function fail(sentence: string): never {
  complain(sentence)
  process.exit(2)
}
