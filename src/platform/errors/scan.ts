/** A Refusal as a source file writes it, with `{}` for each value that is filled in at run time. */
export type Scanned = { kind: string; sentence: string; hint: string | null }

// `no(rule, sentence, …)` in bus/members/right.ts only denies a right: whoever asked for the right throws its sentence as a `forbidden` Refusal.
const begins = /(?:new Refusal\(\s*(?:'([\w-]+)'|[\w.?:' ]+)|\b(no)\(\s*'[\w-]+')\s*,\s*(?=['`])/g
const hintWithin = 500

/** Every Refusal of a source whose sentence is written where it is thrown. */
export function scan(source: string): Scanned[] {
  const found: Scanned[] = []
  for (const match of source.matchAll(begins)) {
    const start = match.index + match[0].length
    const { text, end } = literalAt(source, start)
    const rest = source.slice(end, end + hintWithin).split(/new Refusal\(|\n\n|\n {0,6}\S[^\n]*=>/)[0] ?? ''
    const hintAt = /^[^;]*?\bhint:\s*(?=['`])/.exec(rest)
    const isAlone = /^\s*[,)}]/.test(source.slice(end))
    if (!isAlone) continue
    found.push({ kind: match[2] === undefined ? (match[1] ?? '') : 'forbidden', sentence: text, hint: hintAt ? literalAt(rest, hintAt[0].length).text : null })
  }
  return found
}

/** A string or a template beginning at `start`. */
function literalAt(source: string, start: number): { text: string; end: number } {
  const quote = source[start]
  let text = ''
  for (let at = start + 1; at < source.length; at++) {
    const letter = source[at] as string
    if (letter === quote) return { text, end: at + 1 }
    if (letter === '\\') text += source[++at]
    else if (quote === '`' && letter === '$' && source[at + 1] === '{') {
      text += '{}'
      at = closingOf(source, at + 1)
    } else text += letter
  }
  return { text, end: source.length }
}

function closingOf(source: string, open: number): number {
  let depth = 0
  for (let at = open; at < source.length; at++) {
    if (source[at] === '{') depth++
    else if (source[at] === '}' && --depth === 0) return at
  }
  return source.length
}
