import { table } from './table.ts'
// Units as laboratories here write them, and what they are in UCUM. Only what can mean one thing is in the table: everything else stays a unit
// for people. Compared without spaces and regardless of the two letters for micro.
const plain =
  'mmol/L umol/L nmol/L pmol/L mol/L g/L mg/L ug/L ng/L g/dL mg/dL ug/dL ng/dL ng/mL pg/mL ug/mL mg/mL mL/min mL/h U/L kU/L mU/L U/mL mU/mL fL pg fmol mm/h kg g mg ug cm mm m L mL % mmol/mol kPa Pa h min s d'.split(
    ' ',
  )
const others = table<string>({
  'IU/L': '[IU]/L',
  'IU/mL': '[IU]/mL',
  'mIU/L': 'm[IU]/L',
  'mIU/mL': 'm[IU]/mL',
  'kIU/L': 'k[IU]/L',
  '10^9/L': '10*9/L',
  '10*9/L': '10*9/L',
  'x10^9/L': '10*9/L',
  'x10*9/L': '10*9/L',
  '10^12/L': '10*12/L',
  '10*12/L': '10*12/L',
  'x10^12/L': '10*12/L',
  'x10*12/L': '10*12/L',
  mmHg: 'mm[Hg]',
  'mm[Hg]': 'mm[Hg]',
  '°C': 'Cel',
  Cel: 'Cel',
  '/min': '/min',
  bpm: '/min',
  'mL/min/1.73m2': 'mL/min/{1.73_m2}',
  'mL/min/1.73m^2': 'mL/min/{1.73_m2}',
  'g/l': 'g/L',
  'mg/l': 'mg/L',
  'ммол/л': 'mmol/L',
  'мкмол/л': 'umol/L',
  'г/л': 'g/L',
})
const known = new Map<string, string>([
  ...plain.map((unit) => [unit, unit] as const),
  ...Object.entries(others).map(([from, to]) => [from.replace('µ', 'u'), to] as const),
])
// A small l for litres is as usual as a large one.
for (const [from, to] of [...known]) if (/\/L$|^m?L$/.test(from)) known.set(from.replace(/L$/, 'l'), to)

export const ucumOf = (unit: string): string | undefined => known.get(unit.replace(/\s+/g, '').replace(/[µμ]/g, 'u'))
