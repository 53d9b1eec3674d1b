import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Refusal } from '../../platform/refusal.ts'
import { corpus } from '../../testing/corpora.ts'
import { charsetNamed, decodeAs, encode } from './charset.ts'
import { escaped } from './escapes.ts'
import { readMessage, readText } from './message.ts'

const head = (charset = '', more = '') => `MSH|^~\\&|LAB|KCS|SPONA|RS|20260301||ORU^R01^ORU_R01|17|P|2.5${charset ? `||||||${charset}` : ''}${more}`

describe('a message in its character set', () => {
  const name = 'Ђорђевић Č Š ž'
  for (const [said, written, text] of [
    ['UNICODE UTF-8', 'utf-8', name],
    ['8859/5', 'iso-8859-5', 'Ђорђевић'],
    ['CP1251', 'windows-1251', 'Ђорђевић Љубиша'],
    ['8859/2', 'iso-8859-2', 'Čačak Đorđević'],
    ['cp1250', 'windows-1250', 'Čačak Đorđević'],
    ['CP852', 'cp852', 'Čačak Đorđević Šabac'],
  ] as const) {
    test(`is read as MSH-18 says: ${said}`, () => {
      const bytes = encode(`${head(said)}\rPID|1||7||${text}\r`, written)
      const message = readMessage(bytes)
      assert.equal(message.charset, written)
      assert.equal(message.segments[1]?.text(5), text)
    })
  }

  test('without MSH-18 is read as UTF-8 when it can be, and otherwise as its system is known to write', () => {
    const bytes = (charset: 'utf-8' | 'windows-1251') => encode(`${head()}\rPID|1||7||Ђорђевић\r`, charset)
    assert.equal(readMessage(bytes('utf-8')).segments[1]?.text(5), 'Ђорђевић')
    assert.equal(readMessage(bytes('windows-1251'), 'windows-1251').segments[1]?.text(5), 'Ђорђевић')
  })

  test('with an unknown name, or with bytes that contradict the name, is refused with the place', () => {
    const refused = (bytes: Uint8Array) =>
      assert.throws(
        () => readMessage(bytes),
        (error) => error instanceof Refusal && error.expression === 'MSH-18',
      )
    refused(encode(`${head('KLINGON')}\rPID|1||7||Čačak\r`, 'utf-8'))
    refused(encode(`${head('UNICODE UTF-8')}\rPID|1||7||Čačak\r`, 'windows-1250'))
  })

  test('and a letter that the character set lacks is not sent as a question mark', () => {
    assert.throws(() => encode('Ђ', 'windows-1250'), Refusal)
    assert.equal(decodeAs(encode('Čačak', 'cp852'), 'cp852'), 'Čačak')
    assert.equal(charsetNamed('ISO IR8859/1'), 'iso-8859-1')
  })
})

describe('the parts of a message', () => {
  test('escapes are replaced by what they stand for, and anything else stays', () => {
    const note = (text: string) => readText(`${head()}\rNTE|1||${text}`).segments[1]?.text(3)
    assert.equal(note('a\\T\\b \\F\\ \\S\\ \\R\\ \\E\\ c'), 'a&b | ^ ~ \\ c')
    assert.equal(note('one\\.br\\two\\.sp2\\three'), 'one\ntwo\n\nthree')
    assert.equal(note('\\X4D\\\\H\\loud\\N\\ C:\\temp 5\\q'), 'Mloud C:\\temp 5\\q')
    const bytes = Buffer.concat([Buffer.from(`${head('CP1250')}\rNTE|1||`), Buffer.from('\\XC8E8\\\r')])
    assert.equal(readMessage(bytes).segments[1]?.text(3), 'Čč', 'the bytes of \\X..\\ are of the character set of the message')
  })

  test('text written as an escaped field is read as it was', () => {
    const texts = ['a|b^c&d~e\\f', '\\T\\', 'two\nlines', 'Ђ|', '\\X41\\']
    for (const text of texts) assert.equal(readText(`${head()}\rNTE|1||${escaped(text)}`).segments[1]?.text(3), text)
  })

  test('fields, repetitions, components and subcomponents are reached, with other delimiters too', () => {
    const message = readText('MSH$%~\\&$A$B\rPID$$$1%%%KCS&1.2&ISO%MR~2%%%RFZO%LBO$$A%B\rZPD$x')
    const pid = message.segments[1]
    assert.deepEqual(
      pid?.all(3).map((value) => [value.part(1), value.part(4), value.sub(4, 2), value.part(5)]),
      [
        ['1', 'KCS', '1.2', 'MR'],
        ['2', 'RFZO', undefined, 'LBO'],
      ],
    )
    assert.equal(pid?.text(5), 'A')
    assert.deepEqual(
      message.segments.map(({ place }) => place),
      ['MSH[1]', 'PID[1]', 'ZPD[1]'],
    )
  })

  test('a part that nobody read is named, down to the subcomponent, and an explicit null says nothing', () => {
    const pid = readText(`${head()}\rPID|1||1^^^KCS&1.2&ISO^MR||A^B||""|M`).segments[1]
    assert.deepEqual([pid?.text(1), pid?.first(3)?.part(1), pid?.first(3)?.sub(4, 2), pid?.text(7)], ['1', '1', '1.2', undefined])
    const unread: string[] = []
    pid?.unread((place) => unread.push(place))
    assert.deepEqual(unread, ['PID[1]-3.4.1', 'PID[1]-3.4.3', 'PID[1]-3.5', 'PID[1]-5', 'PID[1]-8'])
  })

  test('line feeds and both together end segments, and a line that is no segment is an oddity, not a crash', () => {
    for (const end of ['\r', '\n', '\r\n']) assert.equal(readText([head(), 'PID|1', 'OBX|1', ''].join(end)).segments.length, 3)
    assert.equal(readText(`${head()}\rNTE|1||two\nlines\rOBX|1`).segments[1]?.text(3), 'two\nlines')
    const odd = readText(`${head()}\nthis is nothing\nPID|1`)
    assert.equal(odd.segments.length, 2)
    assert.match(odd.oddities[0]?.place ?? '', /after MSH\[1\]/)
  })

  test('a message in which the frame of another begins is refused, and a lone VT of a text is left out', () => {
    assert.throws(() => readText(`${head()}\rOBX|1|NM|||15\u000b${head()}\rPID|1`), /another message begins inside/)
    assert.equal(readText(`\u000b${head()}\rNTE|1||a\u000bb\r\u001c\r`).segments[1]?.text(3), 'ab')
  })

  test('a text that is no message is refused with a sentence and a hint', () => {
    for (const text of ['', 'hello', 'PID|1', 'MSH', 'MSHA^~\\&', 'MSH|^^\\&|', '<ORU_R01/>'])
      assert.throws(
        () => readText(text),
        (error) => error instanceof Refusal && (error.hint ?? '').length > 0,
        text,
      )
  })
})

test('every third-party message is read or refused with a reason', (t) => {
  const folder = corpus(t, 'hl7v2')
  if (folder === null) return
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(hl7|txt|xml)$/.test(file))
  let read = 0
  for (const file of files) {
    try {
      readMessage(readFileSync(join(folder, file))).segments.forEach((segment) => segment.unread(() => {}))
      read++
    } catch (error) {
      assert.ok(error instanceof Refusal, `${file}: ${String(error)}`)
    }
  }
  assert.ok(read >= 355, `${read} of ${files.length} are read`)
})
