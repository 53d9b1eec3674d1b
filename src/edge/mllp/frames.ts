/**
 * MLLP (HL7 version 3 transport specification, minimal lower layer protocol): <VT> message <FS><CR>. Bytes between frames are noise. A message that
 * is too long is dropped up to its end, so that the connection lives on and its sender gets the reason.
 *
 * A VT never belongs inside a message: it begins the next one, and the message before was cut off. Otherwise the result of one patient would become
 * that of the next.
 */
/** Why the rest of a message never came: the connection ended, or another message began inside it. */
/** `outside`: how many bytes were outside any frame; only their beginning is kept. */
export type Frame = { bytes: Buffer } | { tooLong: number } | { noise: Buffer; outside: number } | { cutOff: 'end' | 'next' }

const [vt, fs, cr] = [0x0b, 0x1c, 0x0d]
const noiseMax = 200
/** How a message, or a batch of them, begins: after marks and spaces. */
const headBytes = 32
const beginning = /^(?:\xff\xfe|\xfe\xff|(?:\xef\xbb\xbf)?[\0-\x20]*(?:MSH|FHS|BHS))/
/** Whether a message begins with these bytes. */
export const isBeginning = (bytes: Buffer): boolean => beginning.test(bytes.toString('latin1', 0, headBytes))
/** In UTF-16 the byte of a VT is half of a character. */
const wide = /^(?:\xff\xfe|\xfe\xff)/

export class Frames {
  readonly #most: number
  #pieces: Buffer[] = []
  #length = 0
  #isInside = false
  #isTooLong = false
  #head = ''
  /** The VT of this frame stood inside another message: it is a tabulator in a text, unless a message follows. */
  #isAfterCut = false
  /** The last piece ended with FS, and the CR may come with the next. */
  #hasFs = false

  /** Whether the bytes so far end with FS. Many programs leave out the CR, and only their silence distinguishes this end from an FS inside a message. */
  get mayHaveEnded(): boolean {
    return this.#isInside && this.#hasFs
  }

  /** Ends the message at its FS. */
  endWithoutCr(): Frame {
    this.#hasFs = false
    return this.#end()
  }

  constructor(mostBytes: number) {
    this.#most = mostBytes
  }

  /** Whether a message has begun and not yet ended. */
  get isInside(): boolean {
    return this.#isInside
  }

  *take(chunk: Buffer): Generator<Frame> {
    let at = 0
    while (at < chunk.length) {
      if (!this.#isInside) {
        const start = chunk.indexOf(vt, at)
        const noise = chunk.subarray(at, start < 0 ? chunk.length : start)
        if (noise.some((byte) => byte !== cr && byte !== 0x0a && byte !== 0x20)) yield { noise: noise.subarray(0, noiseMax), outside: noise.length }
        if (start < 0) return
        this.#begin(false)
        at = start + 1
        continue
      }
      if (this.#hasFs) {
        this.#hasFs = false
        if (chunk[at] === cr) {
          at++
          yield this.#end()
          continue
        }
        // The next message begins: this one ended without its CR.
        if (chunk[at] === vt) {
          yield this.#end()
          continue
        }
        this.#keep(Buffer.of(fs))
      }
      const end = this.#nextMark(chunk, at)
      this.#keep(chunk.subarray(at, end < 0 ? chunk.length : end))
      if (end < 0) return
      at = end + 1
      if (chunk[end] === fs) this.#hasFs = true
      else yield* this.#cutOff()
    }
  }

  /** The place of an FS, or of a VT that begins another message; -1 without one. */
  #nextMark(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(fs, at)
    const rest = end < 0 ? chunk.subarray(at) : chunk.subarray(at, end)
    const start = rest.indexOf(vt)
    return start < 0 || wide.test(this.#head + rest.toString('latin1', 0, 2)) ? end : at + start
  }

  *#cutOff(): Generator<Frame> {
    const isMessage = !this.#isAfterCut || beginning.test(this.#head)
    const frame: Frame = this.#isTooLong ? { tooLong: this.#length } : { cutOff: 'next' }
    // A second VT right behind the first begins the same message.
    const isEmpty = this.#length === 0
    this.#begin(isEmpty ? this.#isAfterCut : true)
    if (isMessage && !isEmpty) yield frame
  }

  #begin(isAfterCut: boolean): void {
    this.#isInside = true
    this.#isTooLong = false
    this.#isAfterCut = isAfterCut
    this.#pieces = []
    this.#length = 0
    this.#head = ''
  }

  #keep(piece: Buffer): void {
    if (piece.length === 0) return
    if (this.#head.length < headBytes) this.#head += piece.toString('latin1', 0, headBytes - this.#head.length)
    this.#length += piece.length
    if (this.#length > this.#most) {
      this.#isTooLong = true
      this.#pieces = []
    } else this.#pieces.push(piece)
  }

  #end(): Frame {
    this.#isInside = false
    const pieces = this.#pieces
    this.#pieces = []
    const bytes = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)
    // The rest of a message that had a VT in its text. The message has been answered, and a second answer would be taken for the answer to the next
    // one.
    if (this.#isAfterCut && !beginning.test(this.#head)) return { noise: bytes.subarray(0, noiseMax), outside: 0 }
    return this.#isTooLong ? { tooLong: this.#length } : { bytes }
  }
}
