import type PDFDocument from 'pdfkit'
import { documentFonts, runsOf } from './fonts.ts'
import { type Seal, signDetached } from './seal.ts'
import type { DocumentLanguage } from './words.ts'

// A tagged page (PDF/UA, PDF/A-2a): everything drawn belongs to an element that a screen reader speaks, in this order.

export type Draft = {
  heading(text: string): void
  subheading(text: string): void
  paragraph(text: string, size?: number): void
  /** Names and values, as a table of two columns; the first column holds the headings of the rows. */
  rows(rows: readonly (readonly [string, string])[]): void
  table(head: readonly string[], rows: readonly (readonly string[])[]): void
  code(text: string, spoken: string): void
}
export type About = { title: string; language: DocumentLanguage; at: Date }
type Sealed = About & { seal: Seal }
type Draw = (draft: Draft) => Promise<void>

const margin = 56
const ink = '#1a1a1a'
const [bodySize, nameWidth] = [10.5, 190]
const codeSide = 110

type Doc = InstanceType<typeof PDFDocument>

export async function sealedPdf(about: Sealed, draw: Draw): Promise<Buffer> {
  return seal(await drawn(about, draw, (doc) => leaveRoomForSeal(doc, about)), about)
}

/** A page with an empty field that somebody else signs. Drawing the same page again gives the same bytes, so that the page is recognised when it comes back. */
export const pdfToSign = (about: About, draw: Draw): Promise<Buffer> =>
  drawn(about, draw, (doc) => addField(doc, [margin, doc.page.height - 2 * margin, 220, 48], { T: new String('signature'), F: 4 }))

async function drawn(about: About, draw: Draw, end: (doc: Doc) => void): Promise<Buffer> {
  const { default: PDF } = await import('pdfkit')
  const doc = new PDF({
    ...{ size: 'A4', margin, tagged: true, displayTitle: true, lang: about.language, autoFirstPage: false },
    ...{ pdfVersion: '1.7', subset: 'PDF/A-2a', info: { Title: about.title, CreationDate: about.at, ModDate: about.at } },
  } as ConstructorParameters<typeof PDFDocument>[0])
  for (const [name, bytes] of await documentFonts()) doc.registerFont(name, bytes as never)
  const chunks: Buffer[] = []
  const ended = new Promise<void>((resolve, reject) =>
    doc
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', resolve)
      .on('error', reject),
  )
  doc.font('cyrillic').addPage()
  const root = doc.struct('Document')
  doc.addStructure(root)
  await draw(await draftOn(doc, root))
  root.end()
  end(doc)
  doc.end()
  await ended
  return Buffer.concat(chunks)
}

async function draftOn(doc: Doc, root: PDFKit.PDFStructureElement): Promise<Draft> {
  const { create } = await import('qrcode')
  const add = (type: PDFKit.PDFStructureElement | string, act: () => void, more: object = {}) => {
    const element = typeof type === 'string' ? doc.struct(type, more, act) : type
    root.add(element)
    element.end()
  }
  const line = (type: string, text: string, size: number, gap: number) => {
    add(type, () => write(doc, text, { size }))
    doc.y += gap
  }
  return {
    heading: (text) => line('H1', text, 17, 12),
    subheading(text) {
      doc.y += 14
      line('H2', text, 11.5, 6)
    },
    paragraph: (text, size = bodySize) => line('P', text, size, 5),
    rows(rows) {
      const widths = [nameWidth, doc.page.width - 2 * margin - nameWidth]
      gridOf(doc, root, { head: [], rows, widths, isNamed: true })
    },
    table(head, rows) {
      doc.y += 10
      gridOf(doc, root, { head, rows, widths: head.map(() => (doc.page.width - 2 * margin) / head.length), isNamed: false })
      doc.y += 8
    },
    code(text, spoken) {
      const { modules } = create(text, { errorCorrectionLevel: 'M' })
      const { x, y } = doc
      const side = codeSide / modules.size
      add(
        'Figure',
        () => {
          for (let row = 0; row < modules.size; row++)
            for (let column = 0; column < modules.size; column++) if (modules.get(row, column)) doc.rect(x + column * side, y + row * side, side, side)
          doc.fill('#000000')
        },
        { alt: spoken, bbox: [x, y, x + codeSide, y + codeSide] },
      )
      doc.y = y + codeSide + 8
    },
  }
}

type Grid = { head: readonly string[]; rows: readonly (readonly string[])[]; widths: readonly number[]; isNamed: boolean }

function gridOf(doc: Doc, root: PDFKit.PDFStructureElement, { head, rows, widths, isNamed }: Grid): void {
  const table = doc.struct('Table')
  root.add(table)
  const all = head.length > 0 ? [head, ...rows] : rows
  all.forEach((cells, at) => {
    const row = doc.struct('TR')
    table.add(row)
    const top = doc.y
    let bottom = top
    let left = margin
    cells.forEach((text, column) => {
      const isHead = (head.length > 0 && at === 0) || (isNamed && column === 0)
      const cell = doc.struct(isHead ? 'TH' : 'TD', {}, () => {
        write(doc, text, { size: bodySize, x: left, y: top, width: (widths[column] ?? 0) - 8 })
      })
      row.add(cell)
      cell.end()
      bottom = Math.max(bottom, doc.y)
      left += widths[column] ?? 0
    })
    row.end()
    doc.x = margin
    doc.y = bottom + 3
  })
  table.end()
}

/** Writes a text in as many fonts as it needs, as one paragraph. */
function write(doc: Doc, text: string, { size, x, y, width }: { size: number; x?: number; y?: number; width?: number }): void {
  const runs = runsOf(text)
  runs.forEach((run, at) => {
    const options = { continued: at < runs.length - 1, ...(width === undefined ? {} : { width }) }
    doc.font(run.face).fontSize(size).fillColor(ink)
    if (at === 0 && x !== undefined && y !== undefined) doc.text(run.text, x, y, options)
    else doc.text(run.text, options)
  })
}

const contentsBytes = 6000
/** The signing library looks for this name and puts its numbers in its place. */
const placeholder = '**********'

/** An invisible field for the signature (PDF 32000-1, 12.7.4.5), with room for a certificate and its chain. */
function leaveRoomForSeal(doc: Doc, { seal: { name }, at }: Sealed): void {
  const signature = doc.ref({
    ...{ Type: 'Sig', Filter: 'Adobe.PPKLite', SubFilter: 'ETSI.CAdES.detached', ByteRange: [0, placeholder, placeholder, placeholder] },
    ...{ Contents: Buffer.alloc(contentsBytes), Name: new String(name), M: at },
  })
  signature.end(undefined as never)
  addField(doc, [0, 0, 0, 0], { T: new String('seal'), TU: new String(name), V: signature, F: 132 })
}

function addField(doc: Doc, [x, y, width, height]: [number, number, number, number], more: object): void {
  doc.annotate(x, y, width, height, { Subtype: 'Widget', FT: 'Sig', ...more } as never)
  doc.initForm()
  const inner = doc as unknown as { page: { annotations: unknown[] }; _root: { data: { AcroForm: { data: Record<string, unknown> } } } }
  const form = inner._root.data.AcroForm.data
  form['Fields'] = [inner.page.annotations.at(-1)]
  form['SigFlags'] = 3
  delete form['NeedAppearances'] // A reader that draws the fields anew would change what is sealed.
}

async function seal(pdf: Buffer, { seal: own }: Sealed): Promise<Buffer> {
  const [{ SignPdf }, { Signer }] = await Promise.all([import('@signpdf/signpdf'), import('@signpdf/utils')])
  class Sealer extends Signer {
    override sign = (bytes: Buffer) => signDetached(own, bytes)
  }
  return new SignPdf().sign(pdf, new Sealer())
}
