// The rows of the register of resources, named after the rulebook on the e-karton, art. 4 and 15.

export type Institution = {
  id: number
  mb: string
  /** As registered, in Cyrillic. */
  name: string
  shortName: string
  kind: string
  municipality: string
  ownership: 'public' | 'private'
  address: string | null
  phone: string | null
  email: string | null
}

export type Unit = { id: number; institution: number; code: string; name: string; kind: string | null }

export type Employment = { institution: number; unit: number; role: string; fromDate: string; untilDate?: string | null }

export type Worker = {
  id: number
  family: string
  given: string
  /** Before the name: др, спец. др, мр пх. */
  title: string | null
  sex: 'male' | 'female'
  chamber: string | null
  licenceNumber: string
  /** doctor, dentist, nurse, technician, biochemist, pharmacist … */
  licenceKind: string
  licenceStatus: 'active' | 'inactive' | 'suspended'
  acquiredOn: string | null
  renewedOn: string | null
  validUntil: string | null
  specialty: string | null
  subspecialty: string | null
  email: string | null
  phone: string | null
}

export type Employer = {
  id: number
  pib: string
  mb: string
  name: string
  municipality: string
  activity: string | null
  address: string | null
  account: string | null
}

export type Insurance = {
  patient: number
  fromDate: string
  untilDate?: string | null
  status: 'active' | 'inactive'
  basis: string
  branch?: string | null
  employer?: number | null
  /** From `numberHash(world, 'lbo', …)`; the number itself never enters this slice's tables. */
  lboHash?: Buffer | null
}

/** Categories of the choice form: a person has one chosen doctor in each. */
export const doctorCategories = { 1: 'medicine', 2: 'gynaecology', 3: 'paediatrics', 4: 'dentistry' } as const
export type DoctorCategory = keyof typeof doctorCategories

/** Reasons for changing the chosen doctor, by their codes on the form. */
export const changeReasons = {
  1: 'a calendar year has passed',
  2: 'the doctor’s employment ended',
  3: 'the insured person moved',
  4: 'dissatisfied with the substitute after three months',
  5: 'the doctor is absent for more than six months',
  6: 'disagreement',
  7: 'other',
} as const

export type ChosenDoctor = {
  patient: number
  category: DoctorCategory
  worker: number
  institution: number
  unit: number
  fromDate: string
  untilDate?: string | null
  reason?: keyof typeof changeReasons | null
}

/** The rows of bulk registration: the register gives the id, and fields that the source does not know are left out. */
type Given<T extends { id: number }, Needed extends keyof T> = Pick<T, Needed> & Partial<Omit<T, 'id'>>
export type GivenInstitution = Given<Institution, 'mb' | 'name' | 'kind' | 'municipality' | 'ownership'>
export type GivenUnit = Given<Unit, 'institution' | 'code' | 'name'>
export type GivenWorker = Given<Worker, 'family' | 'given' | 'sex' | 'licenceNumber' | 'licenceKind' | 'licenceStatus'> & {
  /** From `numberHash(world, 'jmbg', …)`. */
  personHash?: Buffer | null
  employments?: Employment[]
}
export type GivenEmployer = Given<Employer, 'pib' | 'mb' | 'name' | 'municipality'>
