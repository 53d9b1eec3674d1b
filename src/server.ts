// `npm start`: database, migrations, first-run country, portals, HTTP; then a few lines that say where to look.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildApp } from './app.ts'
import { access } from './access/access.ts'
import { rememberAddress } from './access/address.ts'
import { startSealing } from './audit/audit.ts'
import { openWorld } from './open-world.ts'
import { sentenceOf } from './platform/cli.ts'
import { baseUrl, loadConfig } from './platform/config.ts'
import { arePortalsBuilt } from './portals/build.ts'
import { startMoments, startWork } from './record/record.ts'
import { ensureDemoCountry } from './simulator/simulator.ts'

const impatientMs = 500
const config = loadConfig(process.env)
if (Array.isArray(config)) fail(`A setting is wrong:\n  ${config.join('\n  ')}`)
const missing = access.missingForProduction(config)
if (missing.length > 0) fail(`With DEMO=false this is still missing:\n  ${missing.join('\n  ')}`)

try {
  await start(config)
} catch (error) {
  fail(sentenceOf(error))
}

async function start(settings: Exclude<typeof config, string[]>): Promise<void> {
  const portals = join(settings.DATA_DIR, 'portals')
  const [{ world, close }] = await Promise.all([openWorld(settings, { mode: 'own' }), portalsBuilt(portals)])
  const country = settings.DEMO ? await ensureDemoCountry(world, say) : null
  const app = await buildApp(world, portals)
  await app.listen({ port: settings.PORT, host: settings.HOST })
  const { port } = app.server.address() as { port: number }
  settings.PORT = port
  const stopSealing = startSealing(world)
  const stopMoments = startMoments(world)
  const stopWork = startWork(world)
  rememberAddress(world)

  let stoppingSince: number | undefined
  const stop = async () => {
    if (stoppingSince !== undefined) {
      // npm passes Ctrl-C on, so it comes twice at once; a later one means that somebody does not want to wait.
      if (performance.now() - stoppingSince > impatientMs) process.exit(1)
      return
    }
    stoppingSince = performance.now()
    app.server.closeIdleConnections()
    await app.close()
    stopMoments()
    await stopWork()
    await stopSealing()
    await close()
    process.exit(0)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)

  const address = baseUrl(settings)
  say(`Spona is ready in ${(performance.now() / 1000).toFixed(1)} s`)
  say(`  Portals   ${address}/            (doctor: ${address}/doctor/, patient: ${address}/patient/)`)
  say(`  FHIR R4   ${address}/fhir        (what works: ${address}/fhir/metadata)`)
  for (const line of country?.lines ?? []) say(`  ${line}`)
  say('  Ctrl-C stops everything.')
}

/** The bundler runs in a process of its own: it needs half a gigabyte for a moment, which the server would keep. */
async function portalsBuilt(folder: string): Promise<void> {
  if (arePortalsBuilt(folder)) return
  await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'portals/build.ts'), folder])
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`)
  process.exit(2)
}
