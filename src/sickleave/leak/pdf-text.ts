import { inflateSync } from 'node:zlib'

/** The text of one of our PDFs as its reader would copy it: glyphs by the table of each font, in the order in which they are drawn. */
export function pdfText(pdf: Buffer): string {
  const latin = pdf.toString('latin1')
  const objects = new Map<string, { head: string; body: string }>()
  for (const [, id = '', head = ''] of latin.matchAll(/(\d+) 0 obj\n(<<[\s\S]*?>>)\n(?:stream\n|endobj)/g)) {
    const at = latin.indexOf(`${id} 0 obj\n${head}`) + `${id} 0 obj\n${head}\nstream\n`.length
    const size = Number(/\/Length (\d+)/.exec(head)?.[1] ?? 0)
    const raw = pdf.subarray(at, at + size)
    objects.set(id, { head, body: head.includes('/FlateDecode') ? inflateSync(raw).toString('latin1') : raw.toString('latin1') })
  }
  const fonts = new Map<string, Map<string, string>>()
  for (const { head } of objects.values())
    for (const [, name = '', id = ''] of head.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const unicode = /\/ToUnicode (\d+) 0 R/.exec(objects.get(id)?.head ?? '')?.[1]
      fonts.set(name, glyphsOf(objects.get(unicode ?? '')?.body ?? ''))
    }
  let text = ''
  for (const { body } of objects.values()) {
    let font = new Map<string, string>()
    for (const [, name, shown] of body.matchAll(/\/(F\d+) [\d.]+ Tf|\[((?:<[0-9a-f]*>|[-\d.\s])+)\] TJ/g)) {
      if (name) font = fonts.get(name) ?? font
      else
        for (const [, hex = ''] of (shown ?? '').matchAll(/<([0-9a-f]*)>/g)) text += (hex.match(/.{4}/g) ?? []).map((glyph) => font.get(glyph) ?? '').join('')
    }
  }
  return text
}

/** A ToUnicode table as pdfkit writes it: ranges of glyphs with the letters of each glyph. */
function glyphsOf(table: string): Map<string, string> {
  const glyphs = new Map<string, string>()
  for (const [, from = '', , list = ''] of table.matchAll(/<([0-9a-f]{4})> <([0-9a-f]{4})> \[([^\]]*)\]/gi)) {
    ;[...list.matchAll(/<([0-9a-f ]+)>/gi)].forEach(([, hex = ''], at) => {
      const letters = (hex.replaceAll(' ', '').match(/.{4}/g) ?? []).map((unit) => String.fromCharCode(Number.parseInt(unit, 16)))
      glyphs.set((Number.parseInt(from, 16) + at).toString(16).padStart(4, '0'), letters.join(''))
    })
  }
  return glyphs
}
