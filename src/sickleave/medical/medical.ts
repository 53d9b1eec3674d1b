import type { Runner, Transaction } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import { openWith, sealWith } from '../sealed.ts'

/** What only the doctor, the commission and the employee read. A step without a medical change has no part. */
export type MedicalPart = {
  diagnosis?: string
  /** Why the doctor's longer limit applies. */
  exception?: 'malignant' | 'pregnancy' | 'disability' | 'surgery'
  note?: string
  finding?: string
  /** The file that the doctor signed, unchanged: it contains the diagnosis. */
  signed?: string
}

const keyOf = ({ keys }: Pick<World, 'keys'>) => keys.derive('sickleave-medical', 32)

/** Sealed under a key of its own, which the employers' process never gets. */
export const sealPart = (world: Pick<World, 'keys' | 'random'>, place: string, value: unknown): Buffer => sealWith(keyOf(world), world, place, value)

export const openPart = <T>(world: Pick<World, 'keys'>, place: string, sealed: Buffer): T => openWith<T>(keyOf(world), place, sealed)

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
