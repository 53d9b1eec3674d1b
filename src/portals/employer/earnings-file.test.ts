import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mended, rowsOf, textOf, withoutEnd } from './earnings-file.ts'

test('rows of a sheet are counted as the server counts them, also with line ends inside quotes', () => {
  const text = 'jmbg;month\r\n"1";"two\r\nlines"\r\n3;4'
  assert.deepEqual(rowsOf(text, true), ['jmbg;month\r\n', '"1";"two\r\nlines"\r\n', '3;4'])
  assert.deepEqual(rowsOf('<a>\n"\n</a>\n', false), ['<a>\n', '"\n', '</a>\n'])
  assert.deepEqual(rowsOf('a\rb\r', true), ['a\r', 'b\r'])
  assert.equal(withoutEnd('3;4\r\n'), '3;4')
})

test('a mended row keeps its line end and leaves every other byte as it was', () => {
  const rows = rowsOf('head\r\nbad\r\ngood', true)
  assert.equal(mended(rows, new Map([[2, 'better']])), 'head\r\nbetter\r\ngood')
  assert.equal(mended(rows, new Map()), 'head\r\nbad\r\ngood')
})

test('a file of windows-1250, UTF-16 or UTF-8 with its mark is read as text', () => {
  assert.equal(textOf(Uint8Array.of(0x8a, 0x9e)), 'Šž')
  assert.equal(textOf(Uint8Array.of(0xff, 0xfe, 0x61, 0x01)), 'š')
  assert.equal(textOf(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)), 'a')
})
