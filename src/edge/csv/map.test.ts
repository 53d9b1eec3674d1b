import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Refusal } from '../../platform/refusal.ts'
import { testFhir } from '../../testing/fhir.ts'
import { declaredMapping, mapCsv } from '../edge.ts'
import { encode } from '../hl7v2/charset.ts'
import { rowsOf } from './rows.ts'

const types = ['Patient', 'Observation']
const written = {
  name: 'laboratory of Čačak',
  version: 3,
  format: { delimiter: ';', charset: 'CP1250', decimal: ',' },
  resources: [
    {
      as: 'patient',
      type: 'Patient',
      about: false,
      set: {
        'identifier[0].system': { value: 'urn:rs:jmbg' },
        'identifier[0].value': { column: 'JMBG', required: true, pattern: '^\\d{13}$' },
        'name[0].family': { column: 'Prezime' },
        'name[0].given[0]': { column: 'Ime' },
        gender: { column: 'Pol', codes: { M: 'male', Ž: 'female' } },
        birthDate: { column: 'Rođen', date: 'DD.MM.YYYY' },
      },
    },
    {
      as: 'glucose',
      type: 'Observation',
      when: 'Glukoza',
      set: {
        status: { value: 'final' },
        'code.coding[0].system': { value: 'http://loinc.org' },
        'code.coding[0].code': { value: '2345-7' },
        subject: { reference: 'patient' },
        effectiveDateTime: { column: 'Vreme', date: 'DD.MM.YYYY HH:mm' },
        'valueQuantity.value': { column: 'Glukoza', number: true },
        'valueQuantity.unit': { value: 'mmol/L' },
      },
    },
  ],
}
const header = 'JMBG;Prezime;Ime;Pol;Rođen;Vreme;Glukoza;Napomena'
const mapping = () => declaredMapping(written, types)
const map = (...lines: string[]) => [...mapCsv(encode([header, ...lines].join('\r\n'), 'windows-1250'), mapping(), 'mart.csv')]

describe('a table with a declared mapping', () => {
  test('gives each row its resources, valid and linked, and says which columns have no place', async () => {
    const [row] = map('0101985710113;Đorđević;Ana;Ž;1.1.1985;01.03.2026 07:30;"6,40";"hitno; ponoviti"')
    assert.ok(row && 'mapped' in row)
    const [patient, glucose] = row.mapped.bundle.entry.map(({ resource }) => resource as Record<string, any>)
    assert.deepEqual([patient?.['name'], patient?.['gender'], patient?.['birthDate']], [[{ family: 'Đorđević', given: ['Ana'] }], 'female', '1985-01-01'])
    assert.deepEqual([JSON.stringify(glucose?.['valueQuantity'].value), glucose?.['effectiveDateTime']], ['6.40', '2026-03-01T07:30:00+01:00'])
    assert.equal(glucose?.['subject'].reference, row.mapped.bundle.entry[0]?.fullUrl)
    assert.deepEqual(row.mapped.losses, [{ place: 'line 2, column Napomena', why: 'is of no resource in the mapping' }])
    assert.equal(row.mapped.mapping, 'laboratory of Čačak/3')
    assert.deepEqual(
      (await testFhir()).validate(row.mapped.bundle).filter(({ severity }) => severity === 'error'),
      [],
    )
  })

  test('leaves out empty cells, and constants that would then say nothing', () => {
    const [row] = map('0101985710113;Đorđević;;;;;;')
    assert.ok(row && 'mapped' in row)
    const kinds = row.mapped.bundle.entry.map(({ resource }) => resource.resourceType)
    assert.deepEqual(kinds, ['Patient', 'DocumentReference', 'Provenance'])
    assert.deepEqual(row.mapped.bundle.entry[0]?.resource['name'], [{ family: 'Đorđević' }])
  })

  test('keeps a value outside the range of a laboratory as a bound, and ignores NULL and dashes', () => {
    const given = (cell: string) => {
      const declared = declaredMapping({ ...written, format: { ...written.format, empty: ['NULL', '-'] } }, types)
      const bytes = encode(`${header}\r\n0101985710113;NULL;-;Ž;1.1.1985;01.03.2026 07:30;${cell};`, 'windows-1250')
      const [row] = mapCsv(bytes, declared, 'mart.csv')
      return row && 'mapped' in row ? row.mapped.bundle.entry.map(({ resource }) => resource as Record<string, any>) : row?.refusal.message
    }
    for (const [cell, value, comparator] of [
      ['<0,5', 0.5, '<'],
      ['>= 40', 40, '>='],
      ['6,4', 6.4, undefined],
    ] as const) {
      const [patient, glucose] = given(cell) as Record<string, any>[]
      assert.deepEqual([patient?.['name'], glucose?.['valueQuantity'].value, glucose?.['valueQuantity'].comparator], [undefined, value, comparator])
    }
    assert.equal((given('NULL') as unknown[]).length, 3)
    assert.match(String(given('<mnogo')), /is no number/)
  })

  test('refuses a row with line and column, never with the value, and goes on with the next', () => {
    const rows = map(
      '12345678901;A;B;M;;;;',
      '0101985710113;A;B;?;;;;',
      '0101985710113;A;B;M;31.02.1985;;;',
      '0101985710113;A;B;M;;;mnogo;',
      ';A;B;M;;;;',
      '0101985710113;A;B;M;;;;;;višak',
      '0101985710113;A;B;M;;;;',
    )
    const reasons = rows.map((row) => ('refusal' in row ? row.refusal.message : 'mapped'))
    assert.deepEqual(reasons, [
      'line 2, column JMBG: has not the form that the mapping demands',
      'line 3, column Pol: holds a code that the mapping does not translate',
      'line 4, column Rođen: is no date of the form DD.MM.YYYY',
      'line 5, column Glukoza: is no number',
      'line 6, column JMBG: is empty, and the mapping demands a value',
      'line 7 has 10 cells, and the header 8',
      'mapped',
    ])
  })

  test('refuses a row with fewer cells than the header, because it was cut off; delimiters at the end and empty lines are ignored', () => {
    const whole = '0101985710113;Đorđević;Ana;Ž;1.1.1985;01.03.2026 07:30;6,40'
    const told = map(whole, `${whole};`, `${whole};;;`, '', '0101985710113;Đorđ')
    assert.deepEqual(
      told.map((row) => ('refusal' in row ? `${row.refusal.message}. ${row.refusal.hint}` : row.line)),
      [
        'line 2 has only 7 cells, and the header 8. The line was cut off, or a quote swallowed its delimiters. Write every cell, the empty ones too.',
        3,
        4,
        'line 6 has only 2 cells, and the header 8. The line was cut off, or a quote swallowed its delimiters. Write every cell, the empty ones too.',
      ],
    )
    const [row] = mapCsv(encode(`${header};\r\n${whole};`, 'windows-1250'), mapping(), 'mart.csv')
    assert.ok(row && 'mapped' in row, 'a delimiter at the end of the header alone')
  })

  test('is refused as a whole when its header lacks a column, with the columns that it has', () => {
    assert.throws(
      () => [...mapCsv(Buffer.from('JMBG,Prezime\n1,A'), mapping(), 'x')],
      (error) =>
        error instanceof Refusal &&
        /missing: JMBG.*/.test(error.message) &&
        /delimiter is a semicolon, and the header looks as if it were a comma/.test(error.hint ?? ''),
    )
  })

  test('without a header is refused with a hint that repeats nothing of its first row, which is about somebody', () => {
    for (const row of ['0101985710113;Đorđević;Ana;Ž;1.1.1985;01.03.2026 07:30;6,40;', '0101985710113,Đorđević,Ana'])
      assert.throws(
        () => [...mapCsv(encode(row, 'windows-1250'), mapping(), 'x')],
        ({ message, hint }: Refusal) =>
          /missing: JMBG/.test(message) && /write the names above the data/.test(hint ?? '') && !/0101985710113|Ana/.test(`${message}${hint}`),
      )
  })
})

test('a number must be written as the mapping says, and left-out control characters are reported', () => {
  const glucose = (cell: string) => {
    const [row] = map(`0101985710113;Đor\u0007đević;Ana;Ž;1.1.1985;;${cell};`)
    if (row === undefined || !('mapped' in row)) return row?.refusal.message
    assert.ok(row.mapped.losses.some(({ place }) => place === 'line 2, column Prezime'))
    const made = row.mapped.bundle.entry[1]?.resource as Record<string, any> | undefined
    return made?.['valueQuantity'].value
  }
  assert.deepEqual(['6,4', '1.234,5', '6.4', '12'].map(glucose), [6.4, 1234.5, 6.4, 12])
  for (const cell of ['0.125.125', '1.2.3', '12.34,5,6', '9'.repeat(20)]) assert.match(String(glucose(cell)), /is no number/, cell)
  assert.equal(glucose('0.125'), 0.125)
})

test('rows are read as RFC 4180 and as spreadsheets write them', () => {
  const rows = (text: string, delimiter = ',') => [...rowsOf(text, delimiter, '"')]
  assert.deepEqual(
    rows('a,b\r\n"x, ""y""\nz",2\n\n3,').map(({ line, cells }) => [line, ...cells]),
    [
      [1, 'a', 'b'],
      [2, 'x, "y"\nz', '2'],
      [5, '3', ''],
    ],
  )
  assert.deepEqual(rows('5" tube\tb', '\t')[0]?.cells, ['5" tube', 'b'])
  for (const text of ['"open', 'a\n"b"c']) assert.throws(() => rows(text), Refusal)
})

test('all mistakes of a mapping are reported at once, each with its place', () => {
  const places = (change: (copy: any) => void): (string | undefined)[] => {
    const copy = structuredClone(written)
    change(copy)
    try {
      declaredMapping(copy, types)
      return []
    } catch (error) {
      assert.ok(error instanceof Refusal)
      return error.issues?.map(({ expression }) => expression) ?? []
    }
  }
  assert.deepEqual(
    places(() => {}),
    [],
  )
  assert.deepEqual(
    places((copy) => delete copy.name),
    ['/'],
  )
  assert.deepEqual(
    places((copy) => {
      copy.resources[0].type = 'Pacient'
      copy.resources[1].set.subject = { reference: 'nobody' }
      copy.resources[1].set['value quantity'] = { value: 1 }
      copy.resources[1].set.status = { value: 'final', column: 'x' }
      copy.resources[0].set.birthDate.pattern = '('
    }),
    ['/resources/0/type', '/resources/0/set/birthDate/pattern', '/resources/1/set/status', '/resources/1/set/subject', '/resources/1/set/value quantity'],
  )
})
