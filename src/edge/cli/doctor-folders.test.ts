import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { folderShape } from '../folder/shape.ts'
import { ofFolder } from './doctor-folders.ts'

const guide = readFileSync('docs/guides/edge/laboratory.json', 'utf8')

function folderOf(t: TestContext, format: 'csv' | 'ndjson', mapping: string, name = 'laboratory.json') {
  const folder = mkdtempSync(join(tmpdir(), 'spona-doctor-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, name), mapping)
  mkdirSync(join(folder, 'in', 'done'), { recursive: true })
  const at = { path: [], folder, wrong: (_: unknown, sentence: string) => assert.fail(sentence) }
  const settings = folderShape({ name: 'tables', path: 'in', format, mapping: name }, at)
  const look = () => {
    const [mapped] = ofFolder(settings)
    return { ok: mapped?.ok, said: `${mapped?.found}\n${mapped?.todo ?? ''}` }
  }
  return { path: join(folder, 'in'), look }
}

test('every path of the mapping that does not exist is named with its line, all at once', (t) => {
  const { look } = folderOf(t, 'csv', guide.replace('name[0].family', 'name[0].famly').replace('valueQuantity.unit', 'valueQuantity.units'))
  const { ok, said } = look()
  assert.equal(ok, false)
  assert.match(said, /^laboratory\.json:15: name\[0\]\.famly is not in R4: HumanName has no famly/)
  assert.match(said, /\n +laboratory\.json:33: valueQuantity\.units is not in R4: Quantity has no units/)
})

test('in YAML the line is that of the path, and for an unusable mapping that of the mistake', (t) => {
  const yaml = 'name: a\nversion: 1\nresources:\n  - as: patient\n    type: Patient\n    set:\n      name[0].famly:\n        column: A\n'
  assert.match(folderOf(t, 'csv', yaml, 'a.yaml').look().said, /^a\.yaml:7: name\[0\]\.famly/)
  const wrong = folderOf(t, 'csv', yaml.replace('type: Patient', 'type: Person1'), 'a.yaml').look()
  assert.match(wrong.said, /the mapping has 1 mistake: line 5, \/resources\/0\/type/)
})

test('a column that the newest file lacks is named with the line of the mapping, and with the columns of the file', (t) => {
  const { path, look } = folderOf(t, 'csv', guide)
  assert.match(look().said, /looked at when a file has come/)
  const header = 'Karton;JMBG;Prezime;Ime;Rodjen;Pol;Broj nalaza;Sifra;Vrednost;Jedinica;Uzeto'
  writeFileSync(join(path, 'done', 'one.csv'), `${header}\r\nT1;;A;B;;;1;x;5;mmol/L;\r\n`)
  const { ok, said } = look()
  assert.equal(ok, false)
  assert.match(said, /^laboratory\.json:29: code\.coding\[0\]\.code Analiza is no column of its header\n/)
  assert.match(said, /one\.csv, the newest file, has: Karton, .*Sifra/)
  writeFileSync(join(path, 'two.csv'), header.replace('Sifra', 'Analiza'))
  assert.match(look().said, /every column is in two\.csv/)
  // Excel's own first line is not the header.
  writeFileSync(join(path, 'two.csv'), `sep=;\r\n${header.replace('Sifra', 'Analiza')}\r\n`)
  assert.match(look().said, /every column is in two\.csv/)
})

test('in NDJSON a name that no object has is mentioned, but is not a fault: an object need not have everything', (t) => {
  const { path, look } = folderOf(t, 'ndjson', guide.replace('"Prezime"', '"person.family"'))
  const row = { Karton: '1', JMBG: '', person: { family: 'A' }, Ime: '', Rodjen: '', Pol: '', 'Broj nalaza': '1', Analiza: '', Vrednost: '1', Uzeto: '' }
  writeFileSync(join(path, 'one.ndjson'), `${JSON.stringify(row)}\n`)
  const { ok, said } = look()
  assert.equal(ok, true)
  assert.match(said, /^laboratory\.json:33: valueQuantity\.unit Jedinica is in none of its first objects\n/)
})
