import { Buffer } from 'node:buffer'

// Signs in the form's own field, as an incremental update (ISO 32000-1 section 7.5.6). This is for the demo's signer; people use the program of their
// card.

const roomBytes = 8192
const digits = (value: number) => String(value).padStart(10, '0')

export async function signPdf(given: Buffer, at: Date, sign: (covered: Buffer) => Promise<Buffer>): Promise<Buffer> {
  const text = given.toString('latin1')
  const field = /(\d+) 0 obj\s*<<([^>]*\/T \(signature\)[\s\S]*?)>>\s*endobj/.exec(text)
  const [last] = [...text.matchAll(/trailer\s*<<([\s\S]*?)>>\s*startxref\s+(\d+)/g)].slice(-1)
  if (!field || !last) throw new Error('the document has no field to sign')
  const [, fieldNumber = '', inside = ''] = field
  const [, trailer = '', previous = ''] = last
  const number = Number(/\/Size (\d+)/.exec(trailer)?.[1])
  const stamp = at.toISOString().replace(/[-:T]/g, '').slice(0, 14)
  const ranges = '/ByteRange [0 0000000000 0000000000 0000000000]'
  const before = `\n${number} 0 obj\n<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M (D:${stamp}Z) ${ranges} /Contents `
  const signature = `${before}<${'0'.repeat(roomBytes * 2)}> >>\nendobj\n`
  const widget = `${fieldNumber} 0 obj\n<<${inside} /V ${number} 0 R>>\nendobj\n`
  const [signatureAt, widgetAt, tableAt] = [given.length + 1, given.length + signature.length, given.length + signature.length + widget.length]
  const row = (of: number) => `${digits(of)} 00000 n \n`
  const root = /\/Root \d+ 0 R/.exec(trailer)?.[0] ?? ''
  const id = /\/ID \[[\s\S]*?\]/.exec(trailer)?.[0] ?? ''
  const table = `xref\n${fieldNumber} 1\n${row(widgetAt)}${number} 1\n${row(signatureAt)}trailer\n<< /Size ${number + 1} ${root} ${id} /Prev ${previous} >>\nstartxref\n${tableAt}\n%%EOF\n`
  const whole = Buffer.concat([given, Buffer.from(`${signature}${widget}${table}`, 'latin1')])
  const [length, second] = [given.length + before.length, given.length + before.length + roomBytes * 2 + 2]
  const filled = `/ByteRange [0 ${digits(length)} ${digits(second)} ${digits(whole.length - second)}]`
  whole.write(filled, given.length + before.indexOf(ranges), 'latin1')
  const made = await sign(Buffer.concat([whole.subarray(0, length), whole.subarray(second)]))
  if (made.length > roomBytes) throw new Error('the signature is larger than its room')
  whole.write(made.toString('hex'), length + 1, 'latin1')
  return whole
}
