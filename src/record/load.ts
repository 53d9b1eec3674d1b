import type { Actor } from '../platform/actor.ts'
import { baseUrl } from '../platform/config.ts'
import type { World } from '../platform/world.ts'
import { institution as institutionOf } from '../registry/registry.ts'
import { printJson, planBundle, type Resource } from '../fhir/fhir.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Asking } from './asking.ts'
import { refusalOf } from './bundle.ts'
import { requireValid } from './prepare.ts'
import { runTransaction } from './transaction.ts'

/** Files transaction bundles of one institution through the same code as POST /fhir, for bulk sources inside the house. */
export async function load(world: World, institution: number, bundles: readonly Resource[]): Promise<void> {
  const known = await institutionOf(world, institution)
  const asking: Asking = {
    world, actor: loader(institution, known?.name ?? null), correlation: `load-${world.random(8).toString('hex')}`,
    base: `${baseUrl(world.config)}/fhir`, purpose: 'health-care',
  }
  for (const bundle of bundles) {
    const text = printJson(bundle)
    const again = () => planBundle(JSON.parse(text) as Resource)
    const plan = planBundle(bundle)
    const wrong = [...plan.issues, ...plan.entries.flatMap((entry) => entry.issues)]
    if (wrong.length > 0) throw refusalOf(wrong)
    if (plan.kind !== 'transaction') throw new Refusal('incorrect', 'only transactions are loaded')
    for (const entry of plan.entries) requireValid(world, entry.resource, null, `Bundle.entry[${entry.index}].resource`)
    await runTransaction(asking, plan, again)
  }
}

const loader = (institution: number, name: string | null): Actor => ({
  kind: 'system', id: `loader-${institution}`, name: name ?? `institution ${institution}`, roles: [], scopes: ['system/*.cruds'], institution,
  institutionName: name, unit: null, unitName: null, worker: null, patient: null, session: null,
})
