import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Cutter, Lines, Messages, TableRows } from './pieces.ts'

/** Cuts the text with several sizes of input, which must all give the same pieces. */
function cut(make: () => Cutter, text: string): [number, string][] {
  const bytes = Buffer.from(text)
  const all = [1, 2, 3, 7, bytes.length].map((size) => {
    const cutter = make()
    const found = []
    for (let at = 0; at < bytes.length; at += size) found.push(...cutter.take(bytes.subarray(at, at + size)))
    return [...found, ...cutter.end()].map(({ line, bytes: piece }): [number, string] => [line, piece.toString()])
  })
  for (const other of all) assert.deepEqual(other, all[0])
  return all[0] as [number, string][]
}
const rows = (text: string, most = 1000) => cut(() => new TableRows(most, ';', '"'), text)

describe('a file is cut', () => {
  test('into rows, with delimiters, quotes and line ends inside quotes, and with any line ends between rows', () => {
    assert.deepEqual(rows('a;b\r\n1;"x;\r\ny ""z"""\r2;3\n\n;\n4;5'), [
      [1, 'a;b'],
      [2, '1;"x;\r\ny ""z"""'],
      [4, '2;3'],
      [7, '4;5'],
    ])
  })

  test('and a quote that is never closed, or closed in another row, spoils only its own line', () => {
    assert.deepEqual(rows('a;b\n1;"open\n2;ok\n3;"fine"\n'), [
      [1, 'a;b'],
      [2, '1;"open'],
      [3, '2;ok'],
      [4, '3;"fine"'],
    ])
    assert.deepEqual(rows('1;"open\n2;ok\n3;ok'), [
      [1, '1;"open'],
      [2, '2;ok'],
      [3, '3;ok'],
    ])
  })

  test('and a row that is too long comes as one row that is too long', () => {
    const [long, next] = rows(`1;"${'x'.repeat(5000)}\n2;ok\n`)
    assert.deepEqual([long?.[0], (long?.[1].length ?? 0) > 1000, next], [1, true, [2, '2;ok']])
    assert.deepEqual(new TableRows(1000, ';', '"').take(Buffer.alloc(100_000, 0x41)), [])
  })

  test('into lines, without the empty ones', () => {
    assert.deepEqual(
      cut(() => new Lines(1000), '{"a":1}\r\n\r\n{"b":2}\n \n{"c":3}'),
      [
        [1, '{"a":1}'],
        [3, '{"b":2}'],
        [5, '{"c":3}'],
      ],
    )
  })

  test('into messages, to the byte, with or without an envelope and frames', () => {
    const first = 'MSH|^~\\&|A\rNTE|1||one\ntwo\r'
    assert.deepEqual(
      cut(() => new Messages(1000), `FHS|x\rBHS|x\r${first}\u000bMSH|^~\\&|B\rPID|1\r\u001c\rBTS|2\rFTS|1\r`),
      [
        [3, 'MSH|^~\\&|A\rNTE|1||one\ntwo\r'],
        [6, 'MSH|^~\\&|B\rPID|1\r'],
      ],
    )
    const cutter = new Messages(1000)
    cutter.take(Buffer.from('lost\nBHS|x\nMSH|^~\\&|A\nBTS|7\n'))
    assert.deepEqual([cutter.end().length, cutter.problems], [0, ['line 1 stands outside of a message', 'BTS-1 says 7 messages, and 1 is there']])
  })

  test('and a batch without its end is reported as perhaps cut off; a file without batches counts its messages', () => {
    const problemsOf = (text: string) => {
      const cutter = new Messages(1000)
      cutter.take(Buffer.from(text))
      cutter.end()
      return cutter.problems
    }
    assert.match(
      problemsOf('FHS|x\rBHS|x\rMSH|^~\\&|A\rPID|1').join(),
      /^the file begins with FHS and has no FTS at its end: it may have been cut off, and its last message with it$/,
    )
    assert.match(problemsOf('BHS|x\rMSH|^~\\&|A\r').join(), /has no BTS/)
    assert.deepEqual(problemsOf('FHS|x\rMSH|^~\\&|A\rMSH|^~\\&|B\rFTS|2\r'), [])
    assert.deepEqual(problemsOf('FHS|x\rMSH|^~\\&|A\rFTS|2\r'), ['FTS-1 says 2 messages, and 1 is there'])
    assert.deepEqual(problemsOf('MSH|^~\\&|A\r'), [])
  })

  test('and a byte order mark is no part of the first line, and rows with only delimiters are left out', () => {
    assert.deepEqual(
      cut(() => new Lines(1000), '\ufeff{"a":1}\n'),
      [[1, '{"a":1}']],
    )
    assert.deepEqual(
      cut(() => new TableRows(1000, ';', '"'), 'a;b\r\n;;\r\n ; \r\n1;\r\n'),
      [
        [1, 'a;b'],
        [4, '1;'],
      ],
    )
  })

  test('and a message that is too long is reported by its length, and the next one is complete', () => {
    const cutter = new Messages(100)
    const found = [...cutter.take(Buffer.from(`MSH|^~\\&|A\rOBX|${'x'.repeat(300)}\rNTE|1\rMSH|^~\\&|B\r`)), ...cutter.end()]
    assert.deepEqual([found.length, (found[0]?.bytes.length ?? 0) > 100, found[1]?.bytes.toString()], [2, true, 'MSH|^~\\&|B\r'])
  })
})
