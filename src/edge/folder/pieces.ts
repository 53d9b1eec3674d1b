/**
 * Cuts files into items, by bytes and while reading: a file of gigabytes needs no more memory than its largest piece. Delimiters, quotes, line ends
 * and segment names are ASCII in every character set that is taken, so nothing needs decoding.
 */
export type Piece = { line: number; bytes: Buffer }

const [lf, cr] = [0x0a, 0x0d]

export interface Cutter {
  take(chunk: Buffer): Piece[]
  /** The pieces that remain when the file has ended. */
  end(): Piece[]
}

/** Lines, without the empty ones. Of a line longer than `most` only the beginning comes: its reader reports the fault. */
export class Lines implements Cutter {
  readonly #most: number
  readonly #withEnds: boolean
  #pieces: Buffer[] = []
  #length = 0
  #line = 1
  #wasCr = false

  constructor(mostBytes: number, withEnds = false) {
    this.#most = mostBytes
    this.#withEnds = withEnds
  }

  take(chunk: Buffer): Piece[] {
    const found: Piece[] = []
    let from = 0
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]
      if (byte !== lf && byte !== cr) {
        this.#wasCr = false
        continue
      }
      const isSecond = byte === lf && this.#wasCr && from === at
      if (!isSecond) this.#keep(chunk.subarray(from, this.#withEnds ? at + 1 : at))
      from = at + 1
      if (isSecond) {
        this.#wasCr = false
        continue
      }
      this.#wasCr = byte === cr
      found.push(...this.#close())
    }
    this.#keep(chunk.subarray(from))
    return found
  }

  end(): Piece[] {
    return this.#close()
  }

  #keep(piece: Buffer): void {
    if (piece.length === 0 || this.#length > this.#most) return
    this.#length += piece.length
    this.#pieces.push(Buffer.from(piece))
  }

  #close(): Piece[] {
    const line = this.#line++
    const whole = Buffer.concat(this.#pieces)
    const bytes = (line === 1 ? withoutByteOrderMark(whole) : whole).subarray(0, this.#most + 1)
    this.#pieces = []
    this.#length = 0
    return isBlank(bytes) ? [] : [{ line, bytes }]
  }
}

const withoutByteOrderMark = (bytes: Buffer) => (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes)
const isBlank = (bytes: Buffer) => bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === cr || byte === lf)

/** Rows of RFC 4180. A quote that opens a cell and is not closed properly would swallow the following rows, so such a row ends with its own line. */
export class TableRows implements Cutter {
  readonly #most: number
  readonly #quote: number
  readonly #delimiter: number
  #rest: Buffer = Buffer.alloc(0)
  #line = 1
  /** The beginning of a row that is too long; the rest of it is skipped. */
  #long: Buffer | null = null

  constructor(mostBytes: number, delimiter: string, quote: string) {
    this.#most = mostBytes
    this.#delimiter = delimiter.charCodeAt(0)
    this.#quote = quote === '' ? -1 : quote.charCodeAt(0)
  }

  take(chunk: Buffer): Piece[] {
    if (this.#long !== null) return this.#passOver(chunk)
    return this.#cut(this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]), false)
  }

  end(): Piece[] {
    return this.#long === null ? this.#cut(this.#rest, true) : [{ line: this.#line, bytes: this.#long }]
  }

  #passOver(chunk: Buffer): Piece[] {
    const end = this.#plainEnd(chunk, 0, false)
    if (end === null) return []
    const found = [{ line: this.#line++, bytes: this.#long as Buffer }]
    this.#long = null
    return [...found, ...this.#cut(Buffer.from(chunk.subarray(end)), false)]
  }

  #cut(bytes: Buffer, isLast: boolean): Piece[] {
    const found: Piece[] = []
    let at = 0
    while (at < bytes.length) {
      const end = this.#rowEnd(bytes, at, isLast)
      if (end === null) break
      const row = bytes.subarray(at, end)
      const bare = withoutLineEnd(row)
      if (!this.#isEmpty(bare)) found.push({ line: this.#line, bytes: bare.subarray(0, this.#most + 1) })
      this.#line += Math.max(1, lineEndsIn(row))
      at = end
    }
    this.#rest = Buffer.from(bytes.subarray(at))
    if (!isLast && this.#rest.length > 2 * this.#most) {
      this.#long = Buffer.from(this.#rest.subarray(0, this.#most + 1))
      this.#rest = Buffer.alloc(0)
    }
    return found
  }

  /** Whether a row has only delimiters: spreadsheet programs write such rows below the last one. */
  #isEmpty(row: Buffer): boolean {
    return row.every((byte) => byte === 0x20 || byte === 0x09 || byte === this.#delimiter || byte === cr || byte === lf)
  }

  /** The end of the row that begins here, with its line end; null when it is not known yet. */
  #rowEnd(bytes: Buffer, start: number, isLast: boolean): number | null {
    let at = start
    for (;;) {
      if (at < bytes.length && bytes[at] === this.#quote) {
        const close = this.#closing(bytes, at)
        const after = bytes[close + 1]
        const isWhole = close >= 0 && (after === undefined ? isLast : after === this.#delimiter || after === lf || after === cr)
        // The end is unknown so far, unless the row is already too long.
        if ((close < 0 || after === undefined) && !isLast && bytes.length - start <= this.#most) return null
        if (!isWhole) return this.#plainEnd(bytes, start, isLast)
        at = close + 1
      } else while (at < bytes.length && bytes[at] !== this.#delimiter && bytes[at] !== lf && bytes[at] !== cr) at++
      if (at >= bytes.length) return isLast ? bytes.length : null
      if (bytes[at] !== this.#delimiter) return this.#plainEnd(bytes, at, isLast)
      at++
    }
  }

  #closing(bytes: Buffer, open: number): number {
    for (let at = open + 1; ; at++) {
      at = bytes.indexOf(this.#quote, at)
      if (at < 0 || bytes[at + 1] !== this.#quote) return at
      at++
    }
  }

  #plainEnd(bytes: Buffer, start: number, isLast: boolean): number | null {
    let at = start
    while (at < bytes.length && bytes[at] !== lf && bytes[at] !== cr) at++
    if (at >= bytes.length) return isLast ? bytes.length : null
    if (bytes[at] === lf) return at + 1
    if (at + 1 >= bytes.length) return isLast ? bytes.length : null
    return bytes[at + 1] === lf ? at + 2 : at + 1
  }
}

function withoutLineEnd(row: Buffer): Buffer {
  let end = row.length
  if (end > 0 && row[end - 1] === lf) end--
  if (end > 0 && row[end - 1] === cr) end--
  return row.subarray(0, end)
}

function lineEndsIn(row: Buffer): number {
  let count = 0
  for (let at = 0; at < row.length; at++) if (row[at] === lf || (row[at] === cr && row[at + 1] !== lf)) count++
  return count
}

/** The messages of a batch file (HL7 2.10.3), by the segments that begin them. The envelope and anything outside messages is left out. */
export class Messages implements Cutter {
  readonly #lines: Lines
  readonly #most: number
  #message: Buffer[] = []
  #length = 0
  #line = 0
  /** Statements of the file about itself that are wrong. */
  readonly problems: string[] = []
  #count = 0
  #inBatch = 0
  #batches = 0
  /** The envelope that is open. */
  #open: 'FHS' | 'BHS' | null = null

  constructor(mostBytes: number) {
    this.#most = mostBytes
    // Lines with their ends: when carriage returns end the segments, a line feed is part of a text (HL7 2.5.4).
    this.#lines = new Lines(mostBytes, true)
  }

  take(chunk: Buffer): Piece[] {
    return this.#lines.take(chunk).flatMap((line) => this.#takeLine(line))
  }

  end(): Piece[] {
    const last = [...this.#lines.end().flatMap((line) => this.#takeLine(line)), ...this.#close()]
    if (this.#open !== null)
      this.problems.push(
        `the file begins with ${this.#open} and has no ${this.#open === 'FHS' ? 'FTS' : 'BTS'} at its end: it may have been cut off, and its last message with it`,
      )
    return last
  }

  #takeLine({ line, bytes: given }: Piece): Piece[] {
    const bytes = withoutMarks(given)
    if (isBlank(bytes)) return []
    const name = bytes.toString('latin1', 0, 3)
    const isEnvelope = ['FHS', 'BHS', 'BTS', 'FTS'].includes(name)
    const closed = isEnvelope || name === 'MSH' ? this.#close() : []
    if (name === 'MSH') this.#line = line
    if (name === 'BHS') [this.#inBatch, this.#batches] = [this.#count, this.#batches + 1]
    if (name === 'BTS') this.#compare(bytes, this.#count - this.#inBatch, 'messages')
    // A file without batches counts its messages.
    if (name === 'FTS') this.#compare(bytes, this.#batches === 0 ? this.#count : this.#batches, this.#batches === 0 ? 'messages' : 'batches')
    if (name === 'FHS' || (name === 'BHS' && this.#open === null)) this.#open = name
    if (name === 'FTS' || (name === 'BTS' && this.#open === 'BHS')) this.#open = null
    if (isEnvelope) return closed
    if (this.#message.length > 0 || name === 'MSH') this.#keep(bytes)
    else if (this.problems.length < 100) this.problems.push(`line ${line} stands outside of a message`)
    return closed
  }

  #keep(bytes: Buffer): void {
    this.#length += bytes.length
    // A message that is too long is kept up to just above the limit: by that length it is refused later.
    if (this.#length <= this.#most) this.#message.push(bytes)
    else if (this.#length - bytes.length <= this.#most) this.#message.push(bytes.subarray(0, this.#most + 1))
  }

  #close(): Piece[] {
    if (this.#message.length === 0) return []
    // Padded above the limit, since only the length shows that something was left out.
    if (this.#length > this.#most) this.#message.push(Buffer.alloc(Math.max(0, this.#most + 1 - total(this.#message)), 0x20))
    const piece = { line: this.#line, bytes: Buffer.concat(this.#message) }
    this.#message = []
    this.#length = 0
    this.#count++
    return [piece]
  }

  #compare(bytes: Buffer, found: number, what: string): void {
    const line = bytes.toString('latin1', 0, 200)
    const said = line.split(line[3] ?? '|')[1]?.trim() ?? ''
    if (/^\d+$/.test(said) && Number(said) !== found)
      this.problems.push(`${line.slice(0, 3)}-1 says ${Number(said)} ${what}, and ${found} ${found === 1 ? 'is' : 'are'} there`)
  }
}

const total = (pieces: Buffer[]) => pieces.reduce((sum, { length }) => sum + length, 0)

/** Removes a byte order mark and the frame of MLLP, which some programs write into files, too. */
function withoutMarks(bytes: Buffer): Buffer {
  let start = 0
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) start = 3
  while (bytes[start] === 0x0b || bytes[start] === 0x1c) start++
  let end = bytes.length
  while (end > start && bytes[end - 1] === 0x1c) end--
  return bytes.subarray(start, end)
}
