import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { accountCheckDigits, jmbgCheckDigit, jmbgControl, mbCheckDigit, mod1110CheckDigit } from './check-digits.ts'
import { belgradeDate, checkJmbg } from './jmbg.ts'
import { checkAccount, checkMb, checkPib } from './legal-numbers.ts'
import { checkEbs, checkLbo, checkLzb, type Check } from './numbers.ts'

const today = '2026-11-23'
const check = {
  jmbg: (text: string) => checkJmbg(text, { today }),
  'jmbg strict': (text: string) => checkJmbg(text, { today, strict: true }),
  ebs: checkEbs,
  lbo: checkLbo,
  lzb: (text: string) => checkLzb(text),
  pib: checkPib,
  mb: checkMb,
  account: checkAccount,
} satisfies Record<string, (text: string) => Check>

// Every example of the domain text, with the reason or the warning it must give.
const examples: [kind: keyof typeof check, text: string, verdict: 'valid' | RegExp, warnings?: string[]][] = [
  ['jmbg', '0101985710113', 'valid'],
  ['jmbg', '1503972710186', 'valid'],
  ['jmbg', '2902000715000', 'valid'],
  ['jmbg', '3112999718993', 'valid'],
  ['jmbg', '0709988801231', 'valid'],
  ['jmbg', '2412005755127', 'valid'],
  ['jmbg', '1203960746505', 'valid'],
  ['jmbg', '0101000712346', 'valid'],
  ['jmbg', '1506990061232', 'valid'],
  ['jmbg', '0101985710130', 'valid', ['JMBG_CONTROL_TEN']],
  ['jmbg strict', '0101985710130', /never issued/],
  ['jmbg', '0101985710114', /check digit/],
  ['jmbg', '1001985710113', /check digit/],
  ['jmbg', '0101985710131', /check digit/],
  ['jmbg', '3102985710116', /real date/],
  ['jmbg', '0013985710113', /real date/],
  ['jmbg', '3112026710112', /future/],
  ['jmbg', '0101985710', /13 digits/],
  ['jmbg', '01019857101A6', /13 digits/],
  ['jmbg', '', /13 digits/],
  ['jmbg', '٠١٠١٩٨٥٧١٠١١٣', /13 digits/],
  ['ebs', '1506990061232', 'valid'],
  ['ebs', '6612345678901', 'valid', ['EBS_UNCHECKED']],
  ['ebs', '123456789', /13 digits/],
  ['ebs', '15069900612AB', /13 digits/],
  ['ebs', '', /13 digits/],
  ['ebs', '0000000000000', /zeros/],
  ['lbo', '04512345678', 'valid'],
  ['lbo', '12345678901', 'valid'],
  ['lbo', '00000000019', 'valid'],
  ['lbo', '98765432109', 'valid'],
  ['lbo', '55500011122', 'valid'],
  ['lbo', '1234567890', /11 digits/],
  ['lbo', '123456789012', /11 digits/],
  ['lbo', '1234567890A', /11 digits/],
  ['lbo', '12345 678901', /11 digits/],
  ['lbo', '00000000000', /zeros/],
  ['lbo', '0101985710113', /11 digits/],
  ['pib', '101288707', 'valid'],
  ['pib', '100002887', 'valid'],
  ['pib', '104052135', 'valid'],
  ['pib', '103920327', 'valid'],
  ['pib', '100002803', 'valid'],
  ['pib', '100000016', 'valid'],
  ['pib', '112233446', 'valid'],
  ['pib', '987654328', 'valid'],
  ['pib', '109876541', 'valid'],
  ['pib', '555555551', 'valid'],
  ['pib', '101288708', /check digit/],
  ['pib', '123456789', /check digit/],
  ['pib', '987654321', /check digit/],
  ['pib', '000000011', /first number/],
  ['pib', '10128870', /9 digits/],
  ['pib', '1012887O7', /9 digits/],
  ['mb', '06042945', 'valid'],
  ['mb', '17162543', 'valid'],
  ['mb', '20084693', 'valid'],
  ['mb', '20053658', 'valid'],
  ['mb', '07461429', 'valid'],
  ['mb', '17788345', 'valid'],
  ['mb', '07000014', 'valid'],
  ['mb', '12345674', 'valid'],
  ['mb', '21000035', 'valid'],
  ['mb', '06123457', 'valid'],
  ['mb', '65000016', 'valid'],
  ['mb', '06042946', 'valid', ['MB_CHECKSUM']],
  ['mb', '17162544', 'valid', ['MB_CHECKSUM']],
  ['mb', '20053659', 'valid', ['MB_CHECKSUM']],
  ['mb', '1716254', /8 digits/],
  ['mb', '2008469A', /8 digits/],
  ['account', '840-742362843-74', 'valid'],
  ['account', '840-4848-37', 'valid'],
  ['account', '840000000000484837', 'valid'],
  ['account', '840-0000711122843-32', 'valid'],
  ['account', '840-26650-09', 'valid'],
  ['account', '160-0000000012345-95', 'valid'],
  ['account', '265-0000001234567-57', 'valid'],
  ['account', '160-0000000000001-00', /control digits/],
  ['account', '840-742362843-75', /control digits/],
  ['account', '840-4848-38', /control digits/],
  ['account', '84-742362843-74', /3 digits of the bank/],
  ['account', '840-74236284A-74', /3 digits of the bank/],
  ['lzb', '12345678903', 'valid'],
  ['lzb', '12345678904', /check digit/],
  ['lzb', '02345678901', /required form/],
  ['lzb', '1234567890', /11 characters/],
  ['lzb', "1'; drop --", /required form/],
]

for (const [kind, text, verdict, warnings = []] of examples) {
  test(`${kind} ${text || '(empty)'} is ${verdict === 'valid' ? `valid${warnings.length ? ` with ${warnings}` : ''}` : `refused: ${verdict.source}`}`, () => {
    const result = check[kind](text)
    assert.equal(result.ok, verdict === 'valid', result.reason ?? '')
    assert.deepEqual(result.warnings, warnings)
    if (verdict !== 'valid') {
      assert.match(result.reason ?? '', verdict)
      assert.ok(result.hint, 'a refusal says what to do')
      assert.ok(text.length < 5 || !`${result.reason}${result.hint}`.includes(text), 'a sentence never repeats the number')
    }
  })
}

test('a JMBG tells birth date, sex and region', () => {
  const { birthDate, sex, region } = check.jmbg('2412005755127')
  assert.deepEqual({ birthDate, sex, region }, { birthDate: '2005-12-24', sex: 'female', region: '75' })
})

test('a JMBG of an unknown region or of somebody over 120 is accepted with a warning', () => {
  assert.deepEqual(check.jmbg(withControl('010198555001')).warnings, ['JMBG_REGION_UNKNOWN'])
  assert.deepEqual(check.jmbg(withControl('010190071001')).warnings, ['JMBG_AGE_OVER_120'])
})

test('the year pivot is a setting', () => {
  assert.equal(checkJmbg(withControl('010185071001'), { today, yearPivot: 900 }).reason, 'JMBG carries a date of birth in the future')
  assert.equal(checkJmbg(withControl('010185071001'), { today }).birthDate, '1850-01-01')
})

test('a child born in Belgrade half an hour after midnight is not born in the future', () => {
  const at = new Date('2026-11-22T23:30:00Z')
  assert.equal(belgradeDate(at), '2026-11-23')
  assert.ok(checkJmbg(withControl('231102671001'), { today: at }).ok)
})

test('the form of LZB is data: another length, form and no check digit', () => {
  const policy = { length: 8, pattern: '^S[0-9]{7}$', check: 'none' as const }
  assert.ok(checkLzb('S1234567', policy).ok)
  assert.ok(!checkLzb('12345678903', policy).ok)
})

const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`))
const birthDay = fc.date({ min: new Date('1930-01-01'), max: new Date('2026-01-01'), noInvalidDate: true })
const jmbg = fc
  .tuple(birthDay, fc.integer({ min: 71, max: 79 }), digits(3))
  .map(([day, region, serial]) => {
    const [year = '', month = '', date = ''] = day.toISOString().slice(0, 10).split('-')
    return withControl(`${date}${month}${year.slice(1)}${region}${serial}`)
  })
  .filter((text) => jmbgControl(text) !== 10)
const numbers: Record<'jmbg strict' | 'pib' | 'account' | 'lzb', fc.Arbitrary<string>> = {
  'jmbg strict': jmbg,
  pib: fc.integer({ min: 10_000_001, max: 99_999_999 }).map((n) => `${n}${mod1110CheckDigit(String(n))}`),
  account: digits(16).map((first) => first + accountCheckDigits(first)),
  lzb: digits(9).map((rest) => `1${rest}${mod1110CheckDigit(`1${rest}`)}`),
}

for (const [kind, arbitrary] of Object.entries(numbers) as [keyof typeof numbers, fc.Arbitrary<string>][]) {
  test(`every single wrong digit of a ${kind} is caught`, () => {
    fc.assert(
      fc.property(arbitrary, fc.nat(), fc.integer({ min: 1, max: 9 }), (text, where, by) => {
        const at = where % text.length
        assert.ok(check[kind](text).ok, text)
        assert.ok(!check[kind](text.slice(0, at) + ((Number(text[at]) + by) % 10) + text.slice(at + 1)).ok)
      }),
    )
  })
}

for (const kind of ['jmbg strict', 'account'] as const) {
  test(`every swap of two neighbouring digits of a ${kind} is caught`, () => {
    fc.assert(
      fc.property(numbers[kind], fc.nat(), (text: string, where: number) => {
        const at = where % (text.length - 2)
        fc.pre(text[at] !== text[at + 1])
        assert.ok(!check[kind](text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2)).ok)
      }),
    )
  })
}

test('a wrong digit of an MB always warns, except where two controls are written alike', () => {
  fc.assert(
    fc.property(digits(7), fc.integer({ min: 0, max: 6 }), fc.integer({ min: 1, max: 9 }), (first, at, by) => {
      const wrong = first.slice(0, at) + ((Number(first[at]) + by) % 10) + first.slice(at + 1)
      fc.pre(mbCheckDigit(first) !== 0 || mbCheckDigit(wrong) !== 0)
      assert.deepEqual(checkMb(wrong + mbCheckDigit(first)).warnings, ['MB_CHECKSUM'])
    }),
  )
})

test('no text whatever makes a check throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const of of Object.values(check)) assert.equal(typeof of(text).ok, 'boolean')
    }),
  )
})

function withControl(first12: string): string {
  return first12 + jmbgCheckDigit(first12)
}
