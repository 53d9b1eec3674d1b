/**
 * MLLP (HL7 version 3 transport specification, minimal lower layer protocol): <VT> message <FS><CR>. What stands between frames is noise; a message
 * that is too long is thrown away up to its end, so that the connection lives on and its sender hears why.
 */
/** `cutOff`: the connection ended inside of a message. */
export type Frame = { bytes: Buffer } | { tooLong: number } | { noise: Buffer } | { cutOff: true }

const [vt, fs, cr] = [0x0b, 0x1c, 0x0d]
const noiseMax = 200

export class Frames {
  readonly #most: number
  #pieces: Buffer[] = []
  #length = 0
  #isInside = false
  #isTooLong = false
  /** The last piece ended with FS, and the CR may come with the next. */
  #hasFs = false

  /** Whether what came ends with FS: many programs leave out the CR, and nothing but their silence tells it from an FS inside of a message. */
  get mayHaveEnded(): boolean {
    return this.#isInside && this.#hasFs
  }

  /** The message ended with its FS. */
  endWithoutCr(): Frame {
    this.#hasFs = false
    return this.#end()
  }

  constructor(mostBytes: number) {
    this.#most = mostBytes
  }

  /** Whether a message has begun and not ended. */
  get isInside(): boolean {
    return this.#isInside
  }

  *take(chunk: Buffer): Generator<Frame> {
    let at = 0
    while (at < chunk.length) {
      if (!this.#isInside) {
        const start = chunk.indexOf(vt, at)
        const noise = chunk.subarray(at, start < 0 ? chunk.length : start)
        if (noise.some((byte) => byte !== cr && byte !== 0x0a && byte !== 0x20)) yield { noise: noise.subarray(0, noiseMax) }
        if (start < 0) return
        this.#begin()
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
      const end = chunk.indexOf(fs, at)
      this.#keep(chunk.subarray(at, end < 0 ? chunk.length : end))
      if (end < 0) return
      at = end + 1
      this.#hasFs = true
    }
  }

  #begin(): void {
    this.#isInside = true
    this.#isTooLong = false
    this.#pieces = []
    this.#length = 0
  }

  #keep(piece: Buffer): void {
    if (piece.length === 0) return
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
    return this.#isTooLong ? { tooLong: this.#length } : { bytes: pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces) }
  }
}
