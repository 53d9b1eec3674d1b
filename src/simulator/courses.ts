// Long illnesses: how common they are by age, who follows them, what is measured, how they are treated, and how they shift laboratory values.
// Prevalence curves are rounded from what is generally known of Serbia's and Europe's population; they need only be believable.

import type { Panel } from './analyses.ts'
import type { UnitKind } from './institutions.ts'
import type { Sex } from './person.ts'

type Curve = readonly (readonly [age: number, share: number])[]

/** A step begins so many years after the diagnosis. The medicines that it replaces end then. */
type Step = { after: number; medicines: readonly string[]; share?: number; replaces?: readonly string[] }

export type Course = {
  code: string
  text: string
  curve: Record<Sex, Curve>
  /** Illnesses with the same latent load come together, such as sugar, pressure and fats in one person. */
  latent: 'metabolic' | 'breath' | 'mood' | 'frailty' | 'none'
  /** Visits a year to the chosen doctor for this illness. */
  visits: number
  specialist?: { unit: UnitKind; perYear: number; level: 'hospital' | 'center' }
  panels: readonly Panel[]
  therapy: readonly Step[]
  /** By how much the fully developed, untreated illness shifts an analysis. */
  effects: Readonly<Record<string, number>>
  /** The share of the shift that therapy removes in a patient who takes it. */
  cure: number
  /** The shift of systolic pressure, mmHg. */
  pressure?: number
  isLong?: boolean
}

const both = (curve: Curve): Record<Sex, Curve> => ({ male: curve, female: curve })
const only = (sex: Sex, curve: Curve): Record<Sex, Curve> => ({ male: [[0, 0]], female: [[0, 0]], [sex]: curve })

export const courses: readonly Course[] = [
  { code: 'I10', text: 'Есенцијална (примарна) хипертензија', latent: 'metabolic', visits: 1.2, pressure: 34, cure: 0.75,
    curve: { male: [[25, 0], [35, 0.08], [50, 0.3], [65, 0.58], [80, 0.72]], female: [[28, 0], [40, 0.08], [50, 0.25], [65, 0.58], [80, 0.76]] },
    specialist: { unit: 'cardiology', perYear: 0.08, level: 'hospital' }, panels: ['electrolytes', 'lipids'],
    therapy: [{ after: 0, medicines: ['ramipril'] }, { after: 3, medicines: ['amlodipine'], share: 0.6 }, { after: 7, medicines: ['indapamide'], share: 0.35 }],
    effects: { creatinine: 6, uric: 30 } },
  { code: 'E11.9', text: 'Дијабетес мелитус тип 2, без компликација', latent: 'metabolic', visits: 1.6, cure: 0.6,
    curve: { male: [[30, 0], [45, 0.04], [60, 0.14], [75, 0.24]], female: [[32, 0], [45, 0.03], [60, 0.12], [75, 0.24]] },
    specialist: { unit: 'internal', perYear: 0.4, level: 'hospital' }, panels: ['sugar', 'electrolytes', 'lipids'],
    therapy: [{ after: 0, medicines: ['metformin500'] }, { after: 1, medicines: ['metformin'], replaces: ['metformin500'] },
      { after: 5, medicines: ['gliclazide'], share: 0.5 }, { after: 6, medicines: ['empagliflozin'], share: 0.35 },
      { after: 12, medicines: ['glargine'], share: 0.5, replaces: ['gliclazide'] }],
    effects: { glucose: 6.5, hba1c: 3.6, triglycerides: 0.9, creatinine: 10 } },
  { code: 'E78.0', text: 'Чиста хиперхолестеролемија', latent: 'metabolic', visits: 0.5, cure: 0.8,
    curve: { male: [[25, 0], [40, 0.1], [55, 0.26], [70, 0.32]], female: [[30, 0], [50, 0.12], [60, 0.3], [75, 0.36]] },
    panels: ['lipids', 'liver'], therapy: [{ after: 0.3, medicines: ['atorvastatin'] }, { after: 6, medicines: ['rosuvastatin'], share: 0.3, replaces: ['atorvastatin'] }],
    effects: { cholesterol: 2.4, ldl: 2.1, triglycerides: 0.7 } },
  { code: 'J45.9', text: 'Астма, неозначена', latent: 'breath', visits: 0.9, cure: 0.7, curve: both([[2, 0], [8, 0.05], [40, 0.065], [70, 0.08]]),
    specialist: { unit: 'pulmonology', perYear: 0.2, level: 'hospital' }, panels: ['blood'],
    therapy: [{ after: 0, medicines: ['salbutamol'] }, { after: 0.5, medicines: ['budesonide'], share: 0.6 }], effects: { leukocytes: 0.6 } },
  { code: 'J44.9', text: 'Хронична опструктивна болест плућа, неозначена', latent: 'breath', visits: 1.2, cure: 0.3,
    curve: { male: [[42, 0], [55, 0.05], [70, 0.14], [85, 0.18]], female: [[45, 0], [60, 0.04], [75, 0.09]] },
    specialist: { unit: 'pulmonology', perYear: 0.35, level: 'hospital' }, panels: ['blood'],
    therapy: [{ after: 0, medicines: ['tiotropium', 'salbutamol'] }, { after: 4, medicines: ['budesonide'], share: 0.5 }], effects: { hemoglobin: 9, leukocytes: 1.2 } },
  { code: 'F32.1', text: 'Умерена депресивна епизода', latent: 'mood', visits: 1.6, cure: 0.8, isLong: false,
    curve: { male: [[18, 0], [40, 0.03], [70, 0.07]], female: [[18, 0], [40, 0.055], [70, 0.13]] },
    specialist: { unit: 'psychiatry', perYear: 0.6, level: 'hospital' }, panels: ['check'],
    therapy: [{ after: 0, medicines: ['sertraline'] }], effects: {} },
  { code: 'F41.1', text: 'Генерализовани анксиозни поремећај', latent: 'mood', visits: 0.9, cure: 0.8,
    curve: { male: [[18, 0], [45, 0.04], [70, 0.06]], female: [[18, 0], [45, 0.08], [70, 0.12]] },
    panels: ['thyroid'], therapy: [{ after: 0, medicines: ['escitalopram'], share: 0.7 }], effects: {} },
  { code: 'E03.9', text: 'Хипотиреоза, неозначена', latent: 'none', visits: 0.8, cure: 0.9,
    curve: { male: [[25, 0], [50, 0.012], [75, 0.03]], female: [[18, 0], [35, 0.03], [55, 0.09], [75, 0.13]] },
    specialist: { unit: 'endocrinology', perYear: 0.15, level: 'center' }, panels: ['thyroid'],
    therapy: [{ after: 0, medicines: ['levothyroxine'] }], effects: { tsh: 9, ft4: -5, cholesterol: 0.6 } },
  { code: 'M54.5', text: 'Бол у доњем делу леђа', latent: 'none', visits: 0.5, cure: 0.5, curve: both([[22, 0], [40, 0.14], [60, 0.26], [80, 0.3]]),
    panels: [], therapy: [], effects: {} },
  { code: 'I48.9', text: 'Фибрилација и флатер преткомора, неозначени', latent: 'frailty', visits: 1.4, cure: 0.5,
    curve: both([[50, 0], [65, 0.035], [75, 0.08], [88, 0.15]]), specialist: { unit: 'cardiology', perYear: 0.5, level: 'hospital' }, panels: ['electrolytes'],
    therapy: [{ after: 0, medicines: ['bisoprolol', 'rivaroxaban'] }], effects: {} },
  { code: 'I50.9', text: 'Срчана инсуфицијенција, неозначена', latent: 'frailty', visits: 1.8, cure: 0.4, curve: both([[58, 0], [70, 0.04], [80, 0.09], [90, 0.16]]),
    specialist: { unit: 'cardiology', perYear: 0.6, level: 'hospital' }, panels: ['kidney'],
    therapy: [{ after: 0, medicines: ['furosemide', 'bisoprolol'] }, { after: 1, medicines: ['spironolactone'], share: 0.6 }], effects: { creatinine: 28, urea: 4, sodium: -3 } },
  { code: 'I25.2', text: 'Стари инфаркт миокарда', latent: 'none', visits: 1, cure: 0.6, curve: both([[0, 0]]),
    specialist: { unit: 'cardiology', perYear: 0.5, level: 'hospital' }, panels: ['lipids', 'electrolytes'],
    therapy: [{ after: 0, medicines: ['aspirin', 'bisoprolol', 'rosuvastatin', 'perindopril'] }, { after: 0, medicines: ['clopidogrel'] }], effects: { ldl: 0.8, cholesterol: 0.9 } },
  { code: 'I69.3', text: 'Последице инфаркта мозга', latent: 'none', visits: 1, cure: 0.5, curve: both([[0, 0]]),
    specialist: { unit: 'neurology', perYear: 0.4, level: 'hospital' }, panels: ['lipids'],
    therapy: [{ after: 0, medicines: ['clopidogrel', 'atorvastatin'] }], effects: {} },
  { code: 'N40', text: 'Хиперплазија простате', latent: 'none', visits: 0.6, cure: 0.5, curve: only('male', [[48, 0], [60, 0.12], [75, 0.32], [88, 0.4]]),
    specialist: { unit: 'urology', perYear: 0.4, level: 'hospital' }, panels: ['prostate'], therapy: [{ after: 0, medicines: ['tamsulosin'] }], effects: { psa: 3.4 } },
  { code: 'M81.9', text: 'Остеопороза, неозначена', latent: 'none', visits: 0.5, cure: 0.5, curve: only('female', [[52, 0], [65, 0.14], [80, 0.3]]),
    panels: ['bone'], therapy: [{ after: 0, medicines: ['alendronate', 'cholecalciferol1000'] }], effects: {} },
  { code: 'M17.9', text: 'Гонартроза, неозначена', latent: 'frailty', visits: 0.5, cure: 0.5, curve: both([[48, 0], [62, 0.12], [80, 0.25]]),
    specialist: { unit: 'orthopaedics', perYear: 0.2, level: 'hospital' }, panels: ['joints'], therapy: [], effects: { crp: 2 } },
  { code: 'K21.9', text: 'Гастроезофагеална рефлуксна болест', latent: 'none', visits: 0.4, cure: 0.8, curve: both([[22, 0], [45, 0.08], [70, 0.13]]),
    panels: [], therapy: [{ after: 0, medicines: ['pantoprazole'], share: 0.8 }], effects: {} },
  { code: 'D50.9', text: 'Анемија због недостатка гвожђа, неозначена', latent: 'none', visits: 0.8, cure: 0.85, isLong: false,
    curve: { male: [[40, 0], [80, 0.05]], female: [[13, 0], [30, 0.08], [48, 0.14], [80, 0.17]] }, panels: ['iron'],
    therapy: [{ after: 0, medicines: ['iron'] }], effects: { hemoglobin: -32, erythrocytes: -0.6, hematocrit: -8, iron: -12, ferritin: -50 } },
  { code: 'N18.3', text: 'Хронична болест бубрега, стадијум 3', latent: 'frailty', visits: 1, cure: 0.2, curve: both([[55, 0], [70, 0.05], [85, 0.13]]),
    specialist: { unit: 'nephrology', perYear: 0.4, level: 'hospital' }, panels: ['kidney', 'joints'], therapy: [{ after: 0, medicines: ['allopurinol'], share: 0.5 }],
    effects: { creatinine: 95, urea: 8, egfr: -48, uric: 120, potassium: 0.5, hemoglobin: -10 } },
  { code: 'N18.5', text: 'Хронична болест бубрега, стадијум 5', latent: 'none', visits: 1, cure: 0.15, curve: both([[55, 0], [85, 0.003]]),
    specialist: { unit: 'nephrology', perYear: 1, level: 'hospital' }, panels: ['kidney'],
    therapy: [{ after: 0, medicines: ['epoetin', 'sevelamer', 'calcitriol'] }],
    effects: { creatinine: 640, urea: 18, egfr: -80, potassium: 1.2, phosphate: 1, pth: 280, calcium: -0.2, hemoglobin: -42, erythrocytes: -1.2, hematocrit: -11 } },
  { code: 'G43.9', text: 'Мигрена, неозначена', latent: 'none', visits: 0.5, cure: 0.5, curve: { male: [[15, 0], [35, 0.04]], female: [[14, 0], [35, 0.11]] },
    panels: [], therapy: [{ after: 0, medicines: ['sumatriptan'], share: 0.6 }], effects: {} },
  { code: 'J30.1', text: 'Алергијска кијавица изазвана поленом', latent: 'breath', visits: 0.4, cure: 0.7, curve: both([[4, 0], [15, 0.08], [40, 0.13]]),
    panels: [], therapy: [{ after: 0, medicines: ['loratadine'], share: 0.7 }], effects: {} },
  { code: 'H40.1', text: 'Примарни глауком отвореног угла', latent: 'none', visits: 0.2, cure: 0.5, curve: both([[50, 0], [70, 0.03], [85, 0.06]]),
    specialist: { unit: 'ophthalmology', perYear: 0.6, level: 'hospital' }, panels: [], therapy: [{ after: 0, medicines: ['latanoprost'] }, { after: 4, medicines: ['timolol'], share: 0.4 }], effects: {} },
  { code: 'H25.9', text: 'Сенилна катаракта, неозначена', latent: 'none', visits: 0.1, cure: 0.5, curve: both([[60, 0], [72, 0.1], [85, 0.28]]),
    specialist: { unit: 'ophthalmology', perYear: 0.3, level: 'hospital' }, panels: [], therapy: [], effects: {} },
  { code: 'L20.9', text: 'Атопијски дерматитис, неозначен', latent: 'breath', visits: 0.5, cure: 0.5, curve: both([[0.3, 0.02], [3, 0.09], [12, 0.1]]),
    specialist: { unit: 'dermatology', perYear: 0.2, level: 'hospital' }, panels: [], therapy: [{ after: 0, medicines: ['hydrocortisone'] }], effects: {} },
  { code: 'C50.9', text: 'Злоћудни тумор дојке, неозначен', latent: 'none', visits: 0.8, cure: 0.6, curve: only('female', [[38, 0], [55, 0.012], [75, 0.04]]),
    specialist: { unit: 'oncology', perYear: 1.6, level: 'center' }, panels: ['breast'], therapy: [{ after: 0.6, medicines: ['letrozole'] }], effects: { ca153: 26, hemoglobin: -6 } },
]

export const courseOf = new Map(courses.map((course) => [course.code, course]))
