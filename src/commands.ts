import { commands as access, institutions as clientInstitutions } from './access/commands.ts'
import { commands as audit } from './audit/commands.ts'
import { commands as bus, registry as registryOfBus } from './bus/commands.ts'
import { commands as fhir } from './fhir/commands.ts'
import { commands as identity } from './identity/commands.ts'
import type { Command } from './platform/cli.ts'
import { commands as platform } from './platform/commands.ts'
import { commands as record } from './record/commands.ts'
import { institution, registerInstitutions } from './registry/registry.ts'
import { commands as registry } from './registry/commands.ts'
import { commands as simulator } from './simulator/commands.ts'

// Access stands below registry, so its command for clients gets the register's institutions handed down here.
clientInstitutions.find = async (world, id) => (await institution(world, id))?.name ?? null
registryOfBus.nameOf = clientInstitutions.find
clientInstitutions.make = async (world, clientName) => {
  const name = `Установа система „${clientName.slice(0, 100)}“`
  const mb = String(world.random(4).readUInt32BE() % 100_000_000).padStart(8, '0')
  const [id] = await world.sql.begin((tx) => registerInstitutions(tx, [{ mb, name, kind: 'invented', municipality: 'Београд', ownership: 'private' }]))
  return { id: id as number, name }
}

export const commands: Command[] = [...platform, ...fhir, ...audit, ...access, ...bus, ...registry, ...identity, ...record, ...simulator]
