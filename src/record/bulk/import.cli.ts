import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { access } from '../../access/access.ts'
import { baseUrl } from '../../platform/config.ts'
import { type Command, type Print, WrongUse } from '../../platform/cli.ts'
import type { World } from '../../platform/world.ts'
import type { Asking } from '../asking.ts'
import { fileSource, startImport } from './import.ts'
import { importParts } from './import-parts.ts'
import { readPart } from './job-files.ts'
import { type Job, jobById, jobOf } from './jobs.ts'
import { workOnce } from './work.ts'

const processesMax = 32
const pollMs = 300
const shownErrors = 20

/** `npm run spona -- record import --client ID --files a.ndjson,b.ndjson` */
export const importCommand: Command = {
  name: 'record import',
  summary: 'File resources from NDJSON files in the name of a registered system, validated and logged like any other write.',
  options: {
    client: { type: 'string', about: 'Id of the system whose data they are (access client list).', required: true },
    files: { type: 'string', about: 'Files of one resource a line, separated by commas; given again, what is there already stays as it is.', required: true },
    processes: { type: 'string', about: 'Processes that work at a time; by default one for each processor.' },
  },
  async run(world, options, print) {
    const processes = Number(options['processes'] ?? Math.min(processesMax, availableParallelism()))
    if (!Number.isInteger(processes) || processes < 1 || processes > processesMax)
      throw new WrongUse(`--processes must be a whole number from 1 to ${processesMax}`)
    const files = String(options['files']).split(',').filter(Boolean)
    const missing = files.find((file) => !existsSync(file))
    if (files.length === 0 || missing !== undefined) throw new WrongUse(`--files: ${missing === undefined ? 'name at least one' : `${missing} is not there`}`)
    const actor = await access.systemOf(world.sql, String(options['client']))
    if (!actor) throw new WrongUse('--client: there is no such system, or it is revoked')
    const asking: Asking = {
      world,
      actor,
      correlation: `import-${world.random(8).toString('hex')}`,
      base: `${baseUrl(world.config)}/fhir`,
      purpose: 'health-care',
    }
    const began = performance.now()
    const id = await startImport(asking, files.map(fileSource), 'record import')
    const job = await workUntilOver(asking, id, processes)
    return report(world, job, (performance.now() - began) / 1000, Boolean(options['json']), print)
  },
}

/** Waits until the job is over; a running server may take it first. */
async function workUntilOver(asking: Asking, id: string, processes: number): Promise<Job> {
  for (;;) {
    const job = await jobOf(asking, id)
    if (job.state === 'done' || job.state === 'failed') return job
    if (!(await workOnce(asking.world, processes))) await sleep(pollMs)
  }
}

async function report(world: World, job: Job, seconds: number, isJson: boolean, print: Print): Promise<number> {
  const failed = job.outputs.reduce((sum, { count }) => sum + count, 0)
  const figures = {
    job: job.id,
    state: job.state,
    lines: job.done,
    failed,
    seconds: Number(seconds.toFixed(2)),
    linesPerSecond: Math.round(job.done / seconds),
  }
  if (isJson) print(JSON.stringify(figures))
  else print(`${job.done} lines in ${seconds.toFixed(1)} s (${figures.linesPerSecond}/s), ${failed} of them not stored`)
  if (!isJson && job.problem) print(job.problem.issue.map(({ diagnostics }) => diagnostics).join('; '))
  if (!isJson && failed > 0) await printErrors(world, job, print)
  return job.state === 'done' && failed === 0 ? 0 : 1
}

async function printErrors(world: World, job: Job, print: Print): Promise<void> {
  let text = ''
  for await (const piece of readPart(world, job.id, job.outputs[0]?.file as string)) text += String(piece)
  for (const line of text.split('\n').slice(0, shownErrors).filter(Boolean)) {
    const { issue, extension } = JSON.parse(line) as Outcome
    const [where, what] = [issue[0]?.expression?.[0], issue[0]?.diagnostics]
    print(`  ${extension[1]?.valueString}, line ${extension[0]?.valuePositiveInt}: ${where === undefined ? what : `${where}: ${what}`}`)
  }
}

type Outcome = { issue: { diagnostics: string; expression?: string[] }[]; extension: { valuePositiveInt?: number; valueString?: string }[] }

/** The command that an import starts for its own processes; it ends with the process that started it. */
export const importPartsCommand: Command = {
  name: 'record import-parts',
  summary: 'Work on an import that is under way; started by the server and by record import.',
  options: { job: { type: 'string', about: 'Number of the import.', required: true } },
  async run(world, options) {
    process.stdin.on('end', () => process.exit(1)).resume()
    const job = await jobById(world.sql, String(options['job']))
    if (job) await importParts(world, job)
    process.stdin.destroy()
    return job ? 0 : 1
  },
}
