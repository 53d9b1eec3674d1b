import type { Day } from './calendar.ts'
import type { Employer } from './employers.ts'
import type { Municipality } from './places.ts'
import type { Worker } from './workers.ts'

export type Sex = 'male' | 'female'

export type InsuranceBasis = 'employed' | 'self-employed' | 'farmer' | 'pensioner' | 'unemployed' | 'family-member' | 'student'

export type Insurance = {
  basis: InsuranceBasis
  /** As the Fund writes it. */
  text: string
  employer: Employer | null
  from: string
  until: string
  isActive: boolean
  branch: string
}

export type DoctorCategory = 'medicine' | 'paediatrics' | 'gynaecology' | 'dentistry'

export type Person = {
  /** Place in the country: the first N people are the same for every count. */
  index: number
  household: number
  given: string
  family: string
  /** Surname at birth, where marriage changed it. */
  maidenFamily: string | null
  sex: Sex
  birth: Day
  death: Day | null
  jmbg: string
  lbo: string
  birthPlace: Municipality
  /** Name of one parent, which stands between surname and name on Serbian documents. */
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
  /** Days on which this woman bore the children of the household. */
  births: Day[]
  story: Story | null
}

/** What is laid down beforehand about the few people every country begins with. */
export type Story = {
  /** MKB-10 code of a course of illness and the age it begins at. */
  courses: Record<string, number>
  allergies: 'drawn' | 'not-recorded' | readonly string[]
  /** Kinds of contacts that happen for certain. */
  certain: readonly string[]
  /** Visits of the last weeks, by days before today: with a specialist's report, or with none yet. */
  recent?: readonly { daysAgo: number; code: string; hasReport: boolean }[]
  /** Times as many visits and analyses as usual. */
  intensity: number
}
