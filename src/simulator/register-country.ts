// Enters institutions, workers and employers of the country into the registers, through the doors that real sources use.

import { bulk, numberHash, registerInstitutions } from '../registry/registry.ts'
import type { Transaction, World } from '../platform/world.ts'
import type { Country } from './country.ts'
import type { Worker } from './workers.ts'

/** Finds the registers' ids by the indices and codes of the generator. */
export type Register = {
  institution(index: number): number
  unit(institution: number, code: string): number
  worker(licence: string): number
  employer(index: number): number
}

/** Registers whole lists; a repetition only brings them up to date. */
export async function registerCountry(
  tx: Transaction,
  world: World,
  { institutions, employers }: Pick<Country, 'institutions' | 'employers'>,
): Promise<Register> {
  const institutionIds = await registerInstitutions(
    tx,
    institutions.map(({ mb, name, kind, municipality, isPublic, address, phone, email }) => ({
      mb,
      name,
      kind,
      municipality: municipality.name,
      ownership: isPublic ? ('public' as const) : ('private' as const),
      address,
      phone,
      email,
    })),
  )
  const units = institutions.flatMap((institution) => institution.units.map((unit) => ({ institution, ...unit })))
  const unitIds = await bulk.registerUnits(
    tx,
    units.map(({ institution, code, name, kind }) => ({ institution: institutionIds[institution.index]!, code, name, kind })),
  )
  const unitOf = new Map(units.map(({ institution, code }, place) => [`${institution.index}/${code}`, unitIds[place]!]))

  const workers = institutions.flatMap((institution) => institution.units.flatMap((unit) => unit.workers))
  const workerIds = await bulk.registerWorkers(
    tx,
    workers.map((one) => givenWorker(world, one, institutionIds[one.institution]!, unitOf.get(`${one.institution}/${one.unit}`)!)),
  )
  const workerOf = new Map(workers.map(({ licence }, place) => [licence, workerIds[place]!]))
  const employerIds = await bulk.registerEmployers(
    tx,
    employers.map(({ pib, mb, name, municipality, address, account }) => ({
      pib,
      mb,
      name,
      municipality: municipality.name,
      address,
      account,
    })),
  )
  return {
    institution: (index) => institutionIds[index]!,
    unit: (institution, code) => unitOf.get(`${institution}/${code}`)!,
    worker: (licence) => workerOf.get(licence)!,
    employer: (index) => employerIds[index]!,
  }
}

function givenWorker(world: World, worker: Worker, institution: number, unit: number) {
  return {
    family: worker.family,
    given: worker.given,
    title: worker.title,
    sex: worker.sex,
    chamber: worker.chamber,
    licenceNumber: worker.licence,
    licenceKind: worker.profession,
    licenceStatus: worker.licenceStatus,
    acquiredOn: worker.licensedFrom,
    validUntil: worker.licensedUntil,
    specialty: worker.specialty,
    email: worker.email,
    phone: worker.phone,
    personHash: numberHash(world, 'jmbg', worker.jmbg),
    employments: [{ institution, unit, role: worker.profession, fromDate: worker.licensedFrom }],
  }
}
