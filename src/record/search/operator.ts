import { type Actor, anonymous } from '../../platform/actor.ts'
import { baseUrl } from '../../platform/config.ts'
import type { World } from '../../platform/world.ts'
import type { Asking } from '../asking.ts'

const operator: Actor = { ...anonymous, kind: 'system', id: 'command-line', name: 'command line', roles: ['operator'] }

/** The context of an operator on the command line, whose acts are logged like anybody's. */
export const operatorAsking = (world: World, act: string): Asking => ({
  world,
  actor: operator,
  correlation: `${act}-${world.random(8).toString('hex')}`,
  base: `${baseUrl(world.config)}/fhir`,
  purpose: 'administration',
})
