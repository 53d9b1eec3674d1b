// Short illnesses seen at the chosen doctor's or at the emergency service: contacts a year by age, complaints, therapy.

import type { Panel } from './analyses.ts'
import type { Sex } from './person.ts'

export type Remedy = readonly [medicine: string, days: number]

export type Acute = {
  code: string
  text: string
  /** Contacts per person and year by age. */
  rate: readonly (readonly [age: number, perYear: number])[]
  sex?: Sex
  /** At most once in a life. */
  once?: boolean
  years?: readonly [first: number, last: number]
  complaints: readonly string[]
  adult: readonly Remedy[]
  child: readonly Remedy[]
  laboratory?: { share: number; panel: Panel; shifts: Record<string, number>; urine?: 'infected' }
  fever?: number
  control?: number
  /** Share of cases that goes to the emergency service instead. */
  emergency?: number
  imaging?: { share: number; text: string; finding: string }
}

const bacterial = { leukocytes: 6.5, crp: 62, sedimentation: 26 }
const viral = { leukocytes: -1.2, crp: 7, sedimentation: 7 }

export const acutes: readonly Acute[] = [
  { code: 'J06.9', text: 'Акутна инфекција горњих дисајних путева, неозначена', rate: [[0, 1], [2, 1.5], [6, 0.85], [12, 0.35], [20, 0.14], [60, 0.13]],
    complaints: ['кијавица, кашаљ и повишена температура', 'гребање у грлу и малаксалост', 'запушен нос и главобоља'],
    adult: [['paracetamol', 5]], child: [['paracetamol-syrup', 4]], laboratory: { share: 0.15, panel: 'inflammation', shifts: viral }, fever: 38.1 },
  { code: 'J02.9', text: 'Акутно запаљење ждрела, неозначено', rate: [[0, 0.05], [3, 0.35], [10, 0.22], [20, 0.08], [60, 0.04]],
    complaints: ['бол у грлу при гутању', 'гушобоља и температура'], adult: [['ibuprofen', 4]], child: [['paracetamol-syrup', 4]], fever: 38.3 },
  { code: 'J03.9', text: 'Акутно запаљење крајника, неозначено', rate: [[1, 0.06], [5, 0.2], [15, 0.08], [40, 0.02], [60, 0.005]],
    complaints: ['јак бол у грлу, отежано гутање, температура до 39 °C'], adult: [['amoxicillin', 10]], child: [['amoxicillin-syrup', 10]],
    laboratory: { share: 0.5, panel: 'inflammation', shifts: bacterial }, fever: 38.9, control: 0.5 },
  { code: 'J20.9', text: 'Акутно запаљење душница, неозначено', rate: [[0, 0.12], [3, 0.25], [10, 0.1], [30, 0.05], [70, 0.14]],
    complaints: ['кашаљ са искашљавањем пет дана', 'продуктиван кашаљ и субфебрилност'], adult: [['azithromycin', 3], ['acetylcysteine', 7]], child: [['azithromycin-syrup', 3]],
    laboratory: { share: 0.45, panel: 'inflammation', shifts: { leukocytes: 4, crp: 38, sedimentation: 18 } }, fever: 37.8, control: 0.4,
    imaging: { share: 0.15, text: 'Радиографија срца и плућа (PA)', finding: 'Појачан бронховаскуларни цртеж обострано парахиларно. Без знакова инфилтрације. Срчана сенка нормалне величине.' } },
  { code: 'H66.9', text: 'Запаљење средњег ува, неозначено', rate: [[0, 0.3], [2, 0.5], [6, 0.22], [12, 0.05], [40, 0.01]],
    complaints: ['бол у уву од синоћ, плачљивост и температура', 'бол у десном уву'], adult: [['coamoxiclav', 7]], child: [['amoxicillin-syrup', 7], ['paracetamol-syrup', 3]],
    laboratory: { share: 0.25, panel: 'inflammation', shifts: { leukocytes: 4.5, crp: 30, sedimentation: 14 } }, fever: 38.5, control: 0.7 },
  { code: 'J01.9', text: 'Акутно запаљење синуса, неозначено', rate: [[8, 0], [20, 0.05], [50, 0.06], [80, 0.03]],
    complaints: ['бол у пределу чела и образа, густ секрет из носа'], adult: [['coamoxiclav', 7], ['mometasone', 14]], child: [['amoxicillin-syrup', 7]], control: 0.2 },
  { code: 'N30.0', text: 'Акутно запаљење мокраћне бешике', sex: 'female', rate: [[3, 0.03], [16, 0.06], [30, 0.12], [60, 0.14], [80, 0.2]],
    complaints: ['учестало и болно мокрење', 'печење при мокрењу од јуче'], adult: [['fosfomycin', 1]], child: [['cefixime', 7]],
    laboratory: { share: 0.7, panel: 'inflammation', shifts: { leukocytes: 2.4, crp: 14 }, urine: 'infected' }, control: 0.3 },
  { code: 'A09', text: 'Пролив и гастроентеритис вероватно заразног порекла', rate: [[0, 0.22], [2, 0.35], [8, 0.14], [20, 0.06], [70, 0.04]],
    complaints: ['пролив и повраћање од синоћ', 'течне столице пет пута дневно, грчеви у стомаку'], adult: [['rehydration', 3], ['probiotic', 7]], child: [['rehydration', 3], ['probiotic', 5]],
    fever: 37.9, emergency: 0.25, laboratory: { share: 0.2, panel: 'electrolytes', shifts: { potassium: -0.7, sodium: -2 } } },
  { code: 'B34.9', text: 'Вирусна инфекција, неозначена', rate: [[0, 0.25], [3, 0.35], [10, 0.14], [25, 0.06], [70, 0.04]],
    complaints: ['температура без других тегоба, други дан'], adult: [['paracetamol', 4]], child: [['paracetamol-syrup', 3]], fever: 38.6,
    laboratory: { share: 0.3, panel: 'inflammation', shifts: viral } },
  { code: 'B01.9', text: 'Варичела без компликација', once: true, rate: [[0.5, 0.05], [3, 0.16], [7, 0.12], [12, 0.02], [30, 0]],
    complaints: ['осип са мехурићима по трупу и лицу'], adult: [['acyclovir', 7]], child: [['paracetamol-syrup', 3], ['desloratadine', 5]], fever: 38 },
  { code: 'H10.9', text: 'Запаљење вежњаче, неозначено', rate: [[0, 0.12], [4, 0.14], [12, 0.05], [70, 0.04]],
    complaints: ['црвенило и лучење из ока'], adult: [['tobramycin-eye', 7]], child: [['tobramycin-eye', 5]] },
  { code: 'L23.9', text: 'Алергијско контактно запаљење коже', rate: [[1, 0.08], [20, 0.04], [70, 0.04]],
    complaints: ['осип који сврби на подлактицама'], adult: [['hydrocortisone', 7], ['loratadine', 7]], child: [['hydrocortisone', 5], ['desloratadine', 5]] },
  { code: 'L50.9', text: 'Уртикарија, неозначена', rate: [[1, 0.04], [30, 0.03], [70, 0.02]], emergency: 0.4,
    complaints: ['копривњача по целом телу после јела'], adult: [['loratadine', 7], ['prednisone', 4]], child: [['desloratadine', 7]] },
  { code: 'S93.4', text: 'Угануће скочног зглоба', rate: [[6, 0.01], [14, 0.06], [35, 0.03], [70, 0.02]], emergency: 0.8,
    complaints: ['бол и оток скочног зглоба после увртања'], adult: [['ibuprofen', 5]], child: [['paracetamol-syrup', 3]],
    imaging: { share: 0.8, text: 'Радиографија скочног зглоба у два правца', finding: 'Без видљиве трауматске лезије коштаних структура. Оток меких ткива латерално.' } },
  { code: 'S61.0', text: 'Рана прста шаке без оштећења нокта', rate: [[4, 0.02], [20, 0.03], [60, 0.03]], emergency: 0.9,
    complaints: ['посекотина прста при раду у кухињи'], adult: [['paracetamol', 2]], child: [['paracetamol-syrup', 2]], control: 0.6 },
  { code: 'M54.2', text: 'Бол у врату', rate: [[18, 0.01], [40, 0.06], [60, 0.07]], complaints: ['укочен врат и бол који се шири у раме'], adult: [['diclofenac', 7]], child: [['paracetamol-syrup', 3]] },
  { code: 'M54.4', text: 'Лумбаго са ишијасом', rate: [[20, 0.005], [40, 0.05], [60, 0.06], [80, 0.04]], emergency: 0.3,
    complaints: ['јак бол у крстима који се спушта низ ногу'], adult: [['diclofenac', 7], ['tramadol', 5]], child: [['paracetamol-syrup', 3]], control: 0.5 },
  { code: 'K29.7', text: 'Гастритис, неозначен', rate: [[15, 0.01], [40, 0.04], [70, 0.05]], complaints: ['горушица и бол у горњем делу стомака после јела'], adult: [['pantoprazole', 28]], child: [] },
  { code: 'H81.1', text: 'Бенигни пароксизмални вертиго', rate: [[35, 0], [55, 0.03], [80, 0.06]], emergency: 0.3, complaints: ['вртоглавица при окретању у кревету, мучнина'], adult: [['betahistine', 20]], child: [] },
  { code: 'U07.1', text: 'COVID-19, вирус доказан', years: [2020, 2023], rate: [[0, 0.02], [15, 0.06], [40, 0.1], [70, 0.11]],
    complaints: ['температура, сув кашаљ и губитак мириса', 'малаксалост, болови у мишићима, кашаљ'], adult: [['paracetamol', 5], ['cholecalciferol1000', 30]], child: [['paracetamol-syrup', 3]],
    laboratory: { share: 0.5, panel: 'inflammation', shifts: { leukocytes: -2, crp: 24, sedimentation: 16 } }, fever: 38.4, control: 0.6,
    imaging: { share: 0.2, text: 'Радиографија срца и плућа (PA)', finding: 'Обострано периферно дискретна засенчења доњих плућних поља. Без плеуралног излива.' } },
  { code: 'J10.1', text: 'Грип са другим респираторним манифестацијама, вирус доказан', rate: [[1, 0.05], [10, 0.04], [40, 0.025], [75, 0.03]],
    complaints: ['нагли почетак, температура 39 °C, болови у мишићима'], adult: [['oseltamivir', 5], ['paracetamol', 4]], child: [['paracetamol-syrup', 4]], fever: 39.2 },
  { code: 'R10.4', text: 'Други и неозначени болови у трбуху', rate: [[2, 0.04], [10, 0.07], [30, 0.03], [70, 0.04]], emergency: 0.5, complaints: ['бол у стомаку без повраћања'],
    adult: [], child: [], laboratory: { share: 0.6, panel: 'inflammation', shifts: { crp: 1 } } },
  { code: 'R51', text: 'Главобоља', rate: [[8, 0.01], [25, 0.04], [60, 0.03]], complaints: ['главобоља три дана'], adult: [['ibuprofen', 3]], child: [['paracetamol-syrup', 2]] },
]
