import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import subsetFont from 'subset-font'

const require = createRequire(import.meta.url)
const family = '@fontsource-variable/noto-sans/files/noto-sans'
const features = ['locl', 'kern', 'mark', 'mkmk', 'ccmp', 'tnum']
// The tokens use the weights 400, 500 and 650; a wider axis would only make the files larger.
const axes = { wght: { min: 400, max: 650 } }

const latinText = `${printable()}\u00a0§«°»±µ·×÷¹²³⁰⁴⁵⁶⁷⁸⁹ßäáâàåãæçéèêëíìîïñóòôöøúùûüýÄÁÂÀÅÃÆÇÉÈÊËÍÌÎÏÑÓÒÔÖØÚÙÛÜÝ‐–—‘’‚“”„•…′″\u202f€`
const serbianLatin = 'čćžšđČĆŽŠĐ'
const cyrillicLetters = 'абвгдђежзијклљмнњопрстћуфхцчџш'
const cyrillicText = cyrillicLetters + cyrillicLetters.toUpperCase()

function printable(): string {
  return Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join('')
}

type Face = { file: string; style: 'normal' | 'italic'; text: string | null; range: string; isFirst: boolean }

/**
 * Small subsets contain all letters of Serbian and English and keep `locl`, without which б, г, д, п and т take Russian shapes in Serbian text.
 * The package's own files follow for other letters of foreign names; a browser loads them only when such a letter is on the page.
 */
const faces: Face[] = [
  { file: 'latin-ext-wght-normal', style: 'normal', text: null, range: 'U+0100-02BA,U+1E00-1E9F,U+1EF2-1EFF', isFirst: false },
  { file: 'cyrillic-wght-normal', style: 'normal', text: null, range: 'U+0301,U+0400-045F,U+0490-0491,U+2116', isFirst: false },
  { file: 'latin-wght-italic', style: 'italic', text: latinText, range: rangeOf(latinText), isFirst: false },
  { file: 'latin-ext-wght-italic', style: 'italic', text: serbianLatin, range: rangeOf(serbianLatin), isFirst: false },
  { file: 'cyrillic-wght-italic', style: 'italic', text: cyrillicText, range: rangeOf(cyrillicText), isFirst: false },
  { file: 'latin-wght-normal', style: 'normal', text: latinText, range: rangeOf(latinText), isFirst: true },
  { file: 'latin-ext-wght-normal', style: 'normal', text: serbianLatin, range: rangeOf(serbianLatin), isFirst: false },
  { file: 'cyrillic-wght-normal', style: 'normal', text: cyrillicText, range: rangeOf(cyrillicText), isFirst: true },
]

function rangeOf(text: string): string {
  const points = [...new Set([...text].map((letter) => letter.codePointAt(0) ?? 0))].sort((a, b) => a - b)
  const runs: [number, number][] = []
  for (const point of points) {
    const last = runs.at(-1)
    if (last && last[1] === point - 1) last[1] = point
    else runs.push([point, point])
  }
  const hex = (point: number) => point.toString(16).toUpperCase()
  return runs.map(([from, until]) => (from === until ? `U+${hex(from)}` : `U+${hex(from)}-${hex(until)}`)).join(',')
}

export type Fonts = { css: string; preload: string[] }

/** Writes the fonts and their style sheet into the assets and returns the addresses for the head of each page. */
export async function buildFonts(assetsDir: string, assetsUrl: string): Promise<Fonts> {
  await mkdir(assetsDir, { recursive: true })
  const built = await Promise.all(faces.map(async (face) => ({ face, url: `${assetsUrl}/${await writeFace(assetsDir, face)}` })))
  const css = built
    .map(
      ({ face, url }) =>
        `@font-face{font-family:"Noto Sans Variable";font-style:${face.style};font-display:swap;font-weight:400 650;` +
        `src:url(${url}) format("woff2");unicode-range:${face.range}}`,
    )
    .join('\n')
  const name = `fonts-${hashOf(css)}.css`
  await writeFile(join(assetsDir, name), css)
  return { css: `${assetsUrl}/${name}`, preload: built.filter(({ face }) => face.isFirst).map(({ url }) => url) }
}

async function writeFace(assetsDir: string, face: Face): Promise<string> {
  const whole = await readFile(require.resolve(`${family}-${face.file}.woff2`))
  const bytes = face.text === null ? whole : await subsetFont(whole, face.text, { targetFormat: 'woff2', keepFeatures: features, variationAxes: axes })
  const name = `${face.file}-${hashOf(bytes)}.woff2`
  await writeFile(join(assetsDir, name), bytes)
  return name
}

const hashOf = (content: string | Uint8Array) => createHash('sha256').update(content).digest('base64url').slice(0, 10)
