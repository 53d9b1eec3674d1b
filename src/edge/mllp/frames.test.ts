import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Frames } from './frames.ts'

/** The messages that come out, which must be the same however the bytes are divided. */
function read(sent: string | Buffer, most = 1000): string[] {
  const bytes = Buffer.from(sent as string)
  const all = [1, 2, 3, 7, bytes.length].map((size) => {
    const frames = new Frames(most)
    const found: string[] = []
    for (let at = 0; at < bytes.length; at += size)
      for (const frame of frames.take(bytes.subarray(at, at + size)))
        if (!('noise' in frame)) found.push('bytes' in frame ? frame.bytes.toString() : 'tooLong' in frame ? 'too long' : `cut off by the ${frame.cutOff}`)
    return [...found, ...(frames.isInside ? ['unended'] : [])]
  })
  for (const other of all) assert.deepEqual(other, all[0], JSON.stringify(sent))
  return all[0] as string[]
}

test('a message in which another begins was cut off: nothing of it is read, and the other is read whole, wherever the bytes are divided', () => {
  assert.deepEqual(read('\x0bMSH|1\rOBX|15\x0bMSH|2\rOBX|6.2\r\x1c\r'), ['cut off by the next', 'MSH|2\rOBX|6.2\r'])
  assert.deepEqual(read('\x0bMSH|1\x0bMSH|2\x0bMSH|3\x1c\r'), ['cut off by the next', 'cut off by the next', 'MSH|3'])
  assert.deepEqual(read('\x0bMSH|1\x0b\ufeff\rMSH|2\x1c\r'), ['cut off by the next', '\ufeff\rMSH|2'], 'with a mark before it')
  assert.deepEqual(read('\x0bMSH|1\x0bFHS|2\rBHS|\rMSH|2\x1c\r'), ['cut off by the next', 'FHS|2\rBHS|\rMSH|2'], 'a batch too')
  assert.deepEqual(read('\x0bMSH|1\x0bMSH|2'), ['cut off by the next', 'unended'])
})

test('an end without its CR, an FS in a text and a doubled VT cut nothing off', () => {
  assert.deepEqual(read('\x0bMSH|1\x1c\x0bMSH|2\x1c\r'), ['MSH|1', 'MSH|2'])
  assert.deepEqual(read('\x0bMSH|a\x1cb\x1c\r'), ['MSH|a\x1cb'])
  assert.deepEqual(read('\x0b\x0bMSH|1\x1c\r'), ['MSH|1'])
  assert.deepEqual(read('\x0bMSH|1\x0b\x0bMSH|2\x1c\r'), ['cut off by the next', 'MSH|2'])
  const wide = Buffer.concat([Buffer.of(0x0b), Buffer.from('\ufeffMSH|Ћирић', 'utf16le'), Buffer.of(0x1c, 0x0d)])
  assert.equal(read(wide).length, 1, 'half of a letter of UTF-16')
})

test('a message with a VT in its text is refused with one answer, because a second one would be taken for the answer to the next message', () => {
  assert.deepEqual(read('\x0bMSH|1\rNTE|one\x0btwo\x0bthree\x1c\r\x0bMSH|2\x1c\r'), ['cut off by the next', 'MSH|2'])
  assert.deepEqual(read('\x0bMSH|1\rNTE|one\x0btwo\x0bMSH|2\x1c\r'), ['cut off by the next', 'MSH|2'])
})

test('a message that is both too long and cut off is reported as too long, and the next is read', () => {
  assert.deepEqual(read(`\x0bMSH|${'x'.repeat(50)}\x0bMSH|2\x1c\r`, 20), ['too long', 'MSH|2'])
  assert.deepEqual(read(`\x0bMSH|1\x0bMSH|${'x'.repeat(50)}\x1c\r\x0bMSH|3\x1c\r`, 20), ['cut off by the next', 'too long', 'MSH|3'])
})
