import { readFileSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { SingleBar } from 'cli-progress'
import { parseJson, type Resource } from '../../fhir/fhir.ts'
import { type Command, WrongUse } from '../../platform/cli.ts'
import type { World } from '../../platform/world.ts'
import { addParameter, listParameters, removeParameter } from './add-parameter.ts'
import { indexParameters } from './index-parameter.ts'
import { operatorAsking } from './operator.ts'

const fileBytesMax = 1_000_000
const lookMs = 500

/** `npm run spona -- record search-parameter add FILE.json` */
const add: Command = {
  name: 'record search-parameter add',
  summary: 'Add a search parameter to the running system and index what is there; searches by it are right from the first moment.',
  argument: { name: 'FILE.json', about: 'A SearchParameter of FHIR R4, or the canonical URL of one in a loaded package.' },
  options: { detach: { type: 'boolean', about: 'Leave the indexing to the server and come back at once.' } },
  async run(world, options, print) {
    const definition = definitionOf(world, String(options['argument']))
    const added = await addParameter(operatorAsking(world, 'search-parameter'), definition)
    if (!options['json']) {
      print(`${added.code} is a search parameter of ${added.types.join(', ')}.`)
      if (added.interpreted.length > 0) print(`For ${added.interpreted.join(', ')} its expression is not compiled but interpreted, which makes writing slower.`)
    }
    if (!options['detach']) await watch(world, added.code)
    print(options['json'] ? JSON.stringify(added) : options['detach'] ? 'The server goes on indexing; `list` says how far it is.' : 'All rows are indexed.')
  },
}

const list: Command = {
  name: 'record search-parameter list',
  summary: 'The search parameters that were added, and how far their index is.',
  options: {},
  async run(world, options, print) {
    const all = await listParameters(world)
    if (options['json']) return print(JSON.stringify(all))
    if (all.length === 0) print('No search parameter was added.')
    for (const { code, url, types, isIndexed, percent } of all) print(`${code}  ${types.join(', ')}  ${isIndexed ? 'indexed' : `${percent} % indexed`}  ${url}`)
  },
}

const remove: Command = {
  name: 'record search-parameter remove',
  summary: 'Take an added search parameter away; searches by it are refused from then on.',
  argument: { name: 'CODE', about: 'Its code, as `list` says it.' },
  options: {},
  async run(world, options, print) {
    const code = String(options['argument'])
    await removeParameter(operatorAsking(world, 'search-parameter'), code)
    print(options['json'] ? JSON.stringify({ removed: code }) : `${code} is not a search parameter any more.`)
  },
}

export const searchParameterCommands: Command[] = [add, list, remove]

function definitionOf(world: World, argument: string): Resource {
  if (/^https?:|^urn:/.test(argument)) {
    const found = world.fhir.definition(argument)
    if (found?.resourceType === 'SearchParameter') return found
    throw new WrongUse(`no loaded package has a SearchParameter ${argument}`)
  }
  try {
    if (statSync(argument).size > fileBytesMax) throw new WrongUse(`${argument} is larger than a SearchParameter can be`)
    return parseJson(readFileSync(argument, 'utf8')) as Resource
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new WrongUse(`there is no file ${argument}`)
    throw error
  }
}

/** Indexes, or waits for the process that does; shows a bar on a terminal. */
async function watch(world: World, code: string): Promise<void> {
  const bar = process.stderr.isTTY ? new SingleBar({ format: 'indexing [{bar}] {percentage} %', clearOnComplete: true }) : null
  bar?.start(100, 0)
  let isWorking = true
  const work = (async () => {
    while (!(await indexParameters(world))) await sleep(lookMs)
  })().finally(() => (isWorking = false))
  try {
    while (isWorking) {
      await Promise.race([sleep(lookMs), work])
      const found = (await listParameters(world)).find((one) => one.code === code)
      if (!found || found.isIndexed) break
      bar?.update(found.percent)
    }
    await work
  } finally {
    bar?.stop()
  }
}
