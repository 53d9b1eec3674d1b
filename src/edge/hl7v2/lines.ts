/** Carriage returns end segments (HL7 2.5.4). Without any, line feeds do; with both, a line feed inside a segment is text. */
export function linesOf(bare: string, most: number): string[] {
  if (!bare.includes('\n')) return bare.split('\r', most + 1)
  const ends = bare.includes('\r') ? /\r\n?|\n(?=[A-Z][A-Z0-9]{2}(?:\W|$))/ : /\n/
  return bare.split(ends, most + 1)
}

/** Removes what surrounds a message on a connection or in a file. */
export function unframed(text: string): string {
  let [start, end] = [0, text.length]
  while (start < end && isFrame(text.charCodeAt(start))) start++
  while (end > start && isFrame(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

/** Spaces, the control characters around a message (MLLP, 0b and 1c), byte order marks. */
const isFrame = (code: number) => code <= 0x20 || code === 0xa0 || code === 0xfeff
