import assert from 'node:assert/strict'
import { sign } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { certified, cmsOf, type Holds, revokedBy, signedUpdate, type Wish } from '../../testing/document-signer.ts'
import { demoSigner } from './demo-authority.ts'
import { type Form, formAsPdf, formAsXml } from './form.ts'
import { type Holder, judgeDocument, judgeText } from './judge.ts'
import { signPdf } from './sign-pdf.ts'

const at = new Date('2026-05-06T08:00:00Z')
const form: Form = {
  ...{ number: '2026-0000001', kind: 'compensation', employee: { family: 'Петровић', given: 'Ана' }, employer: 'Фабрика „Зупчаник“', changedAt: at },
  content: {
    from: '2026-04-01',
    until: '2026-04-20',
    payoutDay: '2026-05-05',
    account: '840-0000000004848-37',
    week: null,
    monthsWithoutWage: ['2025-03'],
    note: 'без <напомене> & тако',
  },
  evidence: [{ name: 'ппп-пд.pdf', sha256: Buffer.alloc(32, 7) }],
  digest: 'ab'.repeat(32),
}
const holder: Holder = { names: ['Весна Маринковић'], jmbg: null, firms: [{ pib: '100000001', mb: '07000001' }] }
const keys = { derive: (label: string, bytes = 32) => Buffer.alloc(bytes, label) }
const subject = { name: 'Vesna Marinković 200012345', family: 'Marinković', given: 'Vesna' }

let folder: string
let authority: Holds
let signer: Holds
let pdf: Buffer
const trusting = (...pems: string[]) => {
  const file = join(folder, `${pems.join('').length}-${pems.length}.pem`)
  writeFileSync(file, pems.join(''))
  return file
}
let trust: string
const judge = (given: Buffer, { file = trust, as = holder, when = at, DEMO = false } = {}) =>
  judgeDocument({ keys, config: { SIGNATURE_TRUST: file, DEMO } as never }, given, form, as, when)
const signedBy = (by: Holds, how = {}, of = pdf) => signPdf(of, at, (bytes) => cmsOf(by, bytes, how))
const person = (more: Partial<Wish> = {}, by = authority) => certified({ subject, usage: 0xc0, ...more }, by)

async function refused(given: Buffer, why: RegExp, how = {}): Promise<void> {
  const answer = await judge(given, how)
  assert.ok(!answer.ok, `taken, and should not be: ${why}`)
  assert.match(answer.why, why)
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spona-trust-'))
  authority = await certified({ subject: { name: 'Пробно тело' }, isCa: true }, null)
  signer = await person()
  trust = trusting(authority.pem)
  pdf = await formAsPdf(form, 'sr-Cyrl')
})
after(() => rmSync(folder, { recursive: true }))

describe('what is taken', () => {
  test('the form has the same bytes each time, in each language and as XML', async () => {
    assert.ok(pdf.equals(await formAsPdf(form, 'sr-Cyrl')))
    assert.ok(!pdf.equals(await formAsPdf(form, 'en')))
    assert.match(formAsXml(form).toString(), /<note>без &lt;напомене&gt; &amp; тако<\/note>[\s\S]*<sha256>0707/)
  })

  test('a PDF signed inside, a detached signature over XML or PDF, each of a person whom a trusted authority certified', async () => {
    const inside = await judge(await signedBy(signer))
    assert.ok(inside.ok, JSON.stringify(inside))
    const { form: how, document, level, signer: who, isRevocationKnown, claimedAt } = inside.value
    assert.deepEqual([how, document, level, isRevocationKnown, claimedAt], ['pades', 'pdf', 'advanced', false, at.toISOString()])
    assert.deepEqual([who.name, who.issuer], ['Vesna Marinković 200012345', 'Пробно тело'])
    const overXml = await judge(await cmsOf(signer, formAsXml(form)))
    assert.ok(overXml.ok && overXml.value.form === 'cades' && overXml.value.document === 'xml')
    const pem = `-----BEGIN PKCS7-----\n${(await cmsOf(signer, await formAsPdf(form, 'en'))).toString('base64')}\n-----END PKCS7-----\n`
    const overPdf = await judge(Buffer.from(pem))
    assert.ok(overPdf.ok && overPdf.value.document === 'pdf')
  })

  test('RSA, a chain over an intermediate authority, a list of revoked certificates that does not name it, and qualified statements', async () => {
    const between = await certified({ subject: { name: 'Између' }, isCa: true }, authority)
    const qualified = await person({ rsaBits: 2048, isQualified: true, usage: 0x40 }, between)
    const file = trusting(authority.pem, await revokedBy(authority), await revokedBy(between))
    const answer = await judge(await signedBy(qualified, { others: [between] }), { file })
    assert.ok(answer.ok, JSON.stringify(answer))
    assert.deepEqual([answer.value.level, answer.value.isRevocationKnown], ['qualified', true])
  })

  test('the demo’s own authority, which another installation does not trust and which is never qualified', async () => {
    const { key, certificate } = await demoSigner({ keys }, 'Весна Маринковић')
    const text = 'spona-request-1'
    const own = { certificate: certificate.toString(), value: sign('sha256', Buffer.from(text), key).toString('base64') }
    const ask = (DEMO: boolean, of = keys) => judgeText({ keys: of, config: { SIGNATURE_TRUST: trust, DEMO } as never }, text, own, holder, at)
    const answer = await ask(true)
    assert.ok(answer.ok && answer.value.level === 'advanced' && /није квалификовано/.test(answer.value.signer.issuer))
    assert.ok(!(await ask(false)).ok)
    assert.ok(!(await ask(true, { derive: (label: string, bytes?: number) => Buffer.alloc(bytes ?? 32, `x${label}`) })).ok)
  })
})

describe('whose signature is refused', () => {
  test('another authority, one that signed itself, one that may not certify, and nobody to trust at all', async () => {
    const other = await certified({ subject: { name: 'Пробно тело' }, isCa: true }, null)
    await refused(await signedBy(await person({}, other), { others: [other] }), /no authority that is trusted/)
    await refused(await signedBy(await certified({ subject, usage: 0xc0 }, null)), /no authority that is trusted/)
    await refused(await signedBy(await person({}, signer), { others: [signer] }), /no authority that is trusted/)
    await refused(await signedBy(authority), /authority does not sign/)
    await refused(await signedBy(signer), /no authority is trusted here yet/, { file: '' })
  })

  test('a certificate that has expired, is not valid yet, was revoked, is signed with SHA-1 or has a short key', async () => {
    await refused(await signedBy(await person({ until: new Date('2026-05-05T00:00:00Z') })), /has expired/)
    await refused(await signedBy(await person({ from: new Date('2026-06-01T00:00:00Z') })), /not valid yet/)
    await refused(await signedBy(signer), /was revoked/, { file: trusting(authority.pem, await revokedBy(authority, signer)) })
    await refused(await signedBy(await person({ hash: 'SHA-1' })), /signed with SHA-1/)
    await refused(await signedBy(await person({ rsaBits: 1024 })), /fewer than 2048/)
  })

  test('somebody else, a pseudonym, another person of the name, another firm, a key that is not for signing; the answer never says a number', async () => {
    for (const [more, why, as] of [
      [{ subject: { ...subject, family: 'Маринковска', name: 'x' } }, /somebody else/],
      [{ subject: { ...subject, pseudonym: 'Вени' } }, /pseudonym/],
      [{ subject: { ...subject, serial: 'PNORS-0101985715003' } }, /another person of this name/, { ...holder, jmbg: '0202985715004' }],
      [{ subject: { ...subject, firm: 'VATRS-100000002' } }, /another firm/],
      [{ subject: { ...subject, firm: 'NTRRS-07000002' } }, /another firm/],
      [{ subject: { ...subject, firm: 'XYZ' } }, /another firm/],
      [{ subject: { ...subject, firm: 'VATRS-100000001' } }, /signs for a firm/, { ...holder, firms: null }],
      [{ usage: 0x20 }, /not for signing/],
    ] as [Partial<Wish>, RegExp, Holder?][]) {
      const given = await signedBy(await person(more))
      await refused(given, why, { as: as ?? holder })
      const answer = await judge(given, { as: as ?? holder })
      assert.ok(!answer.ok && !/\d{8,}/.test(answer.why))
    }
    for (const firm of ['VATRS-100000001', 'NTRRS-07000001']) assert.ok((await judge(await signedBy(await person({ subject: { ...subject, firm } })))).ok)
    assert.ok((await judge(await signedBy(await person({ subject: { name: 'МАРИНКОВИЋ ВЕСНА' } })))).ok)
  })
})

describe('which document is refused', () => {
  test('another one, a changed byte before or after, a page or anything after the signature, two signatures, none, SHA-1', async () => {
    const good = await signedBy(signer)
    const changed = (place: number) => Buffer.from(good.map((byte, index) => (index === place ? byte ^ 1 : byte)))
    await refused(await signedBy(signer, {}, await formAsPdf({ ...form, number: '2026-0000002' }, 'sr-Cyrl')), /not the document that was given out/)
    await refused(await cmsOf(signer, Buffer.from('<request/>')), /not the document that was given out/)
    await refused(changed(2000), /not the document that was given out/)
    await refused(changed(good.indexOf('/M (D:2026', pdf.length) + 6), /changed after it was signed/)
    await refused(Buffer.concat([good, Buffer.from('\n9 0 obj\n<< /Type /Page >>\nendobj\n')]), /added after the signature/)
    await refused(await signPdf(good, at, (bytes) => cmsOf(signer, bytes)), /more than one signature/)
    await refused(pdf, /bears no signature/)
    await refused(await signedBy(signer, { hash: 'SHA-1' }), /SHA1; SHA-256/)
    await refused(await cmsOf(signer, formAsXml(form), { second: await person() }), /more than one signature/)
    await refused(await cmsOf(signer, formAsXml(form), { isAttached: true }), /detached/)
    await refused(await cmsOf(signer, formAsXml(form), { noCertificate: true }), /certificate of the signer is not/)
  })

  test('a document that only looks signed: a drawn-over page, another page in its place, a hidden object, a script, a table that leads elsewhere', async () => {
    const root = Number(/\/Root (\d+) 0 R/.exec(pdf.toString('latin1'))?.[1])
    const page = Number(/(\d+) 0 obj\s*<<\s*\/Type \/Page\b/.exec(pdf.toString('latin1'))?.[1])
    const pageText = new RegExp(`\\n${page} 0 obj\\s*<<([\\s\\S]*?)>>\\nendobj`).exec(pdf.toString('latin1'))?.[1] as string
    const catalog = new RegExp(`\\n${root} 0 obj\\s*<<([\\s\\S]*?)>>\\nendobj`).exec(pdf.toString('latin1'))?.[1] as string
    for (const [objects, why] of [
      [{ [page]: pageText.replace(/\/Contents \d+ 0 R/, '/Contents 900 0 R'), 900: ' /Length 0 ' }, /changed before it was signed/],
      [{ [page]: `${pageText} /Contents 900 0 R` }, /changed before it was signed/],
      [{ [page]: pageText.replace(/\/MediaBox \[[^\]]*\]/, '/MediaBox [0 0 10 10]') }, /changed before it was signed/],
      [{ [page]: `${pageText} /Rotate 180` }, /changed before it was signed/],
      [{ [root]: catalog.replace(/\/Pages \d+ 0 R/, '/Pages 901 0 R') }, /changed before it was signed/],
      [{ [root]: `${catalog} /OpenAction 5 0 R` }, /does not belong .*OpenAction/],
      [{ 900: ' /S /Java#53cript /J#53 (app.alert(1)) ' }, /does not belong/],
      [{ 900: ' /Subtype /FreeText /Rect [0 0 500 500] ' }, /drawn over/],
      [{ 900: ' /Subtype /Widget /FT /Tx /Rect [0 0 50 50] ' }, /no signature/],
      [{ 900: ' /Subtype /Widget /FT /Sig /Rect [0 0 595 842] ' }, /covers the document/],
    ] as [Record<number, string>, RegExp][])
      await refused(await signedBy(signer, {}, withObjects(objects)), why)
    const field = ' /Type /Annot /Subtype /Widget /FT /Sig /T (P) /Rect [0 0 0 0] /V 901 0 R '
    await refused(await signedUpdate(signer, pdf, { 900: field }, 901, (table) => table.replace(/\/Prev \d+/, '/Prev 9')), /table of what was added/)
    const hidden = `${field}>>\nstream\n${page} 0 obj <<${pageText.replace(/\/Contents \d+/, '/Contents 7')}>>\nendstream`
    const toHidden = (table: string, text: string) =>
      table.replace('xref\n', `xref\n${page} 1\n${String(pdf.length + text.indexOf(`${page} 0 obj`)).padStart(10, '0')} 00000 n \n`)
    await refused(await signedUpdate(signer, pdf, { 900: hidden }, 901, toHidden), /changed before it was signed/)
  })

  test('the page may be written anew by a signing program as long as it stays the same', async () => {
    const page = Number(/(\d+) 0 obj\s*<<\s*\/Type \/Page\b/.exec(pdf.toString('latin1'))?.[1])
    const text = new RegExp(`\\n${page} 0 obj\\s*<<([\\s\\S]*?)>>\\nendobj`).exec(pdf.toString('latin1'))?.[1] as string
    const field = ' /Type /Annot /Subtype /Widget /FT /Sig /T (Potpis1) /Rect [300 100 500 160] '
    const given = await signedUpdate(signer, pdf, { [page]: text.replace(/\/Annots \[/, '/Annots [900 0 R '), 900: `${field}/V 901 0 R` }, 901)
    const answer = await judge(given)
    assert.ok(answer.ok, JSON.stringify(answer))
  })

  test('a file without a signature: empty, text, a package, XAdES, a picture, random bytes, a large file, hostile lengths', async () => {
    for (const [given, why] of [
      [Buffer.alloc(0), /neither/],
      [Buffer.from('здраво'), /neither/],
      [Buffer.from('PK\u0003\u0004'), /ASiC/],
      [Buffer.from('<?xml version="1.0"?><ds:Signature/>'), /XAdES/],
      [Buffer.from('\ufeff <request/>'), /XAdES/],
      [Buffer.from('89504e470d0a1a0a', 'hex'), /neither/],
      [Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), /no signed message/],
      [Buffer.alloc(20 * 1024 * 1024, 0x30), /at most 256 KB/],
      [Buffer.concat([pdf, Buffer.alloc(20 * 1024 * 1024, 0x20)]), /more than 2 MB/],
      [Buffer.from(`%PDF-1.7\n${'1 0 obj '.repeat(100_000)}`), /not the document/],
      [Buffer.concat([pdf, Buffer.from(`\n/ByteRange [0 ${pdf.length} ${pdf.length + 3} 9]`)]), /added after|every byte/],
    ] as [Buffer, RegExp][])
      await refused(given, why)
    const start = performance.now()
    const after = (junk: string) => signedUpdate(signer, Buffer.concat([pdf, Buffer.from(`\n${junk.repeat(60_000)}\n`)]), {}, 901)
    for (const junk of ['1 0 obj /Pages<< ', '1 0 obj ']) await refused(await after(junk), /rewrote/)
    for (const junk of ['<< ', '/Pages<<', '/ByteRange [', '/Subtype /Widget ']) await judge(await after(junk))
    assert.ok(performance.now() - start < 5000, 'no length makes the check slow')
  })
})

/** The form with an update before the signature: these objects, with a table of their own. */
function withObjects(objects: Record<number, string>): Buffer {
  let text = '\n'
  const places: [number, number][] = []
  for (const [number, inside] of Object.entries(objects)) {
    places.push([Number(number), pdf.length + text.length])
    text += `${number} 0 obj\n<<${inside}>>\nendobj\n`
  }
  const trailer = /trailer\s*<<([\s\S]*?)>>\s*startxref\s+(\d+)/.exec(pdf.toString('latin1')) as RegExpExecArray
  const rows = places.map(([number, place]) => `${number} 1\n${String(place).padStart(10, '0')} 00000 n \n`).join('')
  const table = `xref\n${rows}trailer\n<<${(trailer[1] as string).replace(/\/Size \d+/, '/Size 1000')} /Prev ${trailer[2]}>>\nstartxref\n${pdf.length + text.length}\n%%EOF\n`
  return Buffer.concat([pdf, Buffer.from(text + table, 'latin1')])
}
