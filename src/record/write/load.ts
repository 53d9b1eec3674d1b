import { planBundle, type Resource } from '../../fhir/fhir.ts'
import type { Actor } from '../../platform/actor.ts'
import { baseUrl } from '../../platform/config.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import { institution as institutionOf } from '../../registry/registry.ts'
import { type Prepared, writePrepared } from './apply.ts'
import type { Asking } from '../asking.ts'
import { refusalOf } from '../http/bundle.ts'
import { prepare } from './transaction.ts'

/** A transaction bundle of one institution. */
export type Load = { institution: number; bundle: Resource }

/**
 * Files transaction bundles for bulk sources inside the house, by the same code as POST /fhir. Several share one database transaction: all are filed
 * or none. `fresh` gives the loads once more, unchanged, for another attempt after a deadlock.
 */
export async function loadAll(world: World, loads: readonly Load[], fresh: () => readonly Load[]): Promise<void> {
  if (loads.length === 0) return
  let next: readonly Load[] | null = loads
  await world.ledger.transaction(async (tx) => {
    const now = next ?? fresh()
    next = null
    const prepared: Prepared[] = []
    for (const { institution, bundle } of now) {
      const asking = await askingOf(world, institution)
      const plan = planBundle(bundle)
      const wrong = [
        ...plan.issues,
        ...plan.entries.flatMap((entry) => entry.issues),
        ...world.fhir.validate(bundle).filter((issue) => issue.severity === 'error'),
      ]
      if (wrong.length > 0) throw refusalOf(wrong)
      if (plan.kind !== 'transaction') throw new Refusal('incorrect', 'only transactions are loaded')
      prepared.push((await prepare(asking, tx, plan)).prepared)
    }
    await writePrepared(tx, prepared, { isOne: true })
  })
}

export const load = (world: World, institution: number, bundles: readonly Resource[]): Promise<void> => {
  const loads = () => bundles.map((bundle) => ({ institution, bundle }))
  const kept = JSON.stringify(loads()) // The first attempt replaces references in place.
  return loadAll(world, loads(), () => JSON.parse(kept) as Load[])
}

async function askingOf(world: World, institution: number): Promise<Asking> {
  const known = await institutionOf(world, institution)
  const name = known?.name ?? `institution ${institution}`
  const actor: Actor = {
    kind: 'system',
    id: `loader-${institution}`,
    name,
    roles: [],
    scopes: ['system/*.cruds'],
    institution,
    institutionName: name,
    unit: null,
    unitName: null,
    worker: null,
    patient: null,
    session: null,
  }
  return { world, actor, correlation: `load-${world.random(8).toString('hex')}`, base: `${baseUrl(world.config)}/fhir`, purpose: 'health-care' }
}
