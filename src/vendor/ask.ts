import { access } from '../access/access.ts'
import { tellInstitution } from '../bus/bus.ts'
import { Refusal } from '../platform/refusal.ts'
import type { World } from '../platform/world.ts'
import { readFields } from './body.ts'
import { protocols } from './scenario/documents.ts'
import { rulesVersion } from './scenario/scenarios.ts'
import { findSystem, requireSandbox } from './systems.ts'

const underWayMs = 5 * 60_000

/** Asks the institution's edge to play the scenarios. Somebody without an edge reads in `how` what to do. Answers how many members were told. */
export const askToPlay = (world: World, institution: number, asked: readonly string[], repeat: boolean): Promise<number> =>
  tellInstitution(world, institution, 'contract-tests', {
    at: world.now().toISOString(),
    rules: rulesVersion,
    protocols: asked,
    repeat,
    how: `npm run spona -- edge certify${repeat ? ' --repeat' : ''}`,
  })

/** The vendor's page asks for a run: the vendor's edge hears it over the connection that it holds open, and plays. */
export async function askForRun(world: World, id: string, body: unknown, address: string): Promise<{ asked: string }> {
  requireSandbox(world)
  access.limit(world, 'check', address)
  const { protocol = '' } = readFields(body, { protocol: { form: new RegExp(`^(?:${protocols.join('|')})$`), about: protocols.join(', ') } })
  const system = await findSystem(world, id)
  if (!system) throw new Refusal('not-found', 'there is no such system')
  const [open] = await world.sql<{ id: string }>`
    select id from vendor.run
     where system = ${system.id}::uuid and ended_at is null and began_at > ${new Date(world.now().getTime() - underWayMs)}
     limit 1`
  if (open) throw new Refusal('conflict', 'a run of this system is under way', { hint: 'Wait for its end, five minutes at most.' })
  if ((await askToPlay(world, system.institution, [protocol], false)) === 0)
    throw new Refusal('conflict', 'no member of this system is active', { hint: 'Join first (edge init), and start the edge.' })
  return { asked: protocol }
}
