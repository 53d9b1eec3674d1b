import { access } from '../../access/access.ts'
import { type Delivery, inboxes, type Sender } from '../../bus/bus.ts'
import { headers, numbers, personOf } from '../../identity/identity.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import { workers } from '../../registry/registry.ts'
import { perform } from '../act.ts'
import type { Asking } from '../asking.ts'
import { requireAssessor } from '../assessor.ts'
import { medicalOfBody, wishFields, wishOf } from '../doctor/doctor.ts'
import { registerPaper } from '../document/code.ts'
import { useNumber } from '../document/numbers.ts'
import { bodyOf, instantOf } from '../read-body.ts'
import { planOpening } from '../rules/plan.ts'
import { keepInstitutionKey } from '../signature/keys.ts'
import { isSignedBy } from '../signature/signed-act.ts'
import { type OfflineCertificate, readCertificate } from './certificate.ts'
import { noteOffline } from './offline-store.ts'

const inbox = inboxes.sickleave
const refuse = (sentence: string, expression: string, hint?: string) => new Refusal('unprocessable', sentence, { expression, ...(hint ? { hint } : {}) })

/** What is known about a certificate, for the doctor who issued it; it is kept even when the certificate is refused later. */
export type About = { institution: number; worker: number; number: string; leave: string; patient: number | null; at: Date }

/**
 * Checks the same as online, for the true time: whose seal it is, who the doctor was then, whom they assessed, what the rules say. The opening and
 * the end of the delivery are one transaction. When the same certificate comes again, its delivery ends and nothing changes.
 */
export async function acceptCertificate(world: World, delivery: Delivery, sender: Sender, given: unknown, learn: (about: About) => void): Promise<void> {
  const certificate = readCertificate(given)
  const { leave, number, doctor, jws, kid } = certificate
  const at = instantOf({ at: certificate.at }, 'at', world.now())
  const institution = institutionOf(sender)
  const key = sender.keyAt(kid, at)
  if (!key || !isSignedBy(jws, key.jwk))
    throw new Refusal('forbidden', 'the certificate is not sealed by a key that its sender had at that time', { expression: 'certificate' })
  const worker = await workers.byLicence(world.sql, doctor)
  const actor = worker === null ? null : await access.workerOf(world.sql, worker, institution)
  if (worker === null || !actor?.roles.includes('doctor')) throw refuse('no doctor of this licence works in the institution that sent it', 'doctor')
  learn({ institution, worker, number, leave, patient: null, at })
  const asking: Asking = { world: asOf(world, at), actor, correlation: delivery.message }
  const person = await requireAssessor(asking, await handleOf(world, certificate), 'create')
  learn({ institution, worker, number, leave, patient: person.keys[0] as number, at })
  const body = bodyOf(certificate.body, [...wishFields, 'diagnosis', 'note'])
  const wish = wishOf(body)
  let isTaken = false
  await perform({ ...asking, world }, person, {
    leave,
    opening: (ground) => planOpening(ground, wish),
    medical: medicalOfBody(body),
    signed: { jws, kid, nonce: leave, by: 'institution' },
    happenedAt: at,
    useNumber: (tx) => useNumber(tx, world.keys, institution, { number, at, client: sender.client }),
    ...{ basis: person.basis, institution, worker },
    async also(tx) {
      const { jwk, validFrom, validUntil } = key
      const plain = { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y }
      await keepInstitutionKey(tx, { kid, jwk: plain, name: sender.name, place: institution, fromAt: validFrom, untilAt: validUntil })
      await registerPaper(tx, world, jws, number)
      await noteOffline(tx, delivery.message, { institution, worker, number, leave, patient: person.keys[0] as number, at }, world.now(), null)
      await inbox.take(world, tx, delivery)
      isTaken = true
    },
  })
  if (!isTaken) await world.ledger.transaction((tx) => inbox.take(world, tx, delivery))
}

export function institutionOf({ institution }: Sender): number {
  if (institution === null) throw refuse('the member that sent this is of no institution', 'certificate')
  return institution
}

/** Who was the chosen doctor then, and not who it is when the connection is back. */
const asOf = (world: World, at: Date): World => ({ ...world, now: () => at })

async function handleOf(world: World, { person: { kind, value } }: OfflineCertificate): Promise<string> {
  const [holder] = await numbers.holdersOf(world.sql, world, [{ kind, value }])
  const [header] = holder == null ? [] : await headers(world, [holder])
  if (!header || !(await personOf(world.sql, header.id)))
    throw refuse('no person of this number is known', 'person', 'Look at the number once more; correct the certificate and send it again.')
  return header.id
}
