import type { Day } from './calendar.ts'
import type { Employer } from './employers.ts'
import type { Municipality } from './places.ts'
import type { Worker } from './workers.ts'

export type Sex = 'male' | 'female'

export type InsuranceBasis = 'employed' | 'self-employed' | 'farmer' | 'pensioner' | 'unemployed' | 'family-member' | 'student'

export type Insurance = {
  basis: InsuranceBasis
  /** In the Fund's own wording. */
  text: string
  employer: Employer | null
  from: string
  until: string
  isActive: boolean
  branch: string
}

export type DoctorCategory = 'medicine' | 'paediatrics' | 'gynaecology' | 'dentistry'

export type Person = {
  /** The place in the country: the first N people are the same for every count. */
  index: number
  household: number
  given: string
  family: string
  /** The surname at birth, when marriage changed it. */
  maidenFamily: string | null
  sex: Sex
  birth: Day
  death: Day | null
  jmbg: string
  lbo: string
  birthPlace: Municipality
  /** The name of one parent, which stands between surname and given name on Serbian documents. */
  parent: string
  mother: { index: number | null; given: string; maidenFamily: string }
  father: { index: number | null; given: string }
  maritalStatus: 'never-married' | 'married' | 'widowed' | 'divorced'
  occupation: string | null
  municipality: Municipality
  address: string
  phone: string | null
  email: string | null
  isDonor: boolean
  insurance: Insurance
  chosen: { category: DoctorCategory; worker: Worker }[]
  /** The days on which this woman bore the children of the household. */
  births: Day[]
  story: Story | null
}

/** What is fixed beforehand about the few people with whom every country begins. */
export type Story = {
  /** The MKB-10 codes of illnesses, and the age at which each begins. */
  courses: Record<string, number>
  allergies: 'drawn' | 'not-recorded' | readonly string[]
  /** Kinds of contacts that certainly happen. */
  certain: readonly string[]
  /** Visits of the last weeks, each so many days before today; with a specialist's report, or still without one. */
  recent?: readonly { daysAgo: number; code: string; hasReport: boolean }[]
  /** The share of visits and analyses that is told, in the place of `toldShare` in life.ts: 1 tells all of them. */
  intensity: number
}
