// Laboratory analyses: LOINC, Serbian name, UCUM unit, reference range, and how the results of healthy people vary.

import type { Sex } from './person.ts'

export type Analysis = {
  key: string
  loinc: string
  name: string
  unit: string
  digits: number
  range: Record<Sex, readonly [number | null, number | null]>
  mean: Record<Sex, number>
  /** The spread of values between people, and from one sample to the next. */
  between: number
  within: number
}

// key|LOINC|name|UCUM|digits|male low-high|female low-high|male mean|female mean|between|within
const table = `
  hemoglobin|718-7|Хемоглобин|g/L|0|130-175|120-155|151|136|6|3
  erythrocytes|789-8|Еритроцити|10*12/L|2|4.3-5.8|3.9-5.2|5|4.5|0.2|0.1
  hematocrit|4544-3|Хематокрит|%|1|40-52|36-47|45|41|1.6|0.8
  leukocytes|6690-2|Леукоцити|10*9/L|1|3.9-10|3.9-10|6.6|6.5|0.9|0.5
  platelets|777-3|Тромбоцити|10*9/L|0|150-400|150-400|240|255|35|14
  sedimentation|30341-2|Седиментација еритроцита|mm/h|0|-15|-20|7|10|2|1.6
  crp|1988-5|C-реактивни протеин (CRP)|mg/L|1|-5|-5|1.6|1.8|0.7|0.5
  glucose|14749-6|Глукоза у серуму|mmol/L|1|3.9-6.1|3.9-6.1|5.1|5|0.3|0.2
  hba1c|4548-4|Гликозилирани хемоглобин (HbA1c)|%|1|4-6|4-6|5.3|5.3|0.2|0.1
  cholesterol|14647-2|Холестерол укупни|mmol/L|2|-5.2|-5.2|4.7|4.8|0.4|0.2
  hdl|14646-4|HDL холестерол|mmol/L|2|1-|1.2-|1.28|1.5|0.14|0.05
  ldl|22748-8|LDL холестерол|mmol/L|2|-3.4|-3.4|2.8|2.8|0.3|0.15
  triglycerides|14927-8|Триглицериди|mmol/L|2|-1.7|-1.7|1.25|1.1|0.25|0.12
  creatinine|14682-9|Креатинин у серуму|umol/L|0|62-115|53-97|84|69|8|4
  urea|22664-7|Уреа|mmol/L|1|2.8-8.3|2.8-8.3|5.4|4.9|0.7|0.4
  egfr|62238-1|Процена гломеруларне филтрације (eGFR)|mL/min/{1.73_m2}|0|60-|60-|90|89|7|3
  uric|14933-6|Мокраћна киселина|umol/L|0|200-420|140-360|320|255|34|14
  potassium|2823-3|Калијум|mmol/L|1|3.5-5.1|3.5-5.1|4.4|4.3|0.2|0.15
  sodium|2951-2|Натријум|mmol/L|0|136-145|136-145|140.5|140.5|1|0.8
  calcium|2000-8|Калцијум|mmol/L|2|2.15-2.55|2.15-2.55|2.36|2.36|0.05|0.03
  phosphate|14879-1|Фосфат неоргански|mmol/L|2|0.8-1.5|0.8-1.5|1.12|1.15|0.1|0.06
  alt|1742-6|Аланин аминотрансфераза (ALT)|U/L|0|-45|-35|25|19|5|3
  ast|1920-8|Аспартат аминотрансфераза (AST)|U/L|0|-40|-35|23|20|4|2
  ggt|2324-2|Гама глутамил трансфераза (GGT)|U/L|0|-60|-40|27|18|7|3
  bilirubin|14631-6|Билирубин укупни|umol/L|1|-21|-21|10|8.5|2.4|1.2
  tsh|3016-3|Тиреостимулишући хормон (TSH)|m[IU]/L|2|0.4-4.2|0.4-4.2|1.9|2|0.5|0.25
  ft4|14920-3|Слободни тироксин (fT4)|pmol/L|1|11-22|11-22|15.8|15.6|1.4|0.6
  iron|14798-3|Гвожђе у серуму|umol/L|1|11-28|9-27|18.5|16.5|2.5|1.6
  ferritin|2276-4|Феритин|ug/L|0|30-300|15-200|130|62|30|8
  inr|6301-6|INR|{INR}|2|0.8-1.2|0.8-1.2|1|1|0.04|0.03
  troponin|89579-7|Тропонин I високо осетљиви|ng/L|0|-34|-16|5|4|1.5|1
  pth|2731-8|Паратиреоидни хормон (PTH)|ng/L|0|15-65|15-65|38|40|6|4
  psa|2857-1|Простата специфични антиген (PSA)|ug/L|2|-4|-4|1.2|0|0.5|0.15
  ca153|6875-9|Туморски маркер CA 15-3|k[IU]/L|1|-30|-30|14|14|3|1.5`

const range = (text: string): readonly [number | null, number | null] => {
  const [low, high] = text.split('-')
  return [low ? Number(low) : null, high ? Number(high) : null]
}

export const analyses: ReadonlyMap<string, Analysis> = new Map(
  table
    .trim()
    .split('\n')
    .map((line) => {
      const [key, loinc, name, unit, digits, male, female, maleMean, femaleMean, between, within] = line.trim().split('|') as string[]
      return [
        key!,
        {
          key: key!,
          loinc: loinc!,
          name: name!,
          unit: unit!,
          digits: Number(digits),
          range: { male: range(male!), female: range(female!) },
          mean: { male: Number(maleMean), female: Number(femaleMean) },
          between: Number(between),
          within: Number(within),
        },
      ]
    }),
)

/** Strip tests of urine have words as results. */
export const stripTests: readonly { key: string; loinc: string; name: string }[] = [
  { key: 'urine-leukocytes', loinc: '5799-2', name: 'Леукоцити у урину (тест трака)' },
  { key: 'urine-nitrite', loinc: '5802-4', name: 'Нитрити у урину (тест трака)' },
  { key: 'urine-protein', loinc: '20454-5', name: 'Протеини у урину (тест трака)' },
]

export const panels = {
  blood: ['hemoglobin', 'erythrocytes', 'leukocytes', 'platelets'],
  inflammation: ['leukocytes', 'sedimentation', 'crp'],
  sugar: ['glucose', 'hba1c'],
  lipids: ['cholesterol', 'hdl', 'ldl', 'triglycerides'],
  kidney: ['creatinine', 'urea', 'egfr', 'potassium', 'sodium'],
  electrolytes: ['creatinine', 'potassium', 'sodium'],
  liver: ['alt', 'ast', 'ggt', 'bilirubin'],
  thyroid: ['tsh', 'ft4'],
  iron: ['hemoglobin', 'iron', 'ferritin'],
  coagulation: ['inr'],
  heart: ['troponin', 'creatinine', 'potassium', 'glucose', 'crp'],
  dialysis: ['hemoglobin', 'urea', 'creatinine', 'potassium', 'sodium', 'calcium', 'phosphate', 'pth', 'ferritin', 'crp'],
  bone: ['calcium', 'phosphate'],
  prostate: ['psa', 'creatinine'],
  breast: ['ca153', 'hemoglobin', 'leukocytes', 'platelets', 'alt'],
  joints: ['uric', 'crp'],
  check: ['hemoglobin', 'leukocytes', 'glucose', 'cholesterol', 'triglycerides', 'creatinine'],
} satisfies Record<string, string[]>

export type Panel = keyof typeof panels

/** Children have other blood counts than the table of adults. */
export const childRanges: Record<string, readonly [number, number]> = { hemoglobin: [110, 145], leukocytes: [4.5, 13], creatinine: [20, 70] }
export const childMeans: Record<string, number> = { hemoglobin: 125, leukocytes: 8.2, creatinine: 42 }
