import { commands as access, institutions as clientInstitutions } from './access/commands.ts'
import { whoIs } from './audit/audit.ts'
import { commands as audit } from './audit/commands.ts'
import { commands as bus, registry as registryOfBus } from './bus/commands.ts'
import { commands as edge } from './edge/commands.ts'
import { commands as fhir, journal as packageJournal } from './fhir/commands.ts'
import { commands as identity, forLists } from './identity/commands.ts'
import { anonymous } from './platform/actor.ts'
import type { Command } from './platform/cli.ts'
import { commands as platform } from './platform/commands.ts'
import { commands as record } from './record/commands.ts'
import { institution, registerInstitutions } from './registry/registry.ts'
import { commands as registry, people } from './registry/commands.ts'
import { commands as sickleave } from './sickleave/commands.ts'
import { commands as vendor } from './vendor/commands.ts'
import { commands as simulator } from './simulator/commands.ts'

// Access is a lower layer than registry, so its command for clients gets the institutions of the register here.
clientInstitutions.find = async (world, id) => (await institution(world, id))?.name ?? null
registryOfBus.nameOf = clientInstitutions.find
clientInstitutions.make = async (world, clientName) => {
  const name = `Установа система „${clientName.slice(0, 100)}“`
  const mb = String(world.random(4).readUInt32BE() % 100_000_000).padStart(8, '0')
  const [id] = await world.sql.begin((tx) => registerInstitutions(tx, [{ mb, name, kind: 'invented', municipality: 'Београд', ownership: 'private' }]))
  return { id: id as number, name }
}

// Identity is a higher layer than registry, whose lists name people by number.
Object.assign(people, forLists)

// A package changes every later verdict, so adding or removing one is a row in the log. The log is a higher layer than the definitions.
packageJournal.begin = (world, act) => {
  const who = whoIs({ ...anonymous, kind: 'system', id: 'command-line', name: 'command line', roles: ['operator'] })
  const correlation = `package-${world.random(8).toString('hex')}`
  return world.ledger.transaction((tx) =>
    act(tx, (what) =>
      tx.audit([{ action: 'configure', who, patient: null, what, purpose: 'administration', basis: 'operator', decision: 'permit', correlation }]),
    ),
  )
}

export const commands: Command[] = [
  ...platform,
  ...fhir,
  ...audit,
  ...access,
  ...bus,
  ...registry,
  ...identity,
  ...record,
  ...sickleave,
  ...vendor,
  ...edge,
  ...simulator,
]
