// Medicines by ATC and international name. Doses are those of a usual adult (or child, where the table says so). They are material for invented
// records, not advice.

export type Medicine = {
  atc: string
  /** International non-proprietary name. */
  inn: string
  /** The name on a Serbian prescription. */
  name: string
  form: string
  /** One dose, with its UCUM code. */
  dose: number
  unit: string
  route: string
  timesPerDay: number
  /** When and how the patient takes it, in words. */
  use: string
}

// key|ATC|INN|name|form|dose|unit|route|times per day|use
const table = `
  ramipril|C09AA05|ramipril|рамиприл|таблета 5 mg|5|mg|орално|1|1 таблета ујутру
  perindopril|C09AA04|perindopril|периндоприл|таблета 4 mg|4|mg|орално|1|1 таблета ујутру
  amlodipine|C08CA01|amlodipine|амлодипин|таблета 5 mg|5|mg|орално|1|1 таблета увече
  indapamide|C03BA11|indapamide|индапамид|таблета 1,5 mg|1.5|mg|орално|1|1 таблета ујутру
  losartan|C09CA01|losartan|лосартан|таблета 50 mg|50|mg|орално|1|1 таблета ујутру
  bisoprolol|C07AB07|bisoprolol|бисопролол|таблета 5 mg|5|mg|орално|1|1 таблета ујутру
  metoprolol|C07AB02|metoprolol|метопролол|таблета 50 mg|50|mg|орално|2|1 таблета ујутру и увече
  furosemide|C03CA01|furosemide|фуросемид|таблета 40 mg|40|mg|орално|1|1 таблета ујутру наште
  spironolactone|C03DA01|spironolactone|спиронолактон|таблета 25 mg|25|mg|орално|1|1 таблета ујутру
  metformin500|A10BA02|metformin|метформин|таблета 500 mg|500|mg|орално|2|1 таблета ујутру и увече уз оброк
  metformin|A10BA02|metformin|метформин|таблета 1000 mg|1000|mg|орално|2|1 таблета ујутру и увече уз оброк
  gliclazide|A10BB09|gliclazide|гликлазид|таблета 60 mg|60|mg|орално|1|1 таблета уз доручак
  empagliflozin|A10BK03|empagliflozin|емпаглифлозин|таблета 10 mg|10|mg|орално|1|1 таблета ујутру
  glargine|A10AE04|insulin glargine|инсулин гларгин|раствор за ињекцију 100 јединица/ml|18|[iU]|поткожно|1|18 јединица увече
  aspart|A10AB05|insulin aspart|инсулин аспарт|раствор за ињекцију 100 јединица/ml|6|[iU]|поткожно|3|6 јединица пре сваког главног оброка
  atorvastatin|C10AA05|atorvastatin|аторвастатин|таблета 20 mg|20|mg|орално|1|1 таблета увече
  rosuvastatin|C10AA07|rosuvastatin|росувастатин|таблета 20 mg|20|mg|орално|1|1 таблета увече
  aspirin|B01AC06|acetylsalicylic acid|ацетилсалицилна киселина|таблета 100 mg|100|mg|орално|1|1 таблета после ручка
  clopidogrel|B01AC04|clopidogrel|клопидогрел|таблета 75 mg|75|mg|орално|1|1 таблета после ручка
  rivaroxaban|B01AF01|rivaroxaban|ривароксабан|таблета 20 mg|20|mg|орално|1|1 таблета уз вечеру
  warfarin|B01AA03|warfarin|варфарин|таблета 5 mg|5|mg|орално|1|према вредности INR, увече
  salbutamol|R03AC02|salbutamol|салбутамол|суспензија за инхалацију 100 микрограма|0.2|mg|инхалационо|2|2 удаха по потреби
  budesonide|R03AK07|formoterol and budesonide|будесонид, формотерол|прашак за инхалацију 160/4,5 микрограма|1|{puff}|инхалационо|2|1 удах ујутру и увече
  tiotropium|R03BB04|tiotropium bromide|тиотропијум|прашак за инхалацију 18 микрограма|0.018|mg|инхалационо|1|1 удах ујутру
  levothyroxine|H03AA01|levothyroxine sodium|левотироксин|таблета 75 микрограма|0.075|mg|орално|1|1 таблета ујутру наште
  sertraline|N06AB06|sertraline|сертралин|таблета 50 mg|50|mg|орално|1|1 таблета ујутру
  escitalopram|N06AB10|escitalopram|есциталопрам|таблета 10 mg|10|mg|орално|1|1 таблета ујутру
  bromazepam|N05BA08|bromazepam|бромазепам|таблета 3 mg|3|mg|орално|1|1 таблета увече, кратко време
  tamsulosin|G04CA02|tamsulosin|тамсулосин|капсула 0,4 mg|0.4|mg|орално|1|1 капсула после доручка
  alendronate|M05BA04|alendronic acid|алендронска киселина|таблета 70 mg|70|mg|орално|1|1 таблета једном недељно, наште
  cholecalciferol|A11CC05|colecalciferol|холекалциферол|капи 4000 јединица/ml|400|[iU]|орално|1|1 кап дневно
  cholecalciferol1000|A11CC05|colecalciferol|холекалциферол|капсула 1000 јединица|1000|[iU]|орално|1|1 капсула дневно
  pantoprazole|A02BC02|pantoprazole|пантопразол|таблета 40 mg|40|mg|орално|1|1 таблета ујутру наште
  iron|B03AA07|ferrous sulfate|гвожђе(II)-сулфат|таблета 80 mg|80|mg|орално|1|1 таблета дневно наште
  folic|B03BB01|folic acid|фолна киселина|таблета 5 mg|5|mg|орално|1|1 таблета дневно
  allopurinol|M04AA01|allopurinol|алопуринол|таблета 100 mg|100|mg|орално|1|1 таблета после ручка
  sumatriptan|N02CC01|sumatriptan|суматриптан|таблета 50 mg|50|mg|орално|1|1 таблета на почетку напада
  latanoprost|S01EE01|latanoprost|латанопрост|капи за очи 0,05 mg/ml|1|{drop}|у око|1|1 кап увече у оба ока
  timolol|S01ED01|timolol|тимолол|капи за очи 5 mg/ml|1|{drop}|у око|2|1 кап ујутру и увече
  loratadine|R06AX13|loratadine|лоратадин|таблета 10 mg|10|mg|орално|1|1 таблета дневно
  desloratadine|R06AX27|desloratadine|деслоратадин|сируп 0,5 mg/ml|2.5|mg|орално|1|5 ml дневно
  mometasone|R01AD09|mometasone|мометазон|спреј за нос 50 микрограма|0.1|mg|у нос|1|2 удаха у сваку ноздрву ујутру
  hydrocortisone|D07AA02|hydrocortisone|хидрокортизон|крем 1 %|1|{application}|на кожу|2|танак слој два пута дневно
  amoxicillin|J01CA04|amoxicillin|амоксицилин|капсула 500 mg|500|mg|орално|3|1 капсула на 8 сати
  amoxicillin-syrup|J01CA04|amoxicillin|амоксицилин|сируп 250 mg/5 ml|250|mg|орално|3|5 ml на 8 сати
  coamoxiclav|J01CR02|amoxicillin and beta-lactamase inhibitor|амоксицилин, клавулонска киселина|таблета 875/125 mg|1000|mg|орално|2|1 таблета на 12 сати
  azithromycin|J01FA10|azithromycin|азитромицин|таблета 500 mg|500|mg|орално|1|1 таблета дневно
  azithromycin-syrup|J01FA10|azithromycin|азитромицин|суспензија 200 mg/5 ml|200|mg|орално|1|5 ml дневно
  cefixime|J01DD08|cefixime|цефиксим|капсула 400 mg|400|mg|орално|1|1 капсула дневно
  ceftriaxone|J01DD04|ceftriaxone|цефтриаксон|прашак за раствор за инфузију 2 g|2|g|интравенски|1|једном дневно
  fosfomycin|J01XX01|fosfomycin|фосфомицин|гранулат 3 g|3|g|орално|1|једнократно увече
  ciprofloxacin|J01MA02|ciprofloxacin|ципрофлоксацин|таблета 500 mg|500|mg|орално|2|1 таблета на 12 сати
  paracetamol|N02BE01|paracetamol|парацетамол|таблета 500 mg|500|mg|орално|3|1 таблета на 8 сати по потреби
  paracetamol-syrup|N02BE01|paracetamol|парацетамол|сируп 120 mg/5 ml|120|mg|орално|3|5 ml на 8 сати по потреби
  ibuprofen|M01AE01|ibuprofen|ибупрофен|таблета 400 mg|400|mg|орално|3|1 таблета на 8 сати после јела
  diclofenac|M01AB05|diclofenac|диклофенак|таблета 75 mg|75|mg|орално|2|1 таблета на 12 сати после јела
  prednisone|H02AB07|prednisone|преднизон|таблета 20 mg|20|mg|орално|1|2 таблете ујутру, постепено смањивати|
  acetylcysteine|R05CB01|acetylcysteine|ацетилцистеин|шумећа таблета 600 mg|600|mg|орално|1|1 таблета дневно
  rehydration|A07CA|oral rehydration salt formulations|со за оралну рехидратацију|прашак|1|{sachet}|орално|4|после сваке течне столице
  probiotic|A07FA01|lactic acid producing organisms|пробиотик|капсула|1|{capsule}|орално|1|1 капсула дневно
  nystatin|D01AA01|nystatin|нистатин|крем|1|{application}|на кожу|2|танак слој два пута дневно
  tobramycin-eye|S01AA12|tobramycin|тобрамицин|капи за очи 3 mg/ml|1|{drop}|у око|4|1 кап на 6 сати
  acyclovir|J05AB01|aciclovir|ацикловир|таблета 400 mg|400|mg|орално|3|1 таблета на 8 сати
  oseltamivir|J05AH02|oseltamivir|оселтамивир|капсула 75 mg|75|mg|орално|2|1 капсула на 12 сати
  enoxaparin|B01AB05|enoxaparin|еноксапарин|раствор за ињекцију 40 mg|40|mg|поткожно|1|једном дневно
  tamoxifen|L02BA01|tamoxifen|тамоксифен|таблета 20 mg|20|mg|орално|1|1 таблета дневно
  letrozole|L02BG03|letrozole|летрозол|таблета 2,5 mg|2.5|mg|орално|1|1 таблета дневно
  epoetin|B03XA01|erythropoietin|епоетин|раствор за ињекцију 4000 јединица|4000|[iU]|поткожно|1|три пута недељно после дијализе
  sevelamer|V03AE02|sevelamer|севеламер|таблета 800 mg|800|mg|орално|3|1 таблета уз сваки оброк
  calcitriol|A11CC04|calcitriol|калцитриол|капсула 0,25 микрограма|0.25|ug|орално|1|1 капсула увече
  tramadol|N02AX02|tramadol|трамадол|капсула 50 mg|50|mg|орално|2|1 капсула на 12 сати
  betahistine|N07CA01|betahistine|бетахистин|таблета 24 mg|24|mg|орално|2|1 таблета ујутру и увече
  epinephrine|C01CA24|epinephrine|епинефрин|аутоињектор 0,3 mg|0.3|mg|интрамускуларно|1|1 доза у бутину код тешке алергијске реакције`

export const medicines: ReadonlyMap<string, Medicine> = new Map(
  table
    .trim()
    .split('\n')
    .map((line) => {
      const [key, atc, inn, name, form, dose, unit, route, times, use] = line.trim().split('|') as string[]
      return [key!, { atc: atc!, inn: inn!, name: name!, form: form!, dose: Number(dose), unit: unit!, route: route!, timesPerDay: Number(times), use: use! }]
    }),
)

export function medicine(key: string): Medicine {
  const found = medicines.get(key)
  if (!found) throw new Error(`no medicine ${key} in the table`)
  return found
}
