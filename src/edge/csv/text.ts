import { Refusal } from '../../platform/refusal.ts'
import { type Charset, decode } from '../hl7v2/charset.ts'
import { isBeyondAscii, misread, readAs } from '../hl7v2/misread.ts'

/**
 * The text of a table in the character set of its mapping. A table does not name its character set, and a person who exports one from another program
 * forgets it, so a wrong one is detected here.
 */
export function textOfTable(bytes: Uint8Array, charset: Charset): string {
  const isMarked = bytes[0] === 0xef || bytes[0] === 0xff || bytes[0] === 0xfe
  if (!isMarked && isBeyondAscii(bytes)) {
    const wrong = misread(bytes, charset, readAs(bytes, charset))
    if (wrong !== null)
      throw new Refusal('incorrect', 'the bytes are not in the character set that the mapping names', {
        expression: 'format.charset',
        hint: `The mapping says ${charset}${wrong.likely === undefined ? '' : `, and the letters look like ${wrong.likely}`}. Write the table in it, or name the real one in format.charset.`,
      })
  }
  return decode(bytes, charset, charset).text
}
