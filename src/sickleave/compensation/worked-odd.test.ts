import { type Case, each, holdCases, leave, week, worked } from '../../testing/worked-cases.ts'

// Odd cases: something changes within the leave, between the months of the base, or at a second job. Calculated separately from this code, from the
// text of sections 8 to 12 and 19 of the domain study with exact fractions.

const cases: Case[] = [
  [
    'a raise between the sixth and the seventh of the twelve months: the average of both; day 30 is 9 June',
    worked('2026-05-11', '2026-06-30', '01', (at) => [at < 6 ? '100000.00' : '130000.00', 174]),
    '660.9195',
    [
      '2026-05-11 2026-05-31 employer 65 6 60022.31 11944.44 9093.38 2580.13 45497.74 69115.69',
      '2026-06-01 2026-06-09 employer 65 6 28084.38 5588.79 4254.78 1601.60 20893.99 32339.16',
      '2026-06-10 2026-06-30 fund 65 6 51551.72 10258.79 7810.09 2939.91 38353.02 59361.81',
    ],
  ],
  [
    'three months of unpaid leave within the twelve: each takes the minimum wage of its own month and hours',
    worked('2026-08-17', '2026-09-30', '01', (at) => (at >= 3 && at <= 5 ? ['0.00', 0] : ['118000.00', 174])),
    '626.8126',
    [
      '2026-08-17 2026-08-31 employer 65 6 44016.36 8759.26 6668.48 979.54 34277.56 50684.84',
      '2026-09-01 2026-09-15 employer 65 6 44132.60 8782.39 6686.09 2525.11 32825.10 50818.69',
      '2026-09-16 2026-09-30 fund 65 6 35853.68 7134.88 5431.83 2051.42 26667.38 41285.51',
    ],
  ],
  [
    'wages for the first days of June and a bonus in July beside the compensation: each month bears tax on everything paid for it',
    worked('2026-06-08', '2026-07-26', '01', each('126000.00'), { otherGross: { '2026-06': 30_000_00n, '2026-07': 55_500_50n } }),
    '724.1379',
    [
      '2026-06-08 2026-06-30 employer 65 6 68204.92 13572.78 10333.05 4443.79 50188.35 78537.97',
      '2026-07-01 2026-07-07 employer 65 6 20108.51 4001.59 3046.44 1458.40 14648.52 23154.95',
      '2026-07-08 2026-07-26 fund 65 6 48951.72 9741.39 7416.19 3550.30 35660.03 56367.91',
    ],
  ],
  [
    'day 60 is 14 May: who assesses changes, the sum does not; asked for from the 10th to the 20th, across that day',
    worked('2026-03-16', '2026-05-31', '01', each('151000.00', 176), { period: { from: '2026-05-10', until: '2026-05-20' } }),
    '857.9545',
    ['2026-05-10 2026-05-20 fund 65 6 35690.91 7102.49 5407.17 2265.43 26322.99 41098.08'],
  ],
  [
    'the minimum wage rises on 1 October within the employer’s thirty days: each month is lifted to its own',
    worked('2025-09-08', '2025-10-31', '01', each('70000.00')),
    '402.2989',
    [
      '2025-09-08 2025-09-30 employer 65 6 56621.51 11267.68 8578.16 2819.85 42533.98 65199.67',
      '2025-10-01 2025-10-07 employer 65 6 18348.23 3651.30 2779.76 903.61 13793.32 21127.99',
      '2025-10-08 2025-10-31 fund 65 6 37655.18 7493.38 5704.76 1854.43 28307.37 43359.94',
    ],
  ],
  [
    'two half-time jobs: the one of four hours on five days, by its own wage and the hours worked there',
    worked('2026-04-13', '2026-05-24', '01', each('64000.00', 88), {
      also: { employer: 'B', paid: each('91000.00', 88) },
      employer: 'A',
      otherEmployers: ['B'],
      schedule: week(4, 4, 4, 4, 4, 0, 0),
    }),
    '727.2727',
    [
      '2026-04-13 2026-04-30 employer 65 6 28084.38 5588.79 4254.78 0.00 22495.59 32339.16',
      '2026-05-01 2026-05-12 employer 65 6 16005.95 3185.18 2424.90 0.00 12820.77 18430.85',
      '2026-05-13 2026-05-24 fund 65 6 15127.27 3010.33 2291.78 0.00 12116.94 17419.05',
    ],
  ],
  [
    'two half-time jobs: the other, of eight hours on Monday and Tuesday and four on Wednesday',
    worked('2026-04-13', '2026-05-24', '01', each('64000.00', 88), {
      also: { employer: 'B', paid: each('91000.00', 88) },
      employer: 'B',
      otherEmployers: ['A'],
      schedule: week(8, 8, 4, 0, 0, 0, 0),
    }),
    '1034.0909',
    [
      '2026-04-13 2026-04-30 employer 65 6 40950.00 8149.05 6203.93 672.90 32128.05 47153.93',
      '2026-05-01 2026-05-12 employer 65 6 24645.83 4904.52 3733.84 396.28 19345.03 28379.67',
      '2026-05-13 2026-05-24 fund 65 6 16131.82 3210.23 2443.97 259.38 12662.21 18575.79',
    ],
  ],
  [
    'a child turns three on 5 April: the Fund for the end of March and four days of April, the employer after',
    worked('2026-03-27', '2026-04-14', '06', each('134000.00'), { care: { born: '2023-04-05', isChild: true, isSevere: false } }),
    '770.1149',
    [
      '2026-03-27 2026-03-31 fund 65 9 12013.79 2390.74 1820.09 0.00 9623.05 13833.88',
      '2026-04-01 2026-04-04 fund 65 9 12013.79 2390.74 1820.09 176.09 9446.96 13833.88',
      '2026-04-05 2026-04-14 employer 65 9 28084.38 5588.79 4254.78 411.63 22083.96 32339.16',
    ],
  ],
  [
    'a child turns seven on the tenth day: fourteen days in all, then no right',
    worked('2026-04-01', '2026-04-20', '06', each('134000.00'), { care: { born: '2019-04-10', isChild: true, isSevere: false } }),
    '770.1149',
    ['2026-04-01 2026-04-14 employer 65 9 40120.54 7983.99 6078.26 589.95 31546.60 46198.80'],
  ],
  [
    'ill again after ten days of work: within thirty days and yet a leave of its own, with thirty days of the employer',
    worked('2026-03-31', '2026-05-08', '01', each('119000.00'), { history: [leave('2026-03-02', '2026-03-20')] }),
    '683.9080',
    [
      '2026-03-31 2026-03-31 employer 65 6 4012.05 798.40 607.83 0.00 3213.65 4619.88',
      '2026-04-01 2026-04-29 employer 65 6 84253.14 16766.37 12764.35 5141.81 62344.96 97017.49',
      '2026-04-30 2026-04-30 fund 65 6 3556.32 707.71 538.78 217.04 2631.57 4095.10',
      '2026-05-01 2026-05-08 fund 65 6 21337.93 4246.25 3232.70 0.00 17091.68 24570.63',
    ],
  ],
  [
    'ill again with exactly six days between: linked, eighteen days of the employer are left',
    worked('2026-05-22', '2026-06-30', '01', each('119000.00'), { onset: '2026-05-04', history: [leave('2026-05-04', '2026-05-15')] }),
    '683.9080',
    [
      '2026-05-22 2026-05-31 employer 65 6 24008.93 4777.78 3637.35 0.00 19231.15 27646.28',
      '2026-06-01 2026-06-08 employer 65 6 24072.32 4790.39 3646.96 1389.89 17892.04 27719.28',
      '2026-06-09 2026-06-30 fund 65 6 56901.15 11323.33 8620.52 3285.36 42292.46 65521.67',
    ],
  ],
  [
    'twelve-hour shifts on three days: a period cut in the middle of the Fund’s March',
    worked('2026-02-09', '2026-03-31', '01', each('140000.00', 182), {
      schedule: week(12, 0, 12, 0, 0, 12, 0),
      period: { from: '2026-03-05', until: '2026-03-22' },
    }),
    '769.2308',
    [
      '2026-03-05 2026-03-10 employer 65 6 14000.00 2786.00 2121.00 815.74 10398.26 16121.00',
      '2026-03-11 2026-03-22 fund 65 6 30000.00 5970.00 4545.00 1748.01 22281.99 34545.00',
    ],
  ],
  [
    'the employer gives ninety percent of its own days, which end on 4 August; the Fund’s stay at sixty-five',
    worked('2026-07-06', '2026-08-16', '01', each('156000.00'), { employerPercent: 90 }),
    '896.5517',
    [
      '2026-07-06 2026-07-31 employer 90 6 122086.96 24295.31 18496.17 8786.60 89005.05 140583.13',
      '2026-08-01 2026-08-04 employer 90 6 13371.43 2660.91 2025.77 434.04 10276.48 15397.20',
      '2026-08-05 2026-08-16 fund 65 6 37296.55 7422.01 5650.43 1210.66 28663.88 42946.98',
    ],
  ],
  [
    'above the highest base with short months: the hour is capped by the paid hours, the employer’s days are not',
    worked('2026-10-05', '2026-11-15', '01', each('890000.00', 150)),
    '4758.1417',
    [
      '2026-10-05 2026-10-31 employer 65 6 525909.09 104655.91 79675.23 49168.81 372084.37 605584.32',
      '2026-11-01 2026-11-03 employer 65 6 55095.24 10963.95 8346.93 4764.40 39366.89 63442.17',
      '2026-11-04 2026-11-15 fund 65 6 197938.69 39389.80 29987.71 17116.89 141432.00 227926.40',
    ],
  ],
  [
    'complications of pregnancy after two months of insurance: the whole of the wage from the employer, the whole of the minimum wage from the Fund',
    worked('2026-05-18', '2026-06-28', '04', each('132000.00'), { insured: [{ from: '2026-03-16', until: '2026-12-31' }] }),
    '500.1860',
    [
      '2026-05-18 2026-05-31 employer 100 13 62857.14 12508.57 9522.86 2863.61 47484.96 72380.00',
      '2026-06-01 2026-06-16 employer 100 13 72000.00 14328.00 10908.00 4831.12 52840.88 82908.00',
      '2026-06-17 2026-06-28 fund 100 13 32011.90 6370.37 4849.80 2147.97 23493.56 36861.70',
    ],
  ],
  [
    'paid in one sum on 9 February: tax of December and January by the free amount of that day',
    worked('2025-12-22', '2026-01-25', '05', each('99000.00', 168), { paidOn: '2026-02-09' }),
    '589.2857',
    [
      '2025-12-22 2025-12-31 fund 65 11 24514.29 4878.34 3713.91 0.00 19635.95 28228.20',
      '2026-01-01 2026-01-25 fund 65 11 52092.86 10366.48 7892.07 1787.19 39939.19 59984.93',
    ],
  ],
]

holdCases(cases)
