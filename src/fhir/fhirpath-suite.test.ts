import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { SaxesParser } from 'saxes'
import { corpora, corpus } from '../testing/corpora.ts'

// The official suite of FHIRPath for R4, run on the interpreter and the model that profiles, patches and custom search parameters use here.
// Search parameters and invariants are compiled instead; compile/oracle.test.ts compares them with this interpreter.

type Case = { name: string; input: string; expression: string; invalid: boolean; isPredicate: boolean; outputs: { type: string; text: string }[] }

function casesIn(xml: string): Case[] {
  const cases: Case[] = []
  const parser = new SaxesParser()
  let current: Case | undefined
  let text = ''
  parser.on('opentag', ({ name, attributes }) => {
    const said = attributes as Record<string, string>
    text = ''
    if (name === 'test')
      current = {
        name: said['name'] ?? '',
        input: said['inputfile'] ?? '',
        expression: '',
        invalid: false,
        isPredicate: said['predicate'] === 'true',
        outputs: [],
      }
    if (name === 'expression' && current) current.invalid = said['invalid'] !== undefined
    if (name === 'output') current?.outputs.push({ type: said['type'] ?? '', text: '' })
  })
  parser.on('text', (more) => {
    text += more
  })
  parser.on('closetag', ({ name }) => {
    if (name === 'expression' && current) current.expression = text
    const last = current?.outputs.at(-1)
    if (name === 'output' && last) last.text = text
    if (name === 'test' && current) cases.push(current)
  })
  parser.write(xml).close()
  return cases
}

/** Writes numbers by their value, instants by their moment and everything else by its text. */
function plain(text: string): string {
  const bare = text.replace(/^@T?/, '').trim()
  if (/^[-+]?\d+(\.\d+)?$/.test(bare)) return String(Number(bare) + 0)
  return /T\d\d.*(Z|[-+]\d\d:\d\d)$/.test(bare) ? String(Date.parse(bare)) : bare.replace(/^([-+]?\d+\.\d*?)0+(?= ')/, '$1')
}

function written(value: unknown): string {
  if (typeof value === 'string') return value
  const text = String(value)
  return text === '[object Object]' ? JSON.stringify(value) : text
}

function isRight(one: Case, resource: object): boolean {
  let found: unknown[]
  try {
    found = fhirpath.evaluate(structuredClone(resource), one.expression, { resource }, r4) as unknown[]
  } catch {
    return one.invalid
  }
  if (one.invalid) return false
  if (one.isPredicate) return String(found.length > 0 && found[0] !== false) === one.outputs[0]?.text
  return found.length === one.outputs.length && one.outputs.every((output, at) => output.text === '' || plain(written(found[at])) === plain(output.text))
}

test('the official FHIRPath suite of R4: at least 95 of 100 cases are answered as the suite says', (t) => {
  const folder = corpus(t, 'fhirpath-sof-patch')
  if (folder === null) return
  const suite = join(folder, 'fhirpath')
  const inputs = new Map<string, object | null>()
  const inputOf = (name: string): object | null => {
    const known = inputs.get(name)
    if (known !== undefined) return known
    const file = [join(suite, 'input', name.replace(/\.xml$/, '.json')), join(corpora, 'fhir-r4-examples', 'Patient', name.replace(/\.xml$/, '.json'))].find(
      existsSync,
    )
    const resource = file ? (JSON.parse(readFileSync(file, 'utf8')) as object) : null
    inputs.set(name, resource)
    return resource
  }
  const tried = casesIn(readFileSync(join(suite, 'tests-fhir-r4.shared.xml'), 'utf8')).flatMap((one) => {
    const resource = one.input === '' ? {} : inputOf(one.input)
    return resource ? [{ one, isRight: isRight(one, resource) }] : []
  })
  const right = tried.filter((each) => each.isRight).length
  t.diagnostic(`${right} of ${tried.length} cases, ${((100 * right) / tried.length).toFixed(1)} %`)
  assert.ok(tried.length > 500)
  assert.ok(
    right / tried.length >= 0.95,
    tried
      .filter((each) => !each.isRight)
      .map(({ one }) => one.name)
      .join(' '),
  )
})
