import type { Command } from '../../platform/cli.ts'
import { addPackage, idOf, listPackages, refreshPackages, removePackage } from './packages.ts'

/** `npm run spona -- fhir package add FILE.tgz` */
const add: Command = {
  name: 'fhir package add',
  summary: 'Add a FHIR package (profiles, extensions, value sets, code systems) to the running system; all processes know it within a second.',
  argument: { name: 'FILE.tgz', about: 'The package as a registry serves it.' },
  options: {},
  async run(world, options, print) {
    const added = await addPackage(world, String(options['argument']))
    // Compiles the package's terminology into the cache now, before a server needs it.
    await refreshPackages(world)
    print(options['json'] ? JSON.stringify(added) : `${idOf(added)} is there: ${added.definitions} definitions.`)
  },
}

const list: Command = {
  name: 'fhir package list',
  summary: 'The packages that every verdict is made with.',
  options: {},
  async run(world, options, print) {
    const added = await listPackages(world)
    if (options['json']) return print(JSON.stringify({ builtIn: world.fhir.versions.slice(0, 3), added }))
    for (const version of world.fhir.versions.slice(0, 3)) print(`${version.replace(/@(?=[^@]*$)/, '#')}  built in`)
    for (const one of added) print(`${idOf(one)}  ${one.definitions} definitions  ${one.addedAt.toISOString().slice(0, 10)}  ${one.title}`)
  },
}

const remove: Command = {
  name: 'fhir package remove',
  summary: 'Take a package away; what was stored under its profiles stays as it is.',
  argument: { name: 'NAME#VERSION', about: 'As the list says it.' },
  options: {},
  async run(world, options, print) {
    const id = String(options['argument'])
    await removePackage(world, id)
    // Also forgets the compiled terminology: a package of the same name may come later with other content.
    await refreshPackages(world)
    print(options['json'] ? JSON.stringify({ removed: id }) : `${id} is gone.`)
  },
}

export const packageCommands: Command[] = [add, list, remove]
