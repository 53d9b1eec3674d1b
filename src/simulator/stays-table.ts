// Hospital stays: why people come, what is done, what the discharge letter says, what remains.

import type { UnitKind } from './institutions.ts'
import type { Sex } from './person.ts'
import type { Remedy } from './acute-table.ts'

export type Stay = {
  code: string
  text: string
  rate: readonly (readonly [age: number, perYear: number])[]
  sex?: Sex
  once?: boolean
  /** Only people with this illness. */
  needs?: string
  /** How many times more often people with one of these illnesses come. */
  raisedBy?: readonly string[]
  unit: UnitKind
  level: 'hospital' | 'center'
  isPlanned?: boolean
  days: readonly [number, number]
  complaint: string
  history: string
  course: string
  epicrisis: string
  advice: string
  procedure?: { text: string; snomed?: readonly [string, string] }
  imaging: readonly { text: string; finding: string; conclusion: string }[]
  panels: readonly string[]
  /** The shift of values on admission; at discharge a tenth of it is left. */
  shifts: Record<string, number>
  inpatient: readonly Remedy[]
  discharge: readonly Remedy[]
  /** The illness that stays afterwards. */
  aftermath?: string
}

const chest = (finding: string, conclusion: string) => ({ text: 'Радиографија срца и плућа (PA)', finding, conclusion })

export const stays: readonly Stay[] = [
  { code: 'I21.9', text: 'Акутни инфаркт миокарда, неозначен', unit: 'cardiology', level: 'center', once: true, raisedBy: ['I10', 'E11.9', 'E78.0'],
    rate: [[35, 0], [50, 0.0015], [65, 0.005], [80, 0.009]], days: [5, 9], complaint: 'јак бол иза грудне кости који траје два сата',
    history: 'На дан пријема нагло настао стежући бол иза грудне кости са ширењем у леву руку, праћен презнојавањем.',
    course: 'У ЕКГ-у елевација ST сегмента. Учињена хитна коронарографија и уградња стента у предњу силазну грану. Даљи ток без компликација, уз рану активацију.',
    epicrisis: 'Успешно лечење примарном перкутаном коронарном интервенцијом. При отпусту стање хемодинамски стабилно, без бола.',
    advice: 'Контрола кардиолога за месец дана. Двојна антитромбоцитна терапија најмање 12 месеци. Исхрана са мање масти и соли, престанак пушења.',
    procedure: { text: 'Перкутана коронарна интервенција са уградњом стента', snomed: ['415070008', 'Percutaneous coronary intervention'] },
    imaging: [{ text: 'Ехокардиографски преглед', finding: 'Лева комора граничне величине, хипокинезија апекса и предњег зида. EF 45 %.', conclusion: 'Снижена систолна функција леве коморе, EF 45 %.' }],
    panels: ['heart', 'lipids', 'blood'], shifts: { troponin: 4200, crp: 18, glucose: 1.8, leukocytes: 4, ast: 60 },
    inpatient: [['enoxaparin', 5]], discharge: [], aftermath: 'I25.2' },
  { code: 'I63.9', text: 'Инфаркт мозга, неозначен', unit: 'neurology', level: 'hospital', once: true, raisedBy: ['I10', 'I48.9', 'E11.9'],
    rate: [[45, 0], [60, 0.002], [75, 0.007], [88, 0.013]], days: [7, 14], complaint: 'слабост десне руке и ноге, отежан говор',
    history: 'Ујутру по буђењу примећена слабост десних екстремитета и отежано изговарање речи.',
    course: 'Примењена антиагрегациона терапија, уз рану физикалну рехабилитацију. Постепен опоравак снаге и говора.',
    epicrisis: 'При отпусту заостаје лака слабост десне руке. Ход уз помоћ штапа.', advice: 'Наставити физикални третман. Контрола неуролога за два месеца. Редовна контрола крвног притиска.',
    imaging: [{ text: 'Компјутеризована томографија главе', finding: 'Хиподензна зона у сливу леве средње мождане артерије, без крварења.', conclusion: 'Налаз одговара исхемијском инфаркту у сливу ACM лево.' }],
    panels: ['blood', 'lipids', 'kidney', 'coagulation'], shifts: { crp: 12, glucose: 1.4, leukocytes: 1.8 }, inpatient: [['enoxaparin', 7]], discharge: [], aftermath: 'I69.3' },
  { code: 'K35.8', text: 'Акутно запаљење слепог црева, друго и неозначено', unit: 'surgery', level: 'hospital', once: true,
    rate: [[4, 0.0008], [14, 0.0025], [30, 0.0014], [60, 0.0006]], days: [3, 5], complaint: 'бол у доњем десном делу стомака, мучнина',
    history: 'Бол почео око пупка, потом се преместио доле десно. Једно повраћање, температура 37,9 °C.',
    course: 'По пријему и припреми учињена операција у општој анестезији. Постоперативни ток уредан, дренови уклоњени другог дана.',
    epicrisis: 'Операција и опоравак без компликација. Рана зараста примарно.', advice: 'Вађење конаца за седам дана код изабраног лекара. Поштеда од напора месец дана.',
    procedure: { text: 'Апендектомија', snomed: ['80146002', 'Appendectomy'] },
    imaging: [{ text: 'Ултразвучни преглед абдомена', finding: 'У десној илијачној јами тубуларна структура дебљег зида, пречника 9 mm, некомпресибилна.', conclusion: 'Налаз говори за акутни апендицитис.' }],
    panels: ['blood', 'inflammation'], shifts: { leukocytes: 8, crp: 74 }, inpatient: [['ceftriaxone', 3]], discharge: [['cefixime', 5], ['paracetamol', 5]] },
  { code: 'K80.2', text: 'Камен у жучној кеси без запаљења', unit: 'surgery', level: 'hospital', once: true, isPlanned: true,
    rate: [[20, 0], [35, 0.0015], [55, 0.004], [75, 0.005]], days: [2, 4], complaint: 'болови под десним ребрима после масне хране',
    history: 'Више напада болова под десним ребрима у последњих годину дана. Ултразвуком утврђени каменчићи у жучној кеси.',
    course: 'Учињена планирана лапароскопска операција у општој анестезији. Опоравак уредан, унос хране од првог дана.',
    epicrisis: 'Операција без компликација, опште стање при отпусту добро.', advice: 'Дијета без масне хране шест недеља. Контрола хирурга за десет дана.',
    procedure: { text: 'Лапароскопска холецистектомија', snomed: ['45595009', 'Laparoscopic cholecystectomy'] },
    imaging: [{ text: 'Ултразвучни преглед абдомена', finding: 'Жучна кеса са више конкремената до 12 mm, зид није задебљан. Жучни путеви нису проширени.', conclusion: 'Холелитијаза.' }],
    panels: ['blood', 'liver', 'coagulation'], shifts: { ggt: 22, alt: 9 }, inpatient: [['ceftriaxone', 1]], discharge: [['paracetamol', 5]] },
  { code: 'J18.9', text: 'Запаљење плућа, неозначено', unit: 'pulmonology', level: 'hospital', raisedBy: ['J44.9', 'I50.9', 'E11.9'],
    rate: [[1, 0.004], [5, 0.0015], [30, 0.0008], [65, 0.005], [80, 0.014], [90, 0.025]], days: [6, 11], complaint: 'температура, кашаљ и отежано дисање',
    history: 'Пет дана пре пријема почели кашаљ и температура до 39 °C, уз отежано дисање при напору.',
    course: 'Примењени парентерални антибиотик, кисеоник и надокнада течности. Температура нормална од четвртог дана, радиографска регресија.',
    epicrisis: 'Клинички и радиографски опоравак, без температуре.', advice: 'Контролна радиографија за три недеље. Мировање, доста течности.',
    imaging: [chest('Хомогено засенчење доњег режња десно. Десни костофренични синус слободан.', 'Пнеумонија доњег режња десног плућа.')],
    panels: ['blood', 'inflammation', 'kidney'], shifts: { leukocytes: 7, crp: 128, sedimentation: 46, urea: 2 }, inpatient: [['ceftriaxone', 7]], discharge: [['cefixime', 5]] },
  { code: 'J44.1', text: 'Хронична опструктивна болест плућа са акутним погоршањем', needs: 'J44.9', unit: 'pulmonology', level: 'hospital',
    rate: [[45, 0.07], [65, 0.09], [80, 0.12]], days: [6, 10], complaint: 'погоршање гушења и кашља', history: 'Од раније позната ХОБП. Недељу дана пре пријема појачано гушење и гнојан искашљај.',
    course: 'Примењени бронходилататори, системски кортикостероид, антибиотик и контролисана оксигенотерапија, са добрим одговором.',
    epicrisis: 'Стање побољшано, сатурација 93 % на собном ваздуху.', advice: 'Редовна инхалациона терапија. Вакцинација против грипа. Престанак пушења.',
    imaging: [chest('Знаци хиперинфлације плућа. Без инфилтрације.', 'Емфизем. Без знакова пнеумоније.')],
    panels: ['blood', 'inflammation'], shifts: { leukocytes: 4.6, crp: 48 }, inpatient: [['ceftriaxone', 5], ['prednisone', 5]], discharge: [['prednisone', 5]] },
  { code: 'I50.0', text: 'Конгестивна срчана инсуфицијенција', needs: 'I50.9', unit: 'cardiology', level: 'hospital',
    rate: [[55, 0.08], [70, 0.12], [85, 0.18]], days: [5, 10], complaint: 'отицање ногу и гушење у лежећем положају', history: 'Последњих десет дана постепено отицање ногу и гушење ноћу. Телесна маса порасла 5 kg.',
    course: 'Интензивирана диуретска терапија интравенски, са губитком 6 kg и повлачењем отока.', epicrisis: 'Стање рекомпензовано, без отока, стабилно при отпусту.',
    advice: 'Свакодневно мерење телесне масе. Унос соли испод 5 g дневно. Контрола кардиолога за три недеље.',
    imaging: [chest('Увећана срчана сенка. Застој у малом крвотоку, излив у оба синуса.', 'Знаци застојне срчане слабости.')],
    panels: ['kidney', 'blood'], shifts: { urea: 4, creatinine: 24, sodium: -4, crp: 9 }, inpatient: [['furosemide', 6]], discharge: [] },
  { code: 'S72.0', text: 'Прелом врата бутне кости', unit: 'orthopaedics', level: 'hospital', once: true, raisedBy: ['M81.9'],
    rate: [[55, 0], [70, 0.002], [80, 0.008], [90, 0.02]], days: [8, 14], complaint: 'пад у кући, немогућност ослонца на ногу',
    history: 'Пад у кући са висине стајања, после тога бол у куку и немогућност хода.',
    course: 'Другог дана уграђена тотална протеза кука у спиналној анестезији. Од трећег дана вертикализација са физиотерапеутом.',
    epicrisis: 'Ход уз ходалицу. Рана уредна.', advice: 'Наставак рехабилитације у специјализованој установи. Тромбопрофилакса 30 дана. Контрола ортопеда за шест недеља.',
    procedure: { text: 'Уградња тоталне протезе кука', snomed: ['52734007', 'Total replacement of hip'] },
    imaging: [{ text: 'Радиографија карлице са куковима', finding: 'Прелом врата бутне кости са дислокацијом.', conclusion: 'Fractura colli femoris.' }],
    panels: ['blood', 'kidney', 'coagulation'], shifts: { hemoglobin: -24, erythrocytes: -0.7, crp: 60, leukocytes: 2 }, inpatient: [['enoxaparin', 8], ['tramadol', 6]], discharge: [['enoxaparin', 30], ['paracetamol', 10]] },
  { code: 'K40.9', text: 'Препонска кила, једнострана', sex: 'male', unit: 'surgery', level: 'hospital', once: true, isPlanned: true, rate: [[2, 0.002], [20, 0.001], [60, 0.005], [80, 0.005]], days: [1, 3],
    complaint: 'испупчење у препони које се увећава при напору', history: 'Од пре годину дана приметио испупчење у препони.', course: 'Учињена пластика препонског канала мрежицом. Без компликација.',
    epicrisis: 'Уредан опоравак.', advice: 'Без подизања терета шест недеља.', procedure: { text: 'Херниопластика препонске киле' }, imaging: [], panels: ['blood', 'coagulation'], shifts: {}, inpatient: [], discharge: [['paracetamol', 4]] },
  { code: 'N20.0', text: 'Камен у бубрегу', unit: 'urology', level: 'hospital', rate: [[20, 0], [40, 0.003], [65, 0.003]], days: [2, 4], complaint: 'јак бол у слабини који се шири ка препони',
    history: 'Нагло настао колики бол у слабини уз мучнину.', course: 'Аналгетска и спазмолитичка терапија, спонтана елиминација каменчића.', epicrisis: 'Без тегоба при отпусту.', advice: 'Унос течности преко 2 l дневно. Контролни ултразвук за месец дана.',
    imaging: [{ text: 'Ултразвучни преглед уротракта', finding: 'Бубрег лако застојан, у пијелону конкремент 6 mm.', conclusion: 'Нефролитијаза са лаким застојем.' }],
    panels: ['kidney', 'inflammation'], shifts: { leukocytes: 2.5, creatinine: 14, crp: 6 }, inpatient: [['diclofenac', 2]], discharge: [['tamsulosin', 14]] },
  { code: 'H25.1', text: 'Сенилна нуклеарна катаракта', needs: 'H25.9', once: true, isPlanned: true, unit: 'ophthalmology', level: 'hospital', rate: [[60, 0.08], [75, 0.15]], days: [1, 1],
    complaint: 'замућен вид на десном оку', history: 'Постепено слабљење вида на десном оку.', course: 'Учињена факоемулзификација са уградњом интраокуларног сочива у локалној анестезији.', epicrisis: 'Око мирно, вид 0,9.', advice: 'Капи по шеми. Контрола сутрадан и за недељу дана.',
    procedure: { text: 'Операција катаракте са уградњом вештачког сочива, десно око', snomed: ['110473004', 'Cataract surgery'] }, imaging: [], panels: ['check'], shifts: {}, inpatient: [], discharge: [['tobramycin-eye', 14]] },
  { code: 'J35.1', text: 'Хипертрофија крајника', unit: 'ear-nose-throat', level: 'hospital', once: true, isPlanned: true, rate: [[2, 0], [4, 0.012], [8, 0.008], [14, 0.001], [25, 0]], days: [1, 2],
    complaint: 'хркање и прекиди дисања у сну', history: 'Честе упале крајника и хркање са прекидима дисања.', course: 'Учињена тонзилектомија са аденоидектомијом у општој анестезији.', epicrisis: 'Без крварења, узима течност.', advice: 'Кашаста и хладна храна десет дана.',
    procedure: { text: 'Тонзилектомија са аденоидектомијом' }, imaging: [], panels: ['blood', 'coagulation'], shifts: {}, inpatient: [], discharge: [['paracetamol-syrup', 5]] },
]
