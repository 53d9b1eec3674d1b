import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readNarrative } from './narrative.ts'

test('paragraphs, line breaks and entities become plain text', () => {
  const { paragraphs } = readNarrative(
    '<div xmlns="http://www.w3.org/1999/xhtml"><h3>Епикриза</h3><p>К+ &lt; 3,5 &amp; добро<br/>други ред</p><ul><li>а</li><li>б</li></ul></div>',
  )
  assert.deepEqual(paragraphs, ['Епикриза', 'К+ < 3,5 & добро', 'други ред', 'а', 'б'])
})

test('a table becomes rows of cells, and text around it stays', () => {
  const { paragraphs, tables } = readNarrative(
    '<div><p>пре</p><table><tr><th>Лек</th><th>Доза</th></tr><tr><td>метформин</td><td><p>1 g</p></td></tr></table><p>после</p></div>',
  )
  assert.deepEqual(tables, [
    [
      ['Лек', 'Доза'],
      ['метформин', '1 g'],
    ],
  ])
  assert.deepEqual(paragraphs, ['пре', 'после'])
})

test('no script or other active content survives', () => {
  const { paragraphs } = readNarrative('<div><script>alert(1)</script><img src=x onerror=alert(2)><p onclick="x()">текст</p><!-- <p>тајна</p> --></div>')
  assert.ok(paragraphs.every((line) => !line.includes('<')))
  assert.ok(!paragraphs.join().includes('тајна'))
})
