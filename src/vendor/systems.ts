import { admission } from '../bus/bus.ts'
import { numbers } from '../identity/identity.ts'
import { anonymous } from '../platform/actor.ts'
import { whoIs } from '../audit/audit.ts'
import { Refusal } from '../platform/refusal.ts'
import { isUniqueViolation } from '../platform/sql.ts'
import { isUuid, uuidV7 } from '../platform/uuid.ts'
import type { World } from '../platform/world.ts'
import { registerInstitutions } from '../registry/registry.ts'
import { readFields, words } from './body.ts'
import type { SignedUp } from './wire.ts'

const systemsMax = 5000
const anHourMax = 60
const hourMs = 3_600_000
/** Registration numbers of invented institutions begin so, and can be told apart at a glance. */
const inventedMb = '98'

export type System = { id: string; institution: number; mb: string; vendor: string; name: string; version: string; contact: string; createdAt: Date }

export function requireSandbox(world: World): void {
  if (!world.config.SANDBOX) throw new Refusal('not-found', 'this centre has no sandbox', { hint: 'SANDBOX=true, on an instance without real people.' })
}

/** A vendor signs up by itself. It gets an invented institution of its own, and the word by which its system proves that it belongs to it. */
export async function signUp(world: World, body: unknown, correlation: string): Promise<SignedUp> {
  requireSandbox(world)
  const input = readFields(body, {
    vendor: { form: words(120), about: 'Name of the firm, at most 120 characters, without numbers of people.' },
    name: { form: words(120), about: 'Name of the local system.' },
    version: { form: words(40), about: 'Its version.' },
    contact: { form: words(120), about: 'Whom the operator reaches: an e-mail address.' },
  })
  const now = world.now()
  const [count] = await world.sql<{ all: number; lately: number }>`
    select count(*)::int as all, (count(*) filter (where created_at > ${new Date(now.getTime() - hourMs)}))::int as lately from vendor.system`
  if ((count?.all ?? 0) >= systemsMax) throw new Refusal('too-many', 'the sandbox is full', { retryAfterSeconds: 86_400 })
  if ((count?.lately ?? 0) >= anHourMax) throw new Refusal('too-many', 'too many systems signed up in the last hour', { retryAfterSeconds: 600 })
  const id = uuidV7(world)
  const mb = newMb(world)
  const { vendor = '', name = '', version = '', contact = '' } = input
  const institutionName = `Пробна установа: ${name}`.slice(0, 200)
  try {
    const { code } = await world.ledger.transaction(async (tx) => {
      const [institution] = await registerInstitutions(tx, [{ mb, name: institutionName, kind: 'sandbox', municipality: 'Београд', ownership: 'private' }])
      await tx`
        insert into vendor.system (id, institution, mb, vendor, name, version, contact, created_at)
        values (${id}, ${institution}, ${mb}, ${vendor}, ${name}, ${version}, ${contact}, ${now})`
      tx.audit([
        {
          action: 'configure',
          who: whoIs({ ...anonymous, kind: 'system', id: 'sandbox', name: 'sandbox' }),
          patient: null,
          what: `vendor-system/${id}`,
          purpose: 'administration',
          basis: 'sandbox',
          decision: 'permit',
          correlation,
        },
      ])
      return admission.issueCode(world, tx, { mb, institution: institution as number })
    })
    return {
      system: id,
      institution: { mb, name: institutionName },
      word: code,
      next: [
        'POST /bus/members',
        'POST /bus/members/CODE/proof',
        'POST /bus/members/CODE/self-test',
        `POST /vendor/systems/${id}/admission`,
        'POST /bus/members/CODE/activation',
      ],
    }
  } catch (error) {
    if (isUniqueViolation(error)) throw new Refusal('busy', 'the number was taken at this moment; sign up again', { retryAfterSeconds: 1 })
    throw error
  }
}

function newMb(world: World): string {
  const seven = `${inventedMb}${String(world.random(4).readUInt32BE() % 100_000).padStart(5, '0')}`
  return `${seven}${numbers.mbCheckDigit(seven)}`
}

/** In the sandbox a program admits systems by the same rules by which an operator does elsewhere. */
export async function admitSystem(world: World, id: string) {
  requireSandbox(world)
  const system = await findSystem(world, id)
  if (!system) throw new Refusal('not-found', 'there is no such system')
  return { members: await admission.admit(world, system.institution, `sandbox-${system.id.slice(0, 8)}`) }
}

export async function findSystem(world: World, id: string): Promise<System | null> {
  if (!isUuid(id)) return null
  const [found] = await world.sql<System>`
    select id, institution, mb, vendor, name, version, contact, created_at from vendor.system where id = ${id}::uuid`
  return found ?? null
}

export async function systemOfInstitution(world: World, institution: number | null): Promise<System | null> {
  if (institution === null) return null
  const [found] = await world.sql<System>`
    select id, institution, mb, vendor, name, version, contact, created_at from vendor.system where institution = ${institution}`
  return found ?? null
}
