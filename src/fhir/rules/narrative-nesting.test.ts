import assert from 'node:assert/strict'
import { test } from 'node:test'
import { preparedFhir } from '../../testing/fhir.ts'
import { scanNarrative } from '../runtime/narrative-scan.ts'
import { nestingProblem } from './narrative-nesting.ts'

const fhir = preparedFhir()
const div = (inner: string) => `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>`
const errors = (inner: string, isStrict: boolean) =>
  fhir.validate({ resourceType: 'Patient', text: { status: 'generated', div: div(inner) } }, { isStrict }).filter(({ severity }) => severity === 'error')

const right = [
  '<ul> <li>a<ul><li>b</li></ul></li> </ul>',
  '<ol><li><p>a</p></li></ol>',
  '<table><caption>a</caption><colgroup><col width="1"/></colgroup><thead><tr><th>a</th></tr></thead><tbody><tr><td><p>b</p></td></tr></tbody></table>',
  '<table><tr><td><table><tr><td>a</td></tr></table></td></tr></table>',
  '<dl><dt>a</dt><dd>b <b>c</b></dd></dl>',
  '<p>a <b>b <i>c</i></b> <a href="https://example.org">d</a></p>',
  '<blockquote><p>a</p><ul><li>b</li></ul></blockquote>',
  '<map name="m"><area shape="rect" coords="1,2,3,4" href="https://example.org" alt="a"/></map>a',
  'a<br/>b<br></br>c<hr/>',
  '<ul><!-- <p> --><li>a</li></ul>',
]
const wrong = [
  '<ul>a</ul>',
  '<ul><p>a</p></ul>',
  '<li>a</li>',
  '<table><td>a</td></table>',
  '<table>a<tr><td>b</td></tr></table>',
  '<tr><td>a</td></tr>',
  '<td>a</td>',
  '<thead><tr><td>a</td></tr></thead>',
  '<dl><dd><ul><li>a</li></ul></dd></dl>',
  '<dt>a</dt>',
  '<a href="https://example.org">a <i><a href="https://example.org">b</a></i></a>',
  '<b>a <b>b</b></b>',
  '<span><table><tr><td>a</td></tr></table></span>',
  '<h1><div>a</div></h1>',
  '<br>a</br>',
  '<hr><b>a</b></hr>',
]

for (const inner of right)
  test(`has its place: ${inner}`, () => {
    assert.equal(nestingProblem(div(inner)), null)
    assert.deepEqual(errors(inner, true), [])
  })

for (const inner of wrong)
  test(`has no place: ${inner}`, () => {
    assert.notEqual(nestingProblem(div(inner)), null)
    assert.deepEqual([...new Set(errors(inner, true).map(({ expression }) => expression))], ['Patient.text.div'])
    assert.deepEqual(errors(inner, false), [], 'a write takes it')
  })

test('the quick look passes nothing that has no place, whole or without one of its tags', () => {
  for (const inner of [...right, ...wrong]) {
    const tags = [...inner.matchAll(/<[^>]*>/g)].map(({ index, 0: tag }) => inner.slice(0, index) + inner.slice(index + tag.length))
    for (const text of [inner, ...tags].map(div)) if (scanNarrative(text) !== 'unsure') assert.equal(nestingProblem(text), null, text)
  }
})

test('an address has no space, and leads where a browser goes', () => {
  for (const good of ['https://example.org/a%20b', 'ftp://example.org/a', 'tel:1', '../a.html'])
    assert.deepEqual(errors(`<a href="${good}">a</a>`, true), [], good)
  for (const bad of ['https://example.org/a b', ' https://example.org', 'cid:a', 'urn:oid:1.2.3.4.5'])
    assert.equal(errors(`<a href="${bad}">a</a>`, true).length, 1, bad)
  assert.equal(errors('a<img src="https://example.org/a b.png" alt="b"/>', true).length, 1)
  for (const inner of ['<ins>a</ins>', '<ol start="3"><li>a</li></ol>', '<table><tr><td bgcolor="red">a</td></tr></table>'])
    assert.equal(errors(inner, true).length, 1, inner)
})
