import assert from 'node:assert/strict'
import { test } from 'node:test'
import { preparedFhir } from '../../testing/fhir.ts'
import { narrativeProblem } from './narrative.ts'
import { scanNarrative } from './narrative-scan.ts'

const fhir = preparedFhir()
const div = (inner: string) => `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>`

const harmless = [
  'Ана <b>Ђорђевић</b><br/>',
  '<table border="1"><tr><td colspan="2">5 &lt; 6 &amp; 7&#160;</td></tr></table>',
  '<p style="color: red" class="x" xml:lang="sr">a</p><!-- note -->',
  '<p style="background-image: url(line1.png)">a</p>',
  '<p style="background-image: url(data: image/png;base64,iVBORw0KGgo=)">a</p>',
  '<a href="ftp://example.org/a">a</a>',
  '<a href="https://example.org/a?b=c">a</a> <a href="#part">b</a> <a href="Patient/1">c</a>',
  '<img src="data:image/png;base64,AAAA" alt="x"/>',
  '<p title="]]>">&#9;a ]] &#x1F600;</p>',
]
const harmful = [
  '<script>alert(1)</script>',
  '<SCRIPT>alert(1)</SCRIPT>',
  '<iframe src="http://a"></iframe>',
  '<object data="x"></object>',
  '<form>a</form>',
  '<input type="text"/>',
  '<svg><g/></svg>',
  '<style>a{}</style>',
  '<link rel="stylesheet" href="x"/>',
  '<base href="http://a"/>a',
  '<p onclick="x">a</p>',
  '<img src="x" onerror="x" alt=""/>',
  '<a href="javascript:alert(1)">a</a>',
  '<a href=" JaVaScRiPt:alert(1)">a</a>',
  '<a href="java&#115;cript:alert(1)">a</a>',
  '<a href="java&#9;script:alert(1)">a</a>',
  '<a href="data:text/html,x">a</a>',
  '<a href="vbscript:x">a</a>',
  '<p style="width: expression(alert(1))">a</p>',
  '<p style="background: url(http://a/x)">a</p>',
  '<p style="background: url(//a/x.png)">a</p>',
  '<p style="background: url(data:image/svg+xml;base64,PHN2Zz4=)">a</p>',
  '<p style="background: url(data:image/png;base64,AAAA) url(http://a/x)">a</p>',
  '<p style="background: url(a.png); b: url(http://a/x)">a</p>',
  '<p>a',
  'a</p>',
  '<p><b>a</p></b>',
  'a & b',
  '<?xml version="1.0"?>a',
  '<![CDATA[a]]>',
  '<p class=x>a</p>',
  '<p class="a"b">a</p>',
  '',
  '<!-- a -- b -->',
  'a<!-- a -- b -->',
  '<p class="a" class="b">a</p>',
  '<a HREF="javascript:alert(1)">a</a>',
  '<p>a&#1;</p>',
  '<p>a&#xD800;</p>',
  '<p>a&#1114112;</p>',
  '<p title="&#xFFFE;">a</p>',
  '<p>a]]>b</p>',
]

for (const inner of harmless) test(`harmless: ${inner}`, () => assert.equal(narrativeProblem(div(inner)), null))
for (const inner of harmful) test(`refused: ${inner}`, () => assert.notEqual(narrativeProblem(div(inner)), null))

test('the quick look passes nothing that the rules refuse, whole or with one character changed', () => {
  const texts = [...harmless, '<table border="1"><tbody><tr><td rowspan="2">a&#160;b</td></tr></tbody></table>', '<p>a <b>b</b></p><h1 id="x">c</h1><br/>d']
  for (const text of [...texts, ...harmful].map(div)) {
    for (let at = 0; at < text.length; at++) {
      for (const put of ['', '<', '>', '"', '/', '&', 'x', ' ', 'on', '&#1;', ']]>']) {
        const changed = text.slice(0, at) + put + text.slice(at + 1)
        if (scanNarrative(changed) !== 'unsure') assert.equal(narrativeProblem(changed), null, changed)
      }
    }
  }
  assert.equal(scanNarrative(div(texts.at(-1) as string)), 'plain')
})

test('there is one div and nothing beside it', () => {
  for (const html of ['', 'a', '<p>a</p>', `${div('a')}b`, `${div('a')}${div('b')}`, `<!DOCTYPE html>${div('a')}`, '<div>a', '<divx>a</divx>']) {
    assert.notEqual(narrativeProblem(html), null, html)
  }
})

test('a hostile text costs no more time than its length', () => {
  const started = performance.now()
  for (const html of [
    '<div '.repeat(50_000),
    '<div><p a="'.repeat(20_000),
    div('<p>'.repeat(50_000)),
    `<div ${' a="b"'.repeat(50_000)}`,
    div('<!--'.repeat(50_000)),
  ])
    narrativeProblem(html)
  assert.ok(performance.now() - started < 2000)
  for (const piece of [
    '<p xmlns ',
    '<a href=',
    '<a href',
    '<img src',
    '<a ',
    '<p ',
    '<p>',
    '<p>x',
    '<p/>',
    '&#x1;',
    '&amp',
    ' id=',
    '<!-- <a href=',
    ']]',
    '<a b="c"',
    '<p title="',
    '<!--',
    '<a href="#x">',
  ]) {
    const html = div(piece.repeat(100_000))
    for (const text of [html, `${html}>`, div(`<!-- ${piece.repeat(100_000)} -->`)]) {
      const began = performance.now()
      fhir.validate({ resourceType: 'Patient', text: { status: 'generated', div: text } }, { isStrict: true })
      const tookMs = performance.now() - began
      assert.ok(tookMs < 1500, `${piece}: ${Math.round(tookMs)} ms`)
    }
  }
})
