// The present day of the demo: who is on duty and whose visit is open. A later start opens the next day in the same way.

import { type NewRelation, relateAll, setDuty } from '../access/access.ts'
import type { Transaction } from '../platform/world.ts'
import type { Scene } from './demo-accounts.ts'
import type { Unit } from './institutions.ts'
import { protagonists } from './protagonists.ts'
import type { Worker } from './workers.ts'

/** Refers to people by keys of the registers, so that it can be stored and opened again without inventing the country anew. */
export type DemoDay = {
  institution: number
  duties: { worker: number; unit: number }[]
  visits: { patient: number; unit: number; worker: number | null; hoursAgo: number }[]
}

type Crew = { doctor: Worker; nurse: Worker; technician: Worker; general: Unit; laboratory: Unit }

const hourMs = 3_600_000
const visitHours = 12
const beforeHours = 4

export function planDay({ register, registered, people }: Scene, { doctor, nurse, technician, general, laboratory }: Crew): DemoDay {
  const place = { general: register.unit(0, general.code), laboratory: register.unit(0, laboratory.code) }
  const worker = (one: Worker) => register.worker(one.licence)
  const visit = (index: number, hoursAgo: number) => ({ patient: registered[index]!.root, unit: place.general, worker: worker(doctor), hoursAgo })
  const sample = (index: number, hoursAgo: number) => ({ patient: registered[index]!.root, unit: place.laboratory, worker: null, hoursAgo })
  const isNeighbour = (one: Scene['people'][number]) =>
    one.index > protagonists.patient + 1 && one.death === null && one.municipality === people[0]!.municipality
  const neighbours = people.filter(isNeighbour).slice(0, 3)
  return {
    institution: register.institution(0),
    duties: [
      { worker: worker(doctor), unit: place.general },
      { worker: worker(nurse), unit: place.general },
      { worker: worker(technician), unit: place.laboratory },
    ],
    visits: [
      visit(protagonists.child, 0.4),
      visit(protagonists.patient, 0.8),
      visit(protagonists.largest, 1.2),
      ...neighbours.map(({ index }, order) => visit(index, 1.5 + order * 0.3)),
      sample(protagonists.patient, 0.8),
      sample(protagonists.largest, 1.2),
    ],
  }
}

export const endOfDay = (now: Date): Date => new Date(now.getTime() + visitHours * hourMs)

export async function openDay(tx: Transaction, { institution, duties, visits }: DemoDay, now: Date): Promise<void> {
  const ago = (hours: number) => new Date(now.getTime() - hours * hourMs)
  const until = endOfDay(now)
  await setDuty(
    tx,
    duties.map((duty) => ({ ...duty, from: ago(beforeHours), until })),
  )
  await relateAll(
    tx,
    visits.map(
      ({ patient, unit, worker, hoursAgo }): NewRelation => ({
        patient,
        kind: 'visit',
        unit,
        worker,
        institution,
        from: ago(hoursAgo),
        until,
        source: 'simulator',
        reason: 'преглед по заказаном термину',
      }),
    ),
  )
}
