import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SaxesParser } from 'saxes'
import { Refusal } from '../../platform/refusal.ts'
import { seeded } from '../../testing/seeded.ts'
import type { Element } from './element.ts'
import { readXml } from './xml.ts'

const whole = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<?style sheet="x"?><!-- before -->
<ns:ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="urn:x" xsi:type="a:CD" ns:type='second'>
  <id root='1.2.3' extension="a&amp;b &#x41;&#66; &lt;&gt;&quot;&apos;"/>
  <text ID="n1">one <b>two</b> <content ID="n2">t&amp;h]]r\u0159ee</content>\r\n<![CDATA[ <raw> & ]]>
    <br/>\tlast</text >
  <value a = "x\ty
z" б='ћ' >12<!-- - inside -->34</value><e></e><пацијент име="Ђорђе"/>
  <deep><deep><deep/></deep></deep>
</ns:ClinicalDocument>
<!-- after --> <?end?>`

type Plain = { name: string; attributes: Record<string, string>; children: (Plain | string)[] }

/** The same rules applied with another parser: names without prefixes, the first of equal attributes, white space only in a narrative. */
function byAnother(text: string): Plain | null {
  const parser = new SaxesParser({ xmlns: false, position: false })
  const open: Plain[] = []
  let [root, isBroken]: [Plain | null, boolean] = [null, false]
  const local = (name: string) => name.slice(name.indexOf(':') + 1)
  parser.on('error', () => (isBroken = true))
  parser.on('doctype', () => (isBroken = true))
  parser.on('opentag', ({ name, attributes }) => {
    const made: Plain = { name: local(name), attributes: {}, children: [] }
    for (const [key, value] of Object.entries(attributes)) if (!key.startsWith('xmlns')) made.attributes[local(key)] ??= value
    open.at(-1)?.children.push(made)
    root ??= made
    open.push(made)
  })
  parser.on('closetag', () => open.pop())
  parser.on('text', (said) => {
    if (/[^ \t\r\n]/.test(said) || open.some(({ name }) => name === 'text')) open.at(-1)?.children.push(said)
  })
  parser.on('cdata', (said) => {
    if (said !== '') open.at(-1)?.children.push(said)
  })
  parser.write(text).close()
  return isBroken ? null : root
}

function byOurs(text: string, names: readonly string[]): Plain | null {
  const plain = (element: Element): Plain => ({
    name: element.name,
    attributes: Object.fromEntries(names.flatMap((name) => writtenAs(element, name))),
    children: element.children.map((child) => (typeof child === 'string' ? child : plain(child))),
  })
  try {
    return plain(readXml(text).root)
  } catch (error) {
    assert.ok(error instanceof Refusal)
    return null
  }
}

const writtenAs = (element: Element, name: string): [string, string][] => {
  const value = element.written(name)
  return value === undefined ? [] : [[name, value]]
}
const namesIn = (node: Plain): string[] => [
  ...Object.keys(node.attributes),
  ...node.children.flatMap((child) => (typeof child === 'string' ? [] : namesIn(child))),
]
function compare(text: string): 'read' | 'refused' {
  const expected = byAnother(text)
  assert.deepEqual(byOurs(text, expected === null ? [] : namesIn(expected)), expected, JSON.stringify(text))
  return expected === null ? 'refused' : 'read'
}

test('a document is read as another parser reads it, and after 600 seeded damages refused when that one refuses it', () => {
  assert.equal(compare(whole), 'read')
  const random = seeded(51)
  const marks = [
    '<',
    '>',
    '/',
    '&',
    ';',
    '"',
    "'",
    '=',
    '!',
    '-',
    '--',
    '?',
    ' ',
    ']',
    ']]>',
    '<!--',
    '-->',
    '<![CDATA[',
    '<?',
    '?>',
    ':',
    'a',
    '\u0001',
    '&#0;',
    '&#x110000;',
    '&x;',
    '</a>',
    '<a>',
    ' a="1"',
    '<!DOCTYPE a>',
  ]
  const verdicts = { read: 0, refused: 0 }
  for (let round = 0; round < 600; round++) {
    const at = random.below(whole.length)
    const taken = random.next() < 0.5 ? random.below(3) : 0
    const damaged = whole.slice(0, at) + (random.next() < 0.7 ? random.pick(marks) : '') + whole.slice(at + taken)
    // The other parser allows words after a mark in the name of an instruction; XML 1.0, 2.6 does not.
    if (!/<\?\w*\?\w/.test(damaged)) verdicts[compare(damaged)]++
  }
  assert.ok(verdicts.read > 100 && verdicts.refused > 100, JSON.stringify(verdicts))
})

test('a document that is not well-formed is refused with its line, and nothing outside it is looked up', () => {
  const refused = (text: string) => {
    try {
      readXml(text)
    } catch (error) {
      if (error instanceof Refusal) return error.message
      throw error
    }
    return 'read'
  }
  assert.equal(refused('<a>\n<b>\n</a>'), 'the document is no well-formed XML, line 3')
  assert.equal(refused('<a>\r\n<b x="1" x="2"/></a>'), 'the document is no well-formed XML, line 2')
  assert.equal(refused('<a>&nbsp;</a>'), 'the document is no well-formed XML, line 1')
  assert.equal(refused('<a>\n\u0002</a>'), 'the document is no well-formed XML, line 2')
  assert.equal(refused('<a>\ud800</a>'), 'the document is no well-formed XML, line 1')
  assert.equal(refused('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'), 'the document has a document type, and none is read')
  assert.equal(refused(''), 'the document is empty')
  assert.match(refused('<a>'.repeat(101)), /too many elements, or they stand too deep/)
  assert.match(refused(`<a ${Array.from({ length: 65 }, (_, at) => `b${at}=""`).join(' ')}/>`), /an element may have 64 attributes/)
})
