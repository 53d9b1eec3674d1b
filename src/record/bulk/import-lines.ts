/** A line of NDJSON with its number from 1; `bytes` is null when it is longer than any resource may be. */
export type Line = { number: number; bytes: Buffer | null }

const newLine = 10

/** The whole lines of a stream, one after the other; memory holds one line and one piece of the stream. */
export async function* linesOf(source: AsyncIterable<Buffer>, lengthMax: number): AsyncGenerator<Line> {
  let number = 0
  let waiting: Buffer[] = []
  let length = 0
  const line = (): Line => {
    const bytes = length > lengthMax ? null : waiting.length === 1 ? (waiting[0] as Buffer) : Buffer.concat(waiting)
    waiting = []
    length = 0
    return { number: ++number, bytes }
  }
  const add = (piece: Buffer) => {
    length += piece.length
    if (length > lengthMax) waiting = []
    else if (piece.length > 0) waiting.push(piece)
  }
  for await (const piece of source) {
    let from = 0
    for (;;) {
      const at = piece.indexOf(newLine, from)
      if (at < 0) break
      add(piece.subarray(from, at))
      from = at + 1
      yield line()
    }
    add(piece.subarray(from))
  }
  if (length > 0) yield line()
}
