import { type Case, each, holdCases, leave, week, worked } from '../../testing/worked-cases.ts'

// Every reason, limit and reading once more, and periods that begin within a stretch. Calculated separately from this code, from the text of sections
// 8 to 12 and 19 of the domain study with exact fractions.

const cases: Case[] = [
  [
    'an occupational disease: whole, in column 8, by the employer for as long as it employs',
    worked('2026-03-09', '2026-05-17', '03', each('98000.00')),
    '563.2184',
    [
      '2026-03-09 2026-03-31 employer 100 8 75727.27 15069.73 11472.68 4150.63 56506.91 87199.95',
      '2026-04-01 2026-04-30 employer 100 8 98000.00 19502.00 14847.00 6377.90 72120.10 112847.00',
      '2026-05-01 2026-05-17 employer 100 8 51333.33 10215.33 7777.00 1711.23 39406.77 59110.33',
    ],
  ],
  [
    'an escort: thirty days of the employer, then the Fund, in column 11',
    worked('2026-03-02', '2026-04-05', '08', each('115000.00')),
    '660.9195',
    [
      '2026-03-02 2026-03-31 employer 65 11 88265.19 17564.77 13372.18 5404.42 65296.00 101637.37',
      '2026-04-01 2026-04-05 fund 65 11 10310.34 2051.76 1562.02 0.00 8258.58 11872.36',
    ],
  ],
  [
    'isolation over the end of a month: the Fund from the first day',
    worked('2026-04-27', '2026-05-10', '05', each('132000.00')),
    '758.6207',
    [
      '2026-04-27 2026-04-30 fund 65 11 15779.31 3140.08 2390.57 0.00 12639.23 18169.88',
      '2026-05-01 2026-05-10 fund 65 11 23668.97 4710.13 3585.85 0.00 18958.84 27254.82',
    ],
  ],
  [
    'care of a grown member of the family for twenty days: after fourteen there is no right',
    worked('2026-03-02', '2026-03-21', '06', each('101000.00'), { care: { born: '1961-07-01', isChild: false, isSevere: false } }),
    '580.4598',
    ['2026-03-02 2026-03-15 employer 65 9 40120.54 7983.99 6078.26 589.95 31546.60 46198.80'],
  ],
  [
    'care of a child of five beyond fifteen days: the commission may go on to thirty, all at the employer’s cost',
    worked('2026-03-02', '2026-03-31', '06', each('101000.00'), { care: { born: '2020-08-15', isChild: true, isSevere: false } }),
    '580.4598',
    ['2026-03-02 2026-03-31 employer 65 9 88265.19 17564.77 13372.18 5404.42 65296.00 101637.37'],
  ],
  [
    'a child turns seven on the twenty-first day: from then on the shorter limit holds, and it is used up',
    worked('2026-03-02', '2026-03-31', '06', each('101000.00'), { care: { born: '2019-03-22', isChild: true, isSevere: false } }),
    '580.4598',
    ['2026-03-02 2026-03-21 employer 65 9 60180.81 11975.98 9117.39 2595.98 45608.85 69298.20'],
  ],
  [
    'severe damage to the health of a child of two: whole, by the Fund from the first day, in column 10',
    worked('2026-06-22', '2026-07-12', '06', each('143000.00', 176), { care: { born: '2024-02-11', isChild: true, isSevere: true } }),
    '812.5000',
    [
      '2026-06-22 2026-06-30 fund 100 10 45500.00 9054.50 6893.25 1127.90 35317.60 52393.25',
      '2026-07-01 2026-07-12 fund 100 10 52000.00 10348.00 7878.00 1777.90 39874.10 59878.00',
    ],
  ],
  [
    'severe damage to the health of a child of ten: whole, thirty days of the employer, then the Fund',
    worked('2026-06-22', '2026-08-09', '06', each('143000.00', 176), { care: { born: '2016-02-11', isChild: true, isSevere: true } }),
    '812.5000',
    [
      '2026-06-22 2026-06-30 employer 100 10 45500.00 9054.50 6893.25 1127.90 35317.60 52393.25',
      '2026-07-01 2026-07-21 employer 100 10 93260.87 18558.91 14129.02 7129.02 67572.94 107389.89',
      '2026-07-22 2026-07-31 fund 100 10 52000.00 10348.00 7878.00 3974.97 37677.03 59878.00',
      '2026-08-01 2026-08-09 fund 100 10 32500.00 6467.50 4923.75 0.00 26032.50 37423.75',
    ],
  ],
  [
    'an illness five days after an illness of twenty days: linked, ten days of the employer are left and the base is the first one’s',
    worked('2026-04-02', '2026-04-30', '01', each('108000.00'), { onset: '2026-03-09', history: [leave('2026-03-09', '2026-03-28')] }),
    '620.6897',
    [
      '2026-04-02 2026-04-11 employer 65 6 28084.38 5588.79 4254.78 1496.76 20998.83 32339.16',
      '2026-04-12 2026-04-30 fund 65 6 45186.21 8992.06 6845.71 2408.20 33785.95 52031.92',
    ],
  ],
  [
    'the same with seven days between: a leave of its own, with thirty days of the employer again',
    worked('2026-04-05', '2026-05-10', '01', each('108000.00'), { history: [leave('2026-03-09', '2026-03-28')] }),
    '620.6897',
    [
      '2026-04-05 2026-04-30 employer 65 6 76229.03 15169.58 11548.70 4200.80 56858.65 87777.73',
      '2026-05-01 2026-05-04 employer 65 6 8002.98 1592.59 1212.45 0.00 6410.39 9215.43',
      '2026-05-05 2026-05-10 fund 65 6 12910.35 2569.16 1955.92 0.00 10341.19 14866.27',
    ],
  ],
  [
    'one day at the end of a month',
    worked('2026-03-31', '2026-03-31', '01', each('123456.78')),
    '709.5217',
    ['2026-03-31 2026-03-31 employer 65 6 4012.05 798.40 607.83 0.00 3213.65 4619.88'],
  ],
  [
    'two days in two months: each by the working days of its own',
    worked('2026-04-30', '2026-05-01', '01', each('123456.78')),
    '709.5217',
    [
      '2026-04-30 2026-04-30 employer 65 6 4012.05 798.40 607.83 0.00 3213.65 4619.88',
      '2026-05-01 2026-05-01 employer 65 6 4001.49 796.30 606.23 0.00 3205.19 4607.72',
    ],
  ],
  [
    'part-time, four hours on five days, below half of the minimum wage: lifted for the hours that are worked',
    worked('2026-03-02', '2026-04-12', '01', each('41000.00', 87), { schedule: week(4, 4, 4, 4, 4, 0, 0) }),
    '471.2644',
    [
      '2026-03-02 2026-03-31 employer 65 6 44132.60 8782.39 6686.09 991.16 34359.05 50818.69',
      '2026-04-01 2026-04-12 fund 65 6 9802.30 1950.66 1485.05 0.00 7851.64 11287.35',
    ],
  ],
  [
    'eight months of work abroad without a wage here: the minimum wage of those months, beside four of wages',
    worked('2026-04-06', '2026-05-24', '01', (at) => (at < 8 ? ['0.00', 0] : ['160000.00', 174])),
    '590.7089',
    [
      '2026-04-06 2026-04-30 employer 65 6 76229.03 15169.58 11548.70 4200.80 56858.65 87777.73',
      '2026-05-01 2026-05-05 employer 65 6 12004.46 2388.89 1818.68 409.47 9206.10 13823.14',
      '2026-05-06 2026-05-24 fund 65 6 39931.92 7946.45 6049.69 1362.07 30623.40 45981.61',
    ],
  ],
  [
    'an entrepreneur insured on the lowest base of each year: the own days at the minimum wage, the Fund’s by the base',
    worked('2026-05-04', '2026-06-21', '01', (at) => [at < 8 ? '45950.00' : '51297.00', 174]),
    '274.3238',
    [
      '2026-05-04 2026-05-31 employer 65 6 80029.75 15925.92 12124.51 4580.88 59522.95 92154.26',
      '2026-06-01 2026-06-02 employer 65 6 8024.11 1596.80 1215.65 0.00 6427.31 9239.76',
      '2026-06-03 2026-06-21 fund 65 6 18544.29 3690.31 2809.46 0.00 14853.98 21353.75',
    ],
  ],
  [
    'insured for 180 days in pieces: prior insurance is met',
    worked('2026-06-01', '2026-07-12', '01', each('99000.00'), {
      insured: [
        { from: '2025-01-01', until: '2025-05-31' },
        { from: '2026-05-03', until: '2026-12-31' },
      ],
    }),
    '568.9655',
    [
      '2026-06-01 2026-06-30 employer 65 6 88265.19 17564.77 13372.18 5404.42 65296.00 101637.37',
      '2026-07-01 2026-07-12 fund 65 6 23668.96 4710.12 3585.85 0.00 18958.84 27254.81',
    ],
  ],
  [
    'insured for 179 days in pieces: the Fund by the minimum wage, the employer by the wage',
    worked('2026-06-01', '2026-07-12', '01', each('99000.00'), {
      insured: [
        { from: '2025-01-01', until: '2025-05-31' },
        { from: '2026-05-04', until: '2026-12-31' },
      ],
    }),
    '501.5068',
    [
      '2026-06-01 2026-06-30 employer 65 6 88265.19 17564.77 13372.18 5404.42 65296.00 101637.37',
      '2026-07-01 2026-07-12 fund 65 6 20862.68 4151.67 3160.70 0.00 16711.01 24023.38',
    ],
  ],
  [
    'an injury at work in the first month of a job needs no prior insurance',
    worked('2026-03-16', '2026-04-12', '02', (at) => (at < 11 ? ['0.00', 0] : ['76000.00', 160]), { insured: [{ from: '2026-02-01', until: '2026-12-31' }] }),
    '438.3785',
    [
      '2026-03-16 2026-03-31 employer 100 7 48144.65 9580.79 7293.91 1392.37 37171.49 55438.56',
      '2026-04-01 2026-04-12 employer 100 7 32096.43 6387.19 4862.61 0.00 25709.24 36959.04',
    ],
  ],
  [
    'a malignant disease beyond day 60: the percentage stays as it is, the Fund pays from day 31',
    worked('2026-03-02', '2026-05-10', '01', each('126000.00')),
    '724.1379',
    [
      '2026-03-02 2026-03-31 employer 65 6 88265.19 17564.77 13372.18 5404.42 65296.00 101637.37',
      '2026-04-01 2026-04-30 fund 65 6 82841.38 16485.43 12550.47 4862.04 61493.91 95391.85',
      '2026-05-01 2026-05-10 fund 65 6 22593.10 4496.03 3422.85 0.00 18097.07 26015.95',
    ],
  ],
  [
    'a transplant’s donor above the highest base in every month: whole of the lowered average',
    worked('2026-01-12', '2026-02-22', '07', each('810000.00', 168)),
    '3907.2917',
    [
      '2026-01-12 2026-01-31 fund 100 12 468875.00 93306.13 71034.56 43465.40 332103.47 539909.56',
      '2026-02-01 2026-02-22 fund 100 12 468875.00 93306.13 71034.56 43465.40 332103.47 539909.56',
    ],
  ],
  [
    'the employer gives eighty percent of its own days; the Fund’s stay at sixty-five',
    worked('2026-09-01', '2026-10-11', '01', each('118000.00'), { employerPercent: 80 }),
    '678.1609',
    [
      '2026-09-01 2026-09-30 employer 80 6 94400.00 18785.60 14301.60 6017.90 69596.50 108701.60',
      '2026-10-01 2026-10-11 fund 65 6 24685.06 4912.33 3739.79 0.00 19772.73 28424.85',
    ],
  ],
  [
    'the employment ends on day 40: after it an ordinary illness gives no right',
    worked('2026-03-02', '2026-05-31', '01', each('118000.00'), { employedUntil: '2026-04-10' }),
    '678.1609',
    [
      '2026-03-02 2026-03-31 employer 65 6 88265.19 17564.77 13372.18 5404.42 65296.00 101637.37',
      '2026-04-01 2026-04-10 fund 65 6 28211.49 5614.09 4274.04 0.00 22597.40 32485.53',
    ],
  ],
  [
    'sent to the assessment of disability on day 32: the Fund for sixty days more',
    worked('2026-03-02', '2026-06-14', '01', each('118000.00'), { assessed: '2026-04-02' }),
    '678.1609',
    [
      '2026-03-02 2026-03-31 employer 65 6 88265.19 17564.77 13372.18 5404.42 65296.00 101637.37',
      '2026-04-01 2026-04-30 fund 65 6 77581.61 15438.74 11753.61 4336.06 57806.81 89335.22',
      '2026-05-01 2026-05-31 fund 65 6 74055.17 14736.98 11219.36 3983.42 55334.77 85274.53',
      '2026-06-01 2026-06-01 fund 65 6 3526.44 701.76 534.26 0.00 2824.68 4060.70',
    ],
  ],
  [
    'ten days in the middle of a month that is at the Fund’s cost: what is due up to their end less what is due up to their beginning',
    worked('2026-03-02', '2026-05-31', '01', each('118333.33'), { period: { from: '2026-05-08', until: '2026-05-19' } }),
    '680.0766',
    ['2026-05-08 2026-05-19 fund 65 6 28291.19 5629.94 4286.12 1525.46 21135.79 32577.31'],
  ],
  [
    'complications of pregnancy, the second half of a month, with wages for the first',
    worked('2026-03-16', '2026-04-30', '04', each('140000.00'), { period: { from: '2026-04-20', until: '2026-04-30' }, otherGross: { '2026-04': 12_345_67n } }),
    '804.5977',
    ['2026-04-20 2026-04-30 fund 100 13 57931.04 11528.27 8776.55 4499.26 41903.51 66707.59'],
  ],
  [
    'December paid in January: the free amount of the day of payment',
    worked('2025-12-08', '2025-12-31', '07', each('133000.00'), { paidOn: '2026-01-12' }),
    '764.3678',
    ['2025-12-08 2025-12-31 fund 100 12 110068.96 21903.72 16675.45 7584.80 80580.44 126744.41'],
  ],
  [
    'an illness, then a donation, then an illness again, all linked: only the days of illness use up the employer’s',
    worked('2026-04-14', '2026-05-10', '01', each('121000.00'), {
      onset: '2026-03-09',
      history: [leave('2026-03-09', '2026-03-20'), { ...leave('2026-03-23', '2026-04-10'), reason: '07' }],
    }),
    '695.4023',
    [
      '2026-04-14 2026-04-30 employer 65 6 52156.70 10379.18 7901.74 1793.57 39983.95 60058.44',
      '2026-05-01 2026-05-01 employer 65 6 4001.49 796.30 606.23 0.00 3205.19 4607.72',
      '2026-05-02 2026-05-10 fund 65 6 18080.46 3598.01 2739.19 0.00 14482.45 20819.65',
    ],
  ],
]

holdCases(cases)
