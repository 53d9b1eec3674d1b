import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { Refusal } from '../../platform/refusal.ts'
import { corpus, readText } from '../../testing/corpora.ts'
import { preparedFhir } from '../../testing/fhir.ts'
import { parseJson, printJson } from '../json.ts'
import type { Resource } from '../types.ts'
import { patchTree } from './xml-patch.ts'
import { isElement, readTree, writeTree, type XmlElement, type XmlNode } from './xml-tree.ts'

const fhir = preparedFhir()
const patient: Resource = parseJson(
  '{"resourceType":"Patient","id":"p","active":true,"identifier":[{"system":"urn:a","value":"1"},{"system":"urn:b","value":"2"}],"name":[{"family":"A","given":["x","y"]}]}',
) as Resource
const diff = (operations: string) => `<?xml version="1.0" encoding="UTF-8"?><diff xmlns:f="http://hl7.org/fhir">${operations}</diff>`
const byXml = (operations: string, before = patient) => fhir.patch(before, { kind: 'xml', text: diff(operations) })
const refused = (promise: Promise<unknown>, kind: string, says: RegExp) =>
  assert.rejects(promise, (error) => error instanceof Refusal && error.kind === kind && says.test(error.message), String(says))

/** The node without the white space between its elements. */
function bare(node: XmlNode): XmlNode {
  if (!isElement(node)) return node
  const kept = node.children.filter((one) => one.kind !== 'text' || one.text.trim() !== '')
  return { ...node, attributes: new Map([...node.attributes].toSorted()), declared: new Map(), children: kept.map(bare) }
}

test('does what the public test suite of RFC 5261 says', (t) => {
  const folder = corpus(t, 'fhirpath-sof-patch')
  if (!folder) return
  const inside = (element: XmlElement, name: string) => element.children.find((one): one is XmlElement => isElement(one) && one.name === name)
  const cases =
    readTree(readText(join(folder, 'patch/xml-patch-tests.xml')))
      .children.find(isElement)
      ?.children.filter(isElement) ?? []
  for (const one of cases) {
    const title = one.attributes.get('name') ?? ''
    const [target, patch, patched] = ['target', 'patch', 'patched'].map((name) => inside(one, name)) as [XmlElement, XmlElement, XmlElement | undefined]
    const document = { ...target, children: target.children.filter(isElement) }
    const act = () => patchTree(document, writeTree(patch))
    if (!patched) assert.throws(act, Refusal, title)
    else {
      act()
      assert.deepEqual(document.children.map(bare), patched.children.filter(isElement).map(bare), title)
    }
  }
  assert.ok(cases.length > 25)
})

test('replaces, adds and removes values and elements', async () => {
  const done = async (operations: string, expected: object) => assert.deepEqual(await byXml(operations), { ...patient, ...expected })
  await done('<replace sel="f:Patient/f:active/@value">false</replace>', { active: false })
  await done('<replace sel="/Patient/name/family/@value">Ђурић &amp; Ко</replace>', { name: [{ family: 'Ђурић & Ко', given: ['x', 'y'] }] })
  await done('<remove sel="f:Patient/f:name/f:given[1]"/>', { name: [{ family: 'A', given: ['y'] }] })
  await done(`<replace sel="f:Patient/f:identifier[f:system/@value='urn:b']/f:value/@value">7</replace>`, {
    identifier: [
      { system: 'urn:a', value: '1' },
      { system: 'urn:b', value: '7' },
    ],
  })
  await done('<add sel="f:Patient/f:name/f:given[1]" pos="after"><f:given value="z"/></add>', { name: [{ family: 'A', given: ['x', 'z', 'y'] }] })
  await done('<add sel="f:Patient/f:name" pos="prepend"><use value="official"/></add>', { name: [{ use: 'official', family: 'A', given: ['x', 'y'] }] })
  await done('<add sel="f:Patient/f:name/f:given[2]" type="@id">second</add>', {
    name: [{ family: 'A', given: ['x', 'y'], _given: [null, { id: 'second' }] }],
  })
  await done('<replace sel="f:Patient/f:name"><name xmlns="http://hl7.org/fhir"><text value="B"/></name></replace>', { name: [{ text: 'B' }] })
})

test('what is added stands where the schema wants it, and later operations see what earlier ones did', async () => {
  const after = await byXml(
    `<add sel="f:Patient"><gender xmlns="http://hl7.org/fhir" value="male"/><contact><name><text value="мајка"/></name><relationship><text value="m"/></relationship></contact></add>
     <add sel="f:Patient"><name><text value="друго"/></name></add>
     <replace sel="f:Patient/f:gender/@value">female</replace><remove sel="f:Patient/f:name[1]"/>`,
  )
  assert.deepEqual(after, {
    ...{ resourceType: 'Patient', id: 'p', identifier: patient['identifier'], active: true, name: [{ text: 'друго' }], gender: 'female' },
    contact: [{ relationship: [{ text: 'm' }], name: { text: 'мајка' } }],
  })
})

test('keeps the digits of numbers, the words of a narrative, contained resources, and the original', async () => {
  const div = '<div xmlns="http://www.w3.org/1999/xhtml">a&nbsp;b<br></br><a name="q"></a></div>'
  const contained = [{ resourceType: 'Specimen', id: 's', text: { status: 'empty', div: '<div xmlns="http://www.w3.org/1999/xhtml">c</div>' } }]
  const whole = { resourceType: 'Observation', id: 'o', text: { status: 'generated', div }, contained, status: 'final', valueQuantity: { unit: 'g' } }
  const before = parseJson(JSON.stringify(whole).replace('{"unit":"g"}', '{"value":1.50,"unit":"g"}')) as Resource
  const text = printJson(before)
  const after = await byXml('<replace sel="f:Observation/f:status/@value">amended</replace>', before)
  assert.equal(printJson(after), text.replace('final', 'amended'))
  assert.equal(printJson(before), text)
  const changed = await byXml('<replace sel="f:Observation/f:text/h:div/text()[1]">д &lt; е</replace>', before)
  assert.equal(
    (changed['text'] as { div: string }).div,
    '<div xmlns="http://www.w3.org/1999/xhtml">д &lt; е<br/><a name="q"></a></div>',
    'a narrative that is changed is written anew',
  )
  const inner = await byXml('<replace sel="f:Observation/f:contained/f:Specimen/f:id/@value">t</replace>', before)
  assert.deepEqual(inner['contained'], [{ ...contained[0], id: 't' }])
})

test('refuses what is malformed, what finds nothing or more than one, and what makes no resource', async () => {
  const wrong: [string, string, RegExp][] = [
    ['', 'incorrect', /at least one/],
    ['<move sel="f:Patient"/>', 'incorrect', /not known/],
    ['<remove/>', 'incorrect', /sel is missing/],
    ['<remove sel="f:Patient//f:name"/>', 'incorrect', /selector/],
    ['<remove sel="count(f:Patient)"/>', 'incorrect', /selector/],
    ['<remove sel="f:Patient/@id/f:name"/>', 'incorrect', /selector/],
    ['<remove sel="q:Patient/q:name"/>', 'incorrect', /prefix/],
    [`<remove sel="${'f:a/'.repeat(400)}f:b"/>`, 'incorrect', /characters/],
    ['<add sel="f:Patient" pos="inside"><active value="true"/></add>', 'incorrect', /pos/],
    ['<replace sel="f:Patient/f:active"/>', 'incorrect', /of its kind/],
    ['<remove sel="f:Patient/f:gender"/>', 'unprocessable', /finds nothing/],
    ['<remove sel="f:Patient/f:identifier"/>', 'unprocessable', /more than one/],
    ['<remove sel="f:Patient"/>', 'unprocessable', /does not delete/],
    ['<add sel="f:Patient/f:active" type="@value">false</add>', 'unprocessable', /there already/],
    ['<replace sel="f:Patient/f:id/@value">q</replace>', 'unprocessable', /id/],
    ['<replace sel="f:Patient"><Group xmlns="http://hl7.org/fhir"><id value="p"/></Group></replace>', 'unprocessable', /type/],
    ['<add sel="f:Patient"><active value="false"/></add>', 'unprocessable', /after the patch/],
    ['<add sel="f:Patient"><wrong value="false"/></add>', 'unprocessable', /after the patch/],
    ['<add sel="f:Patient">words</add>', 'unprocessable', /after the patch/],
    ['<remove sel="f:Patient/f:active/@value"/>', 'unprocessable', /after the patch/],
  ]
  for (const [operations, kind, says] of wrong) await refused(byXml(operations), kind, says)
  for (const text of ['', 'no XML', '<diff>', '<!DOCTYPE diff><diff/>', '<?x y?><diff/>', `<diff>${'<a>'.repeat(200)}`])
    await refused(fhir.patch(patient, { kind: 'xml', text }), 'incorrect', /./)
})

test('a patch that goes through a long resource again and again ends', async () => {
  const long = { ...patient, name: Array.from({ length: 20_000 }, (_, at) => ({ family: `A${at}`, given: ['x'] })) } as Resource
  const many = (count: number) => `<replace sel="f:Patient/f:name[f:given/@value='x'][f:family/@value='A7']/f:family/@value">A7</replace>`.repeat(count)
  assert.equal((await byXml(many(1), long))['id'], 'p')
  const began = performance.now()
  await byXml(many(1000), long).catch((error) => assert.match(String(error.message), /take too long/))
  assert.ok(performance.now() - began < 6000)
})
