import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { kept, loneEdge } from '../../testing/lone-edge.ts'
import { until } from '../../testing/process.ts'

const mapping = JSON.stringify({
  name: 'laboratory',
  version: 1,
  format: { delimiter: ';', charset: 'CP1250', decimal: ',' },
  resources: [
    {
      as: 'patient',
      type: 'Patient',
      set: { 'identifier[0].system': { value: 'urn:lab' }, 'identifier[0].value': { column: 'Broj', required: true }, 'name[0].family': { column: 'Prezime' } },
    },
    {
      as: 'glucose',
      type: 'Observation',
      when: 'Glukoza',
      set: {
        status: { value: 'final' },
        'code.text': { value: 'glukoza' },
        subject: { reference: 'patient' },
        'valueQuantity.value': { column: 'Glukoza', number: true },
      },
    },
  ],
})
const cda = (id: string) =>
  `<ClinicalDocument xmlns="urn:hl7-org:v3"><id root="1.2.3" extension="${id}"/><code code="34133-9" codeSystem="2.16.840.1.113883.6.1"/><title>Izveštaj</title><effectiveTime value="20260301"/><recordTarget><patientRole><id root="1.2.3.4" extension="p1"/><patient><name><family>Проба</family></name></patient></patientRole></recordTarget></ClinicalDocument>`
const settings =
  (format: string, more = '') =>
  (folder: string) => {
    writeFileSync(join(folder, 'map.json'), mapping)
    return `folders: [{ name: drop, path: in, format: ${format}, settleMs: 50, patienceSeconds: 1${more} }]`
  }
const table = ', mapping: map.json'
const isQuiet = (folder: string) =>
  readdirSync(join(folder, 'in'), { withFileTypes: true }).filter((one) => one.isFile()).length === 0 && readdirSync(join(folder, 'in/.taking')).length === 0

const dayMs = 86_400_000
const utf16 = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])
const rows = 'Broj;Prezime;Glukoza\r\n1;Ana;5,10\r\n'

describe('a file of another format than its folder takes fails as a whole, with what to do', () => {
  for (const [format, name, contents, reason] of [
    ['csv', 'a table in UTF-16', utf16(rows), /UTF-16[^]*CSV UTF-8/],
    ['csv', 'a table with commas', rows.replaceAll(';', ','), /delimiter is a semicolon, and the header looks as if it were a comma/],
    ['csv', 'a workbook', Buffer.concat([Buffer.from('PK'), Buffer.alloc(300)]), /no text/],
    ['ndjson', 'a list', '[{"resourceType":"Patient"},\n{"resourceType":"Patient"}]\n', /one object in each line[^]*without a list/],
    ['ndjson', 'an object over many lines', '{\n "resourceType": "Patient"\n}\n', /one object in each line/],
  ] as const)
    test(`${name} for ${format}`, async (t) => {
      const edge = await loneEdge(t, settings(format, format === 'csv' ? table : ''))
      writeFileSync(join(edge.folder, 'in', 'x.txt'), contents)
      const told = join(edge.folder, 'in/failed/x.txt.reason.txt')
      await until('it has failed', () => existsSync(told), 20_000)
      assert.match(readFileSync(told, 'utf8'), reason)
      assert.deepEqual(kept(edge), [])
    })

  test('and a file with the delimiter line of Excel, a byte order mark or empty rows is taken', async (t) => {
    const edge = await loneEdge(t, settings('csv', table))
    writeFileSync(join(edge.folder, 'in', 'x.csv'), `\ufeffsep=;\r\n${rows};;\r\n`)
    await until('it is taken', () => kept(edge).some(({ state }) => state === 'ready'), 20_000)
    assert.deepEqual(
      kept(edge).map(({ name }) => name),
      ['x.csv, line 3'],
    )
    await until('it is done', () => existsSync(join(edge.folder, 'in/done/x.csv')))
  })
})

describe('a folder', () => {
  test('keeps copies for as many days as its settings say; a file that nobody took and nobody mended is reported when it is deleted', async (t) => {
    const lies = (folder: string) => (name: string) => existsSync(join(folder, 'in', name))
    const withCopies = (more: string) => (folder: string) => {
      for (const name of ['done', 'failed']) mkdirSync(join(folder, 'in', name))
      for (const name of ['done/a.xml', 'failed/b.xml', 'failed/b.xml.reason.txt']) writeFileSync(join(folder, 'in', name), '<a/>')
      return settings('cda', more)(folder)
    }
    const later = () => new Date(Date.now() + 3 * dayMs)
    const short = await loneEdge(t, withCopies(', keepDays: 2'), undefined, later)
    const isThere = lies(short.folder)
    await until('they are gone', () => !isThere('done/a.xml') && !isThere('failed/b.xml') && !isThere('failed/b.xml.reason.txt'))
    await until('it is said', () => /"name":"b\.xml".*deleted from failed/.test(short.log()))
    const long = await loneEdge(t, withCopies(''), undefined, later)
    writeFileSync(join(long.folder, 'in', 'c.xml'), cda('D-1'))
    await until('it has looked', () => existsSync(join(long.folder, 'in/done/c.xml')), 10_000)
    assert.ok(lies(long.folder)('done/a.xml') && lies(long.folder)('failed/b.xml'), 'keep.days is 30 where nothing is said')
  })

  test('says why a file with the longest possible name was not taken, and neither follows nor takes a link', async (t) => {
    const edge = await loneEdge(t, settings('cda'))
    const at = (...names: string[]) => join(edge.folder, 'in', ...names)
    const long = `${'д'.repeat(125)}.xml`
    writeFileSync(join(edge.folder, 'secret.xml'), cda('D-1'))
    symlinkSync(join(edge.folder, 'secret.xml'), at('link.xml'))
    symlinkSync(join(edge.folder, 'secret.xml'), at('.taking', 'swapped.xml'))
    writeFileSync(at(long), '<a/>')
    await until('both are put aside', () => readdirSync(at('failed')).filter((name) => name.endsWith('.reason.txt')).length === 2, 30_000)
    const reasons = readdirSync(at('failed')).filter((name) => name.endsWith('.reason.txt'))
    const texts = reasons.map((name) => readFileSync(at('failed', name), 'utf8')).join()
    assert.match(texts, /no ClinicalDocument/)
    assert.match(texts, /no plain file any more/)
    assert.ok(readdirSync(at('failed')).includes(long))
    assert.deepEqual(kept(edge), [])
    assert.match(edge.log(), /link\.xml.*left where it is/)
  })

  test('of tables makes an item of each row, sets a bad row aside with its line, and the file is done', async (t) => {
    const edge = await loneEdge(t, settings('csv', table))
    // ž in windows-1250, and a row with an open quote that affects only itself.
    const rows = Buffer.from('Broj;Prezime;Glukoza\r\n1;\x8eivi\xe6;5,1\r\n2;Drugi;visoka\r\n3;"otvoren;4\r\n4;\x8eivi\xe6;4,9', 'latin1')
    writeFileSync(join(edge.folder, 'in/0101990710006.csv'), rows)
    await until('mapped', () => kept(edge).length === 4 && kept(edge).every(({ state }) => state !== 'waiting'))
    assert.deepEqual(
      kept(edge).map(({ name, state, reason }) => [name, state, (JSON.parse(reason ?? '{}') as { sentence?: string }).sentence]),
      [
        ['….csv, line 2', 'ready', undefined],
        ['….csv, line 3', 'quarantined', 'line 3, column Glukoza: is no number'],
        ['….csv, line 4', 'quarantined', 'line 4: a quoted cell is never closed'],
        ['….csv, line 5', 'ready', undefined],
      ],
    )
    await until('moved', () => existsSync(join(edge.folder, 'in/done/0101990710006.csv')))
    // Put there again under another name, it is the same file.
    writeFileSync(join(edge.folder, 'in/again.csv'), rows)
    await until('moved again', () => existsSync(join(edge.folder, 'in/done/again.csv')))
    assert.equal(kept(edge).length, 4)
    assert.ok(!edge.log().includes('0101990710006'))
  })

  test('with a table without its columns, a broken document or an empty file fails it, and the reason lies beside it', async (t) => {
    const edge = await loneEdge(t, settings('csv', table))
    writeFileSync(join(edge.folder, 'in/wrong.csv'), 'Broj,Prezime\n1,x\n')
    writeFileSync(join(edge.folder, 'in/empty.csv'), '')
    await until(
      'failed',
      () => existsSync(join(edge.folder, 'in/failed/wrong.csv.reason.txt')) && existsSync(join(edge.folder, 'in/failed/empty.csv.reason.txt')),
      5000,
    )
    assert.match(readFileSync(join(edge.folder, 'in/failed/wrong.csv.reason.txt'), 'utf8'), /columns are missing: .*Glukoza[\s\S]*line 1[\s\S]*delimiter/)
    assert.match(readFileSync(join(edge.folder, 'in/failed/empty.csv.reason.txt'), 'utf8'), /has no rows/)
    assert.equal(kept(edge).length, 0)
  })

  test('with a table in another character set refuses the table, and sets a single such row aside alone', async (t) => {
    const edge = await loneEdge(t, settings('csv', table))
    writeFileSync(join(edge.folder, 'in/utf8.csv'), `Broj;Prezime;Glukoza\n${['Živić', 'Đurić', 'Ана'].map((name, at) => `${at};${name};5,1\n`).join('')}`)
    await until('refused as one', () => existsSync(join(edge.folder, 'in/failed/utf8.csv.reason.txt')))
    assert.match(readFileSync(join(edge.folder, 'in/failed/utf8.csv.reason.txt'), 'utf8'), /not in the character set[\s\S]*windows-1250[\s\S]*utf-8/)
    assert.deepEqual(kept(edge), [], 'and not row by row')
    writeFileSync(
      join(edge.folder, 'in/one.csv'),
      Buffer.concat([Buffer.from('Broj;Prezime;Glukoza\n7;\x8eivi\xe6;5,1\n', 'latin1'), Buffer.from('8;Ђорђе;5,1\n')]),
    )
    await until(
      'one stands aside alone',
      () =>
        kept(edge)
          .map(({ state }) => state)
          .join() === 'ready,quarantined',
    )
  })

  test('of documents leaves a partial, hidden or unfinished file alone until it is complete', async (t) => {
    const edge = await loneEdge(t, settings('cda', ', ending: .xml'))
    const whole = cda('1')
    writeFileSync(join(edge.folder, 'in/.hidden.xml'), whole)
    writeFileSync(join(edge.folder, 'in/other.txt'), 'x')
    mkdirSync(join(edge.folder, 'in/folder.xml'))
    writeFileSync(join(edge.folder, 'in/slow.xml'), whole.slice(0, 300))
    writeFileSync(join(edge.folder, 'in/bomb.xml'), `<!DOCTYPE a [<!ENTITY b "bbbb">]>${cda('2').replace('Izveštaj', '&b;')}`)
    writeFileSync(join(edge.folder, 'in/second.tmp'), cda('3'))
    await until('the bomb has failed', () => existsSync(join(edge.folder, 'in/failed/bomb.xml.reason.txt')))
    assert.equal(kept(edge).length, 0)
    writeFileSync(join(edge.folder, 'in/slow.xml'), whole.slice(300), { flag: 'a' })
    renameSync(join(edge.folder, 'in/second.tmp'), join(edge.folder, 'in/second.xml'))
    await until('both are taken', () => kept(edge).filter(({ state }) => state === 'ready').length === 2)
    await until('both are moved', () => readdirSync(join(edge.folder, 'in/done')).length === 2)
    assert.deepEqual(readdirSync(join(edge.folder, 'in/done')).sort(), ['second.xml', 'slow.xml'])
    assert.match(readFileSync(join(edge.folder, 'in/failed/bomb.xml.reason.txt'), 'utf8'), /document type/)
  })

  test('of messages takes a batch file as its messages, and notes wrong counts', async (t) => {
    const edge = await loneEdge(t, settings('hl7v2'))
    const message = (number: number) => `MSH|^~\\&|A|B|C|D|20260301||ADT^A04|${number}|P|2.5\rPID|1||p${number}^^^L^MR||Проба\r`
    writeFileSync(join(edge.folder, 'in/all.hl7'), `FHS|^~\\&\rBHS|^~\\&\r${message(1)}${message(2)}BTS|3\rFTS|1\r`)
    await until('mapped', () => kept(edge).filter(({ state }) => state === 'ready').length === 2)
    await until('noted', () => existsSync(join(edge.folder, 'in/done/all.hl7')))
    assert.match(readFileSync(join(edge.folder, 'in/done/all.hl7.notes.txt'), 'utf8'), /BTS-1 says 3 messages, and 2 are there/)
  })

  test('of NDJSON maps lines by a mapping, and without one takes FHIR resources to the byte', async (t) => {
    const edge = await loneEdge(t, settings('ndjson'))
    writeFileSync(
      join(edge.folder, 'in/fhir.ndjson'),
      '{"resourceType":"Basic","id":"a","code":{"text":"x"}}\n{"no":1}\n{"resourceType":"Basic","code":{"text":"y"}}\n',
    )
    await until('mapped', () => kept(edge).length === 3 && kept(edge).every(({ state }) => state !== 'waiting'))
    assert.deepEqual(
      kept(edge).map(({ state }) => state),
      ['ready', 'quarantined', 'ready'],
    )
    const mapped = await loneEdge(t, settings('ndjson', table))
    writeFileSync(join(mapped.folder, 'in/rows.ndjson'), '{"Broj":"1","Prezime":"Проба","Glukoza":"5,1"}\nnull\n')
    await until('mapped too', () => kept(mapped).length === 2 && kept(mapped).every(({ state }) => state !== 'waiting'))
    assert.deepEqual(
      kept(mapped).map(({ state, protocol }) => [state, protocol]),
      [
        ['ready', 'ndjson'],
        ['quarantined', 'ndjson'],
      ],
    )
  })

  test('continues where it was killed: files that were moved aside are taken, and nothing of them twice', async (t) => {
    const first = await loneEdge(t, settings('csv', table))
    const rows = `Broj;Prezime;Glukoza\n${Array.from({ length: 700 }, (_, at) => `${at};P;5\n`).join('')}`
    writeFileSync(join(first.folder, 'in/a.csv'), rows)
    await until('taken', () => existsSync(join(first.folder, 'in/done/a.csv')))
    await first.close()
    // The state after a kill between the last row and the last move, and after one in the middle of another file.
    renameSync(join(first.folder, 'in/done/a.csv'), join(first.folder, 'in/.taking/a.csv'))
    writeFileSync(join(first.folder, 'in/.taking/b.csv'), 'Broj;Prezime;Glukoza\n1;B;5\n')
    const second = await first.again()
    await until('taken again', () => isQuiet(first.folder))
    assert.equal(second.edge.store.one<{ n: number }>('select count(*) as n from item')?.n, 701)
    assert.deepEqual(readdirSync(join(first.folder, 'in/done')).sort(), ['a.csv', 'b.csv'])
  })
})
