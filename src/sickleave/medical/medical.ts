import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Runner, Transaction } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'

/** What only the doctor, the commission and the employee read. A step that changes nothing medical has no part. */
export type MedicalPart = {
  diagnosis?: string
  /** Why the doctor's longer limit holds. */
  exception?: 'malignant' | 'pregnancy' | 'disability' | 'surgery'
  note?: string
  finding?: string
  /** What the doctor signed, as it came: it holds the diagnosis. */
  signed?: string
}

const [ivBytes, tagBytes] = [12, 16]
const keyOf = ({ keys }: Pick<World, 'keys'>) => keys.derive('sickleave-medical', 32)

/** AES-256-GCM under a key of its own. The place is bound in, so a part moved to another person or leave does not open. */
export function sealPart(world: Pick<World, 'keys' | 'random'>, place: string, value: unknown): Buffer {
  const iv = world.random(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', keyOf(world), iv).setAAD(Buffer.from(place))
  const text = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), text])
}

export function openPart<T>(world: Pick<World, 'keys'>, place: string, sealed: Buffer): T {
  const decipher = createDecipheriv('aes-256-gcm', keyOf(world), sealed.subarray(0, ivBytes), { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(place)).setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes))
  return JSON.parse(decipher.update(sealed.subarray(ivBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8')) as T
}

const placeOf = (patient: number, leave: string, seq: number) => `${patient} ${leave} ${seq}`

export async function keepMedical(tx: Transaction, world: World, at: { patient: number; leave: string; seq: number }, part: MedicalPart): Promise<void> {
  if (Object.values(part).every((value) => value === undefined)) return
  const sealed = sealPart(world, placeOf(at.patient, at.leave, at.seq), part)
  await tx`select sickleave_medical.keep(${at.patient}, ${at.leave}::uuid, ${at.seq}, ${sealed})`
}

export async function medicalOf(sql: Runner, world: World, patient: number, leave: string): Promise<(MedicalPart & { seq: number })[]> {
  const rows = await sql<{ seq: number; sealed: Buffer }>`select seq, sealed from sickleave_medical.parts_of(${patient}, ${leave}::uuid)`
  return rows.map(({ seq, sealed }) => ({ seq, ...openPart<MedicalPart>(world, placeOf(patient, leave, seq), sealed) }))
}
