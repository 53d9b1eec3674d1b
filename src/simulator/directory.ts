// Finds the institution of the country that serves a person.

import { doctorsOf } from './households.ts'
import type { Institution, UnitKind } from './institutions.ts'
import { municipalities, type Municipality } from './places.ts'
import type { Worker } from './workers.ts'

export type Level = 'home' | 'hospital' | 'center' | 'private' | 'institute'

export type Directory = {
  find(municipality: Municipality, level: Level, kind: UnitKind): Institution | null
  workers(institution: Institution, kind: UnitKind): Worker[]
  all: Institution[]
}

export function createDirectory(institutions: Institution[]): Directory {
  const doctors = new Map<string, Worker[]>()
  const found = new Map<string, Institution | null>()
  return {
    all: institutions,
    find(municipality, level, kind) {
      const key = `${municipality.name}/${level}/${level === 'private' ? kind : ''}`
      if (!found.has(key)) found.set(key, search(institutions, municipality, level, kind))
      return found.get(key)!
    },
    workers(institution, kind) {
      const key = `${institution.index}/${kind}`
      let list = doctors.get(key)
      if (!list) doctors.set(key, (list = kind === 'nursing' ? nursesOf(institution) : doctorsOf(institution, kind)))
      return list
    },
  }
}

function search(institutions: Institution[], municipality: Municipality, level: Level, kind: UnitKind): Institution | null {
  const hospital = municipality.hospital === 'Београд' ? 'Општа болница Београд' : `Општа болница ${municipality.hospital}`
  switch (level) {
    case 'home':
      return institutions[municipalities.indexOf(municipality)] ?? null
    case 'hospital':
      return institutions.find((one) => one.name === hospital) ?? null
    case 'center':
      return institutions.find((one) => one.kind === 'clinical-center' && one.name.endsWith(municipality.center)) ?? null
    case 'institute':
      return institutions.find((one) => one.kind === 'institute' && one.name.endsWith(municipality.center)) ?? null
    case 'private':
      return institutions.find((one) => isPrivate(one) && one.municipality === municipality && one.units.some((unit) => unit.kind === kind)) ?? null
  }
}

const isPrivate = (one: Institution) => one.kind === 'private-practice' || one.kind === 'private-laboratory'

function nursesOf(institution: Institution): Worker[] {
  const unit = institution.units.find((one) => one.kind === 'nursing')
  return unit ? unit.workers.filter((one) => one.licenceStatus === 'active') : []
}
