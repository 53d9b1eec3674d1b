import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const files = '@fontsource-variable/noto-sans/files/noto-sans'

const printable = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join('')
const others = ` ${Array.from({ length: 0x17f - 0xa0 + 1 }, (_, at) => String.fromCodePoint(0xa0 + at)).join('')}`
const cyrillic = ` ${Array.from({ length: 0x45f - 0x400 + 1 }, (_, at) => String.fromCodePoint(0x400 + at)).join('')}`

/** The fonts of the documents and the letters that each has. A text is written run by run, one font at a time. */
const faces = [
  { name: 'cyrillic', file: 'cyrillic', text: cyrillic, has: /[\u0400-\u045f]/ },
  { name: 'extended', file: 'latin-ext', text: others, has: /[\u0100-\u017f]/ },
  { name: 'latin', file: 'latin', text: `${printable}${others}–—‘’“”„•…€`, has: /./ },
] as const
export type FaceName = (typeof faces)[number]['name']

let loaded: Promise<[FaceName, Uint8Array][]> | undefined

/** Read and reduced once, with the first document: some 40 KB that stay in memory. */
export function documentFonts(): Promise<[FaceName, Uint8Array][]> {
  loaded ??= Promise.all(faces.map(async ({ name, file, text }): Promise<[FaceName, Uint8Array]> => [name, await face(file, text)]))
  return loaded
}

async function face(file: string, text: string): Promise<Uint8Array> {
  const { default: subsetFont } = await import('subset-font')
  const whole = await readFile(require.resolve(`${files}-${file}-wght-normal.woff2`))
  return subsetFont(whole, text, { targetFormat: 'sfnt', variationAxes: { wght: 400 } })
}

/** A text as runs of one font each. A letter that no font has becomes a question mark and not an empty box. */
export function runsOf(text: string): { face: FaceName; text: string }[] {
  const runs: { face: FaceName; text: string }[] = []
  for (const given of text.normalize('NFC')) {
    const letter = faces.some((one) => one.text.includes(given)) ? given : '?'
    const last = runs.at(-1)
    // Every font has the space. A space takes the font of the letter before it, so that lines break between words and not between fonts.
    const face = letter === ' ' && last ? last.face : (faces.find(({ has }) => has.test(letter))?.name ?? 'latin')
    if (last?.face === face) last.text += letter
    else runs.push({ face, text: letter })
  }
  return runs
}
