import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Day } from '../rules/days.ts'
import { rulesOf } from '../rules/parameters.ts'
import type { Care, Leave, Reason } from '../rules/reasons.ts'
import { calculate, type Input } from './calculate.ts'
import { inDinars, paraOf, written } from './money.ts'
import { monthsBefore, type Schedule } from './months.ts'

// Cases beside those of the domain study. Their figures were reckoned apart from this code, from the text of sections 8 to 12 and 19 with exact fractions.

const rules = rulesOf()
const leave = (from: Day, until: Day): Leave => ({ id: from, from, until, reason: '01', isException: false, care: null })
/** Gross and hours of the months before the first day, oldest first. */
type Paid = (at: number) => readonly [gross: string, hours: number]
const each =
  (gross: string, hours = 174): Paid =>
  () => [gross, hours]
const hours = [184, 160, 168, 176, 168, 168, 184, 168, 176, 184, 160, 184]
const varied: Paid = (at) => [`${90_000 + 1000 * at}.00`, hours[at] as number]
const second = { employer: 'B', paid: each('50000.00', 87) }
const week = (...days: number[]): Schedule => ({ week: days.map((one) => one * 100), days: {} })

type More = Partial<Input> & { onset?: Day; care?: Care; also?: { employer: string; paid: Paid } }
function worked(from: Day, until: Day, reason: Reason, paid: Paid, { onset = from, care, also, ...more }: More = {}): Input {
  const earnings = [{ employer: 'A', paid }, ...(also ? [also] : [])].flatMap((one) =>
    monthsBefore(onset, 12).map((month, at) => {
      const [gross, worked] = one.paid(at)
      return { employer: one.employer, month, hours: worked * 100, gross: paraOf(gross) as bigint }
    }),
  )
  return { leave: { ...leave(from, until), reason, care: care ?? null }, earnings, ...more }
}

/** First day, last day, payer, percentage, column of OZ-10; columns 14, 15, 16, 17, 18 and 19. */
type Case = [title: string, input: Input, hour: string, lines: string[]]
const cases: Case[] = [
  [
    'an illness over the new year: twelve different months of 2025, the Fund from 14 February',
    worked('2026-01-15', '2026-03-31', '01', varied),
    '550.9615',
    [
      '2026-01-15 2026-01-31 employer 65 6 48144.65 9580.79 7293.91 1392.37 37171.49 55438.56',
      '2026-02-01 2026-02-13 employer 65 6 39898.65 7939.83 6044.65 1998.04 29960.78 45943.30',
      '2026-02-14 2026-02-28 fund 65 6 28650.00 5701.35 4340.48 1434.73 21513.92 32990.48',
      '2026-03-01 2026-03-31 fund 65 6 63030.00 12542.97 9549.05 2880.90 47606.13 72579.05',
    ],
  ],
  [
    'a leap year: day 30 is 1 March, and parameters of the newest year hold on',
    worked('2028-02-01', '2028-03-10', '01', each('200000.00')),
    '1149.4253',
    [
      '2028-02-01 2028-02-29 employer 65 6 130000.00 25870.00 19695.00 9577.90 94552.10 149695.00',
      '2028-03-01 2028-03-01 employer 65 6 5652.17 1124.78 856.30 157.94 4369.45 6508.47',
      '2028-03-02 2028-03-10 fund 65 6 41839.08 8325.98 6338.62 1169.09 32344.01 48177.70',
    ],
  ],
  [
    'isolation, two days at work, then an illness: linked, but the Fund’s days do not use up the employer’s; the base stays that of the isolation',
    worked('2026-03-15', '2026-04-23', '01', each('120000.00'), { onset: '2026-03-02', history: [{ ...leave('2026-03-02', '2026-03-12'), reason: '05' }] }),
    '689.6552',
    [
      '2026-03-15 2026-03-31 employer 65 6 48144.65 9580.79 7293.91 1392.37 37171.49 55438.56',
      '2026-04-01 2026-04-13 employer 65 6 36108.49 7185.59 5470.44 1703.90 27219.00 41578.93',
      '2026-04-14 2026-04-23 fund 65 6 28689.66 5709.24 4346.48 1353.82 21626.60 33036.14',
    ],
  ],
  [
    'a child turns three on 10 March: the Fund until then, the employer from that day',
    worked('2026-03-02', '2026-03-31', '06', each('150000.00'), { care: { born: '2023-03-10', isChild: true, isSevere: false } }),
    '862.0690',
    [
      '2026-03-02 2026-03-09 fund 65 9 26896.55 5352.41 4074.83 1748.58 19795.56 30971.38',
      '2026-03-10 2026-03-31 employer 65 9 70909.09 14110.91 10742.73 4609.89 52188.29 81651.82',
    ],
  ],
  [
    'complications of pregnancy: whole from both payers, tax by the month',
    worked('2026-03-02', '2026-04-20', '04', each('140000.00')),
    '804.5977',
    [
      '2026-03-02 2026-03-31 employer 100 13 140000.00 27860.00 21210.00 10577.90 101562.10 161210.00',
      '2026-04-01 2026-04-20 fund 100 13 90114.94 17932.87 13652.41 5589.39 66592.68 103767.35',
    ],
  ],
  [
    'two jobs at once: the first has its own base',
    worked('2026-05-04', '2026-06-12', '01', each('100000.00'), { also: second, employer: 'A', otherEmployers: ['B'] }),
    '574.7126',
    [
      '2026-05-04 2026-05-31 employer 65 6 80029.75 15925.92 12124.51 4580.88 59522.95 92154.26',
      '2026-06-01 2026-06-02 employer 65 6 8024.11 1596.80 1215.65 0.00 6427.31 9239.76',
      '2026-06-03 2026-06-12 fund 65 6 23908.04 4757.70 3622.07 0.00 19150.34 27530.11',
    ],
  ],
  [
    'two jobs at once: the second, of four hours a day, has its own',
    worked('2026-05-04', '2026-06-12', '01', each('100000.00'), { also: second, employer: 'B', otherEmployers: ['A'], schedule: week(4, 4, 4, 4, 4, 0, 0) }),
    '574.7126',
    [
      '2026-05-04 2026-05-31 employer 65 6 40014.88 7962.96 6062.25 579.39 31472.53 46077.13',
      '2026-06-01 2026-06-02 employer 65 6 4012.05 798.40 607.83 0.00 3213.65 4619.88',
      '2026-06-03 2026-06-12 fund 65 6 11954.02 2378.85 1811.03 0.00 9575.17 13765.05',
    ],
  ],
  [
    'two months of insurance: the employer by the wage, the Fund by the minimum wage of the month of the first day',
    worked('2026-09-07', '2026-10-16', '01', each('150000.00'), { insured: [{ from: '2026-07-07', until: '2026-12-31' }] }),
    '501.5068',
    [
      '2026-09-07 2026-09-30 employer 65 6 79772.73 15874.77 12085.57 4555.17 59342.79 91858.30',
      '2026-10-01 2026-10-06 employer 65 6 17727.27 3527.73 2685.68 200.70 13998.84 20412.95',
      '2026-10-07 2026-10-16 fund 65 6 20862.68 4151.67 3160.70 236.20 16474.81 24023.38',
    ],
  ],
  [
    'half of the months above the highest base: the average is below it and is not lowered, month by month nothing is cut',
    worked('2026-05-04', '2026-06-30', '01', (at) => [at < 6 ? '900000.00' : '300000.00', 174]),
    '3448.2759',
    [
      '2026-05-04 2026-05-31 employer 65 6 371428.57 73914.29 56271.43 33720.76 263793.52 427700.00',
      '2026-06-01 2026-06-02 employer 65 6 35454.55 7055.46 5371.36 3237.57 25161.52 40825.91',
      '2026-06-03 2026-06-30 fund 65 6 358620.69 71365.52 54331.03 32747.85 254507.32 412951.72',
    ],
  ],
  [
    'eleven months above the highest base: the average is lowered to it for the Fund, not for the employer',
    worked('2026-05-04', '2026-06-30', '01', (at) => [at < 11 ? '900000.00' : '300000.00', 174]),
    '3918.9080',
    [
      '2026-05-04 2026-05-31 employer 65 6 526190.48 104711.91 79717.86 49196.95 372281.62 605908.34',
      '2026-06-01 2026-06-02 employer 65 6 50227.27 9995.23 7609.43 4647.27 35584.77 57836.70',
      '2026-06-03 2026-06-30 fund 65 6 407566.43 81105.72 61746.31 37710.00 288750.71 469312.74',
    ],
  ],
  [
    'shifts of twelve hours and a Saturday of six',
    worked('2026-04-06', '2026-05-31', '01', each('130000.00', 182), { schedule: week(12, 0, 12, 0, 12, 0, 6) }),
    '714.2857',
    [
      '2026-04-06 2026-04-30 employer 65 6 75226.01 14969.98 11396.74 4100.50 56155.53 86622.75',
      '2026-05-01 2026-05-05 employer 65 6 15005.58 2986.11 2273.35 913.25 11106.22 17278.93',
      '2026-05-06 2026-05-31 fund 65 6 72428.57 14413.29 10972.93 4408.06 53607.22 83401.50',
    ],
  ],
  [
    'three days of the Fund below the free amount: contributions, no tax',
    worked('2026-03-02', '2026-04-03', '01', each('70000.00')),
    '402.2989',
    [
      '2026-03-02 2026-03-31 employer 65 6 88265.19 17564.77 13372.18 5404.42 65296.00 101637.37',
      '2026-04-01 2026-04-03 fund 65 6 6275.86 1248.90 950.79 0.00 5026.96 7226.65',
    ],
  ],
  [
    'a month with other pay above the highest base: contributions stop there and are shared',
    worked('2026-03-02', '2026-04-30', '01', each('800000.00'), { otherGross: { '2026-04': 500_000_00n } }),
    '3845.7328',
    [
      '2026-03-02 2026-03-31 employer 65 6 520000.00 103480.00 78780.00 48577.90 367942.10 598780.00',
      '2026-04-01 2026-04-30 fund 65 6 439951.83 68257.43 51964.83 42393.44 329300.96 491916.66',
    ],
  ],
  [
    'an injury at work: whole by the employer until the employment ends, then by the Fund, in column 7',
    worked('2026-03-02', '2026-05-15', '02', each('110000.00'), { employedUntil: '2026-04-15' }),
    '632.1839',
    [
      '2026-03-02 2026-03-31 employer 100 7 110000.00 21890.00 16665.00 7577.90 80532.10 126665.00',
      '2026-04-01 2026-04-15 employer 100 7 55000.00 10945.00 8332.50 3798.73 40256.27 63332.50',
      '2026-04-16 2026-04-30 fund 100 7 55632.18 11070.80 8428.28 3842.39 40718.99 64060.46',
      '2026-05-01 2026-05-15 fund 100 7 55632.18 11070.80 8428.28 2141.12 42420.26 64060.46',
    ],
  ],
  [
    'a child born on 29 February turns three on 1 March of a common year',
    worked('2027-02-22', '2027-03-08', '06', each('160000.00'), { care: { born: '2024-02-29', isChild: true, isSevere: false } }),
    '919.5402',
    [
      '2027-02-22 2027-02-28 fund 65 9 23908.05 4757.70 3622.07 0.00 19150.35 27530.12',
      '2027-03-01 2027-03-08 employer 65 9 27130.43 5398.96 4110.26 0.00 21731.47 31240.69',
    ],
  ],
  [
    'severe damage to a child’s health: whole until the day before it is eighteen, then the fourteen days of ordinary care are used up',
    worked('2026-04-20', '2026-06-30', '06', each('125000.00'), { care: { born: '2008-05-10', isChild: true, isSevere: true } }),
    '718.3908',
    [
      '2026-04-20 2026-04-30 employer 100 10 51136.36 10176.14 7747.16 1691.54 39268.68 58883.52',
      '2026-05-01 2026-05-09 employer 100 10 35714.29 7107.14 5410.71 149.33 28457.82 41125.00',
    ],
  ],
  [
    'a leave of Saturday and Sunday costs nothing',
    worked('2026-05-09', '2026-05-10', '01', each('125000.00')),
    '718.3908',
    ['2026-05-09 2026-05-10 employer 65 6 0.00 0.00 0.00 0.00 0.00 0.00'],
  ],
  [
    'five months without a wage take their own minimum wages: 308 and 337 dinars an hour',
    worked('2026-01-12', '2026-02-20', '01', (at) => [at < 7 ? '120000.00' : '0.00', at < 7 ? 174 : 0]),
    '585.9821',
    [
      '2026-01-12 2026-01-31 employer 65 6 60180.81 11975.98 9117.39 2595.98 45608.85 69298.20',
      '2026-02-01 2026-02-10 employer 65 6 27929.05 5557.88 4231.25 965.65 21405.52 32160.30',
      '2026-02-11 2026-02-20 fund 65 6 24376.86 4851.00 3693.09 842.84 18683.02 28069.95',
    ],
  ],
  [
    'day 31 is New Year’s Eve: tax of December and of January by its own free amount',
    worked('2025-12-01', '2026-01-20', '01', each('95000.50')),
    '545.9799',
    [
      '2025-12-01 2025-12-30 employer 65 6 80732.20 16065.71 12230.93 5327.48 59339.01 92963.13',
      '2025-12-31 2025-12-31 fund 65 6 2839.10 564.98 430.12 187.35 2086.77 3269.22',
      '2026-01-01 2026-01-20 fund 65 6 39747.34 7909.72 6021.72 552.63 31284.99 45769.06',
    ],
  ],
  [
    'a donor of tissue is paid by the Fund from the first day; tax by the day of payment',
    worked('2026-02-02', '2026-02-11', '07', each('210000.00'), { paidOn: '2026-03-05' }),
    '1206.8966',
    ['2026-02-02 2026-02-11 fund 100 12 77241.38 15371.03 11702.07 4302.04 57568.31 88943.45'],
  ],
  [
    'no wage in twelve months: the minimum wage of each',
    worked('2026-06-01', '2026-07-31', '01', each('0.00', 0)),
    '461.4791',
    [
      '2026-06-01 2026-06-30 employer 65 6 88265.19 17564.77 13372.18 5404.42 65296.00 101637.37',
      '2026-07-01 2026-07-31 fund 65 6 55192.90 10983.39 8361.72 2097.19 42112.32 63554.62',
    ],
  ],
]

for (const [title, input, hour, lines] of cases) {
  test(title, () => {
    const result = calculate(input, rules)
    assert.equal(written(result.base.hour, 4), hour)
    assert.deepEqual(
      result.lines.map(({ from, until, payer, percent, column, columns }) => {
        const { gross, from: contributions, on, tax, net, total } = columns
        return [from, until, payer, percent, column, ...[gross, contributions, on, tax, net, total].map(inDinars)].join(' ')
      }),
      lines,
    )
  })
}
