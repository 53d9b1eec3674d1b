import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Refusal } from '../../platform/refusal.ts'
import { corpus } from '../../testing/corpora.ts'
import { preparedFhir } from '../../testing/fhir.ts'
import { parseJson, printJson } from '../json.ts'

const { formats } = preparedFhir()
const xmlOf = (json: unknown, isPretty = false) => formats.print(typeof json === 'string' ? json : printJson(json), { format: 'xml', isPretty })
const wrap = (inner: string, type = 'Patient') => `<${type} xmlns="http://hl7.org/fhir">${inner}</${type}>`

function issuesOf(xml: string) {
  try {
    formats.parseXml(xml)
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error))
    return error.issues ?? [{ expression: '', diagnostics: error.message }]
  }
  return []
}

describe('a resource as XML', () => {
  test('whole numbers may have a plus, decimals may not (datatypes.html)', () => {
    const patient = formats.parseXml(wrap('<telecom><rank value="+1"/></telecom><multipleBirthInteger value="+2"/>'))
    assert.deepEqual(patient, { resourceType: 'Patient', telecom: [{ rank: 1 }], multipleBirthInteger: 2 })
    const wrong = wrap('<extension url="http://a"><valueDecimal value="+1.5"/></extension><telecom><rank value="++1"/></telecom>')
    const { telecom, extension } = formats.parseXml(wrong) as { telecom: unknown; extension: unknown }
    assert.deepEqual([telecom, extension], [[{ rank: '++1' }], [{ url: 'http://a', valueDecimal: '+1.5' }]])
  })

  test('is written in the order of the schema, with values as attributes', () => {
    const patient = {
      resourceType: 'Patient',
      name: [{ given: ['Ана', 'М.'], family: 'Петровић & <син>' }],
      active: true,
      id: 'a',
      deceasedDateTime: '2020',
      extension: [{ url: 'urn:x', valueString: 'line\nend "quoted"' }],
    }
    assert.equal(
      xmlOf(patient),
      '<?xml version="1.0" encoding="UTF-8"?><Patient xmlns="http://hl7.org/fhir"><id value="a"/>' +
        '<extension url="urn:x"><valueString value="line&#10;end &quot;quoted&quot;"/></extension><active value="true"/>' +
        '<name><family value="Петровић &amp; &lt;син&gt;"/><given value="Ана"/><given value="М."/></name><deceasedDateTime value="2020"/></Patient>',
    )
    assert.deepEqual(formats.parseXml(xmlOf(patient)), patient)
  })

  test('keeps the digits of decimals, extensions of values and gaps in lists', () => {
    const text = `{"resourceType":"Observation","status":"final","_status":{"id":"s"},"valueQuantity":{"value":1.50},"code":{"text":"x"},
      "component":[{"code":{"text":"y"},"valueQuantity":{"value":1e-7}},{"code":{"text":"z"},"valueQuantity":{"value":12345678901234567890.0}}]}`
    const back = printJson(formats.parseXml(xmlOf(text)))
    assert.match(back, /"value":1\.50\}/)
    assert.match(back, /"value":12345678901234567890\.0\}/)
    assert.match(back, /"_status":\{"id":"s"\}/)
    const name = {
      resourceType: 'Patient',
      name: [{ given: ['A', null, 'C'], _given: [null, { extension: [{ url: 'urn:g', valueCode: 'masked' }] }, { id: 'c' }] }],
    }
    assert.deepEqual(formats.parseXml(xmlOf(name)), name)
  })

  test('carries a narrative as it was written, and what XML does not know in another way', () => {
    const div = '<div xmlns="http://www.w3.org/1999/xhtml">\n <p class=\'a\'>5 &lt; 6 &#160;<br/><b></b></p>\n</div>'
    const patient = { resourceType: 'Patient', text: { status: 'generated', div } }
    assert.deepEqual(formats.parseXml(xmlOf(patient)), patient)
    const named = xmlOf({ ...patient, text: { status: 'generated', div: '<div>a&nbsp;b &euro; <a href="?a=1&b=2">x</a></div>' } })
    assert.match(named, /<div xmlns="http:\/\/www\.w3\.org\/1999\/xhtml">a&#160;b &#8364; <a href="\?a=1&amp;b=2">x<\/a><\/div>/)
    const prefixed =
      '<f:Patient xmlns:f="http://hl7.org/fhir" xmlns:h="http://www.w3.org/1999/xhtml"><f:text><f:status value="generated"/><h:div>a<h:br/>&amp;</h:div></f:text></f:Patient>'
    const read = formats.parseXml(prefixed) as { text: { div: string } }
    assert.equal(read.text.div, '<div xmlns="http://www.w3.org/1999/xhtml">a<br></br>&amp;</div>')
    const sections = '<p><![CDATA[5 < 6 & <script>]]]]>a</p><!-- <![CDATA[ --><![CDATA[]]>b'
    const cut = formats.parseXml(
      `<Patient xmlns="http://hl7.org/fhir"><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">${sections}</div></text></Patient>`,
    ) as { text: { div: string } }
    const plain = '<p>5 &lt; 6 &amp; &lt;script&gt;]]a</p><!-- <![CDATA[ -->b'
    assert.equal(cut.text.div, `<div xmlns="http://www.w3.org/1999/xhtml">${plain}</div>`, 'a CDATA section is its text')
  })

  test('is the identity on all official examples, there and back', async (t) => {
    const folder = corpus(t, 'fhir-r4-examples')
    if (!folder) return
    let count = 0
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((one) => one.endsWith('.json'))) {
      const text: string = readFileSync(join(folder, name), 'utf8')
      const resource = parseJson(text) as { resourceType?: string }
      if (resource.resourceType === undefined) continue
      for (const isPretty of [false, true]) assert.deepEqual(normal(formats.parseXml(xmlOf(text, isPretty))), normal(resource), name)
      count++
    }
    assert.ok(count > 100, String(count))
  })
})

/** A value in a form that can be compared: JSON objects without the order of their properties, numbers by their digits, narratives without outer blanks. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal)
  if (typeof value !== 'object' || value === null) return value
  if (JSON.isRawJSON(value)) return `number ${JSON.stringify(value)}`
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === 'div' && typeof inner === 'string' ? inner.trim().replace(/&nbsp;/g, '&#160;') : normal(inner),
    ]),
  )
}

test('every XML document that the reference validator accepts is read, and printed and read again it is the same', (t) => {
  const folder = corpus(t, 'fhir-validator-cases')
  if (!folder) return
  const rows = readFileSync(join(folder, 'INDEX.csv'), 'utf8')
    .split('\n')
    .map((line) => line.split(','))
  const accepted = rows.filter((row) => row[1]?.endsWith('.xml') && row[2]?.startsWith('4.0') && row[4] === 'base' && row[9] === 'valid')
  for (const [, file = ''] of accepted) {
    const resource = formats.parseXml(readFileSync(join(folder, file), 'utf8'))
    assert.deepEqual(normal(formats.parseXml(xmlOf(resource))), normal(resource), file)
  }
  assert.ok(accepted.length > 40, String(accepted.length))
})

describe('what is wrong in XML is named with its place', () => {
  const cases: [string, string, RegExp][] = [
    ['an unknown element', '<nmae/>', /^Patient\.nmae/],
    ['a wrong order', '<birthDate value="2000"/>\n<active value="true"/>', /^Patient\.active/],
    ['two forms of a choice', '<deceasedBoolean value="true"/><deceasedDateTime value="2000"/>', /^Patient\.deceasedDateTime/],
    ['what may be there once, twice', '<active value="true"/><active value="true"/>', /^Patient\.active/],
    ['an element without value', '<name><given/></name>', /^Patient\.name\[0\]\.given\[0\]/],
    ['an empty value', '<name><family value=""/></name>', /^Patient\.name\[0\]\.family/],
    ['an unknown attribute', '<active value="true" nullFlavor="UNK"/>', /^Patient\.active/],
    ['text between elements', '<active value="true"/> hello', /^Patient$/],
    ['a foreign namespace', '<x:active xmlns:x="urn:other" value="true"/>', /^Patient\.active/],
    ['an unknown contained type', '<contained><Foo/></contained>', /^Patient\.contained\[0\]/],
    ['repetitions that are not side by side', '<name><family value="a"/></name><gender value="male"/><name><family value="b"/></name>', /^Patient\.name/],
  ]
  for (const [title, inner, expression] of cases) {
    test(title, () => {
      const [issue, ...more] = issuesOf(wrap(`\n${inner}`))
      assert.match(issue?.expression ?? 'nothing', expression)
      assert.match(issue?.diagnostics ?? '', /line \d+, column \d+/)
      assert.deepEqual(more, [])
    })
  }

  test('a document type, an entity, an instruction, broken markup, another root', () => {
    const bodies = [
      `<!DOCTYPE Patient [<!ENTITY a "b">]>${wrap('<id value="&a;"/>')}`,
      wrap('<id value="&unknown;"/>'),
      `<?php echo 1 ?>${wrap('')}`,
      `${wrap('<id value="a"/>')}<more/>`,
      '<Patient xmlns="http://hl7.org/fhir"><id value="a">',
      '<Patient><id value="a"/></Patient>',
      '<div xmlns="http://www.w3.org/1999/xhtml"/>',
      'Patient',
      '',
      `${'<contained>'.repeat(200)}`,
      wrap(`${'<extension url="a">'.repeat(200)}`),
    ]
    for (const body of bodies) assert.ok(issuesOf(body).length > 0, body.slice(0, 60))
  })

  test('third-party attacks are refused, not followed', (t) => {
    const folder = corpus(t, 'bad-input')
    if (!folder) return
    for (const name of readdirSync(join(folder, 'xml-attacks'))) {
      const text: string = readFileSync(join(folder, 'xml-attacks', name), 'utf8')
      assert.ok(issuesOf(text).length > 0, name)
    }
  })
})

test('a Bundle in pieces is the same document as in one piece', async () => {
  const entry = (id: string) => ({ fullUrl: `http://x/Patient/${id}`, resource: { resourceType: 'Patient', id, name: [{ family: `}] \\" "entry":[ ${id}` }] } })
  const bundle = { resourceType: 'Bundle', type: 'searchset', link: [{ relation: 'self', url: 'http://x' }], entry: [entry('a'), entry('b')] }
  const list = { resourceType: 'Patient', name: [{ family: 'without entries' }] }
  for (const value of [bundle, { ...bundle, entry: [] }, { resourceType: 'Bundle', type: 'searchset' }, { ...bundle, signature: { sigFormat: 'a/b' } }]) {
    const text = JSON.stringify(value)
    for (const size of [1, 7, 10_000]) {
      const chunks = text.match(new RegExp(`[^]{1,${size}}`, 'g')) as string[]
      const collect = async (format: 'xml' | 'json') => (await Array.fromAsync(formats.stream(chunks, { format, isPretty: true }))).join('')
      const { entry: entries, ...rest } = value as { entry?: unknown[] }
      const expected = entries?.length === 0 ? rest : value
      assert.deepEqual(formats.parseXml(await collect('xml')), expected)
      assert.deepEqual(JSON.parse(await collect('json')), expected)
    }
  }
  assert.match(formats.print(JSON.stringify(list), { format: 'json', isPretty: true }), /\n {2}"name"/)
})
