import { tellInstitution } from '../bus/bus.ts'
import type { World } from '../platform/world.ts'
import type { ScenarioVerdict } from './wire.ts'

type Failed = { system: string; run: string; protocol: string; verdict: readonly ScenarioVerdict[] }

export const scenariosFailed = (verdict: readonly { id: string; passed: boolean }[]): string => verdict.flatMap((one) => (one.passed ? [] : one.id)).join(', ')

/** A failed repetition takes effect at once: the certificate is suspended with the reason, and the vendor is told. A passed one restores it. */
export async function suspend(world: World, institution: number, { system, run, protocol, verdict }: Failed): Promise<void> {
  const now = world.now()
  const reason = `the repetition ${run} failed: ${scenariosFailed(verdict)}`
  const suspended = await world.sql<{ id: string; before: string }>`
    update vendor.certificate c
       set state = 'failing', checked_at = ${now}, reason = ${reason}
      from vendor.certificate old
     where old.id = c.id and c.system = ${system}::uuid and c.protocol = ${protocol} and c.state <> 'revoked' and c.expires_at > ${now}
    returning c.id, old.state as before`
  for (const { id, before } of suspended) if (before === 'valid') await tellState(world, institution, { certificate: id, protocol, state: 'failing', reason })
}

type Told = { certificate: string; protocol: string; state: 'valid' | 'failing'; reason: string | null }

/** Tells the vendor on the bus of each change of a certificate; its edge shows the message. */
export async function tellState(world: World, institution: number, told: Told): Promise<void> {
  await tellInstitution(world, institution, 'certificates', { at: world.now().toISOString(), ...told })
}
