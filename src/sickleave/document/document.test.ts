import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { readFileSync } from 'node:fs'
import * as pki from 'pkijs'
import { forFile } from '../../testing/for-file.ts'
import { pdfText } from '../leak/pdf-text.ts'
import { withoutSeal } from '../leak/without-seal.ts'
import { type LeaveTown, startLeaveTown, type Worker } from '../../testing/sickleave.ts'
import { fitsSchema } from '../../testing/xsd.ts'
import { readCode, spacedCode } from '../../platform/letter-code.ts'
import { codeOf } from './code.ts'
import { runsOf } from './fonts.ts'
import { sealOf, signDetached } from './seal.ts'

const file = forFile()
let town: LeaveTown
let person: Worker
let leave: string
let paper: { number: string; version: number }
const of = (form: string, language = 'sr-Cyrl', { number, version } = paper) =>
  `/sickleave/mine/${leave}/documents/${number}/${version}/${form}?language=${language}`
const bytes = async (account: string, url: string) => {
  const { cookie, csrf } = await town.cookie(account)
  const answer = await town.app.inject({ url, headers: { cookie, 'x-spona-csrf': csrf } })
  return { status: answer.statusCode, body: answer.rawPayload, type: answer.headers['content-type'], text: answer.body }
}

before(async () => {
  town = await startLeaveTown(file)
  person = await town.worker([{ employer: town.employers[0]?.id as number }])
  const body = { from: '2026-03-02', until: '2026-03-25', reason: '01', diagnosis: 'C50.9', note: 'терапија у току' }
  const opened = await town.as(town.doctor)('POST', `/sickleave/people/${person.handle}/leaves`, body)
  leave = opened.body.id
  paper = opened.body.documents[0]
})

/** Whether the signature of a sealed PDF is one over exactly these bytes. */
async function sealHolds(pdf: Buffer): Promise<boolean> {
  const [, a = 0, b = 0, c = 0, d = 0] = (/\/ByteRange \[(\d+) (\d+) (\d+) (\d+)/.exec(pdf.toString('latin1')) ?? []).map(Number)
  assert.equal(c + d, pdf.length, 'every byte but the signature itself is covered')
  const hex = pdf.subarray(b + 1, c - 1).toString('latin1')
  const signed = Buffer.concat([pdf.subarray(a, a + b), pdf.subarray(c, c + d)])
  return isSignedBy(Buffer.from(hex, 'hex'), signed)
}

async function isSignedBy(cms: Buffer, signed: Buffer): Promise<boolean> {
  const seal = await sealOf(town.world)
  const content = pki.ContentInfo.fromBER(new Uint8Array(cms).buffer)
  const data = new pki.SignedData({ schema: content.content })
  const own = data.certificates?.[0] as pki.Certificate
  assert.deepEqual(Buffer.from(own.toSchema().toBER()), seal.certificate)
  return data.verify({ signer: 0, data: new Uint8Array(signed).buffer }).catch(() => false)
}

describe('documents', () => {
  test('the certificate is a tagged PDF in three languages that says what the employer may know, sealed over every byte', async () => {
    const texts: string[] = []
    for (const language of ['sr-Cyrl', 'sr-Latn', 'en']) {
      const { status, body, type } = await bytes(person.account, of('pdf', language))
      assert.deepEqual([status, type], [200, 'application/pdf'])
      assert.ok(await sealHolds(body), language)
      const raw = body.toString('latin1')
      for (const mark of ['/MarkInfo', '/StructTreeRoot', `/Lang (${language})`, 'ETSI.CAdES.detached', '/DisplayDocTitle true'])
        assert.ok(raw.includes(mark), `${language} ${mark}`)
      texts.push(pdfText(body))
    }
    const [cyrillic = '', latin = '', english = ''] = texts
    assert.match(cyrillic, /Потврда о наступању привремене спречености за рад.*Дом здравља Пробни.*Ана Петровић.*„Зупчаник“/s)
    assert.match(latin, /Potvrda o nastupanju.*Dom zdravlja Probni.*Ana Petrović.*2\. 3\. 2026\..*nije kvalifikovan/s)
    assert.match(english, /Certificate of the onset.*not a qualified one/s)
    for (const text of texts) {
      assert.ok(text.includes(person.jmbg) && text.includes(paper.number))
      for (const secret of ['C50', 'терапија', 'Вера', 'Лукић', 'онколог', 'Служба']) assert.ok(!text.includes(secret), secret)
    }
    const { body } = await bytes(person.account, of('pdf'))
    const place = body.indexOf('/Title')
    body[place + 10] = (body[place + 10] as number) ^ 1
    assert.equal(await sealHolds(body), false, 'a changed letter breaks the seal')
  })

  test('the XML says the same, and its seal is checked over the bytes of the content', async () => {
    const { text } = await bytes(person.account, of('xml'))
    await fitsSchema(text, readFileSync('docs/reference/sickleave-document.xsd', 'utf8'))
    const content = /<content>[\s\S]*<\/content>/.exec(text)?.[0] as string
    const seal = Buffer.from(/<seal encoding[^>]*>([^<]+)</.exec(text)?.[1] as string, 'base64')
    assert.ok(await isSignedBy(seal, Buffer.from(content)))
    assert.equal(await isSignedBy(seal, Buffer.from(content.replace('2026-03-25', '2026-04-25'))), false)
    assert.match(content, /<pib>100000001<\/pib>[\s\S]*<cause>illness<\/cause>/)
    assert.ok(!withoutSeal(text).includes('C50'))
  })

  test('the code on the paper is found genuine by anybody, void after a correction, and a guess is unknown; nothing more is said', async () => {
    const code = codeOf(town.world, paper)
    assert.match(pdfText((await bytes(person.account, of('slip'))).body), new RegExp(spacedCode(code)))
    const ask = async (typed: string) => (await town.app.inject({ url: `/check/${encodeURIComponent(typed)}`, headers: { accept: 'application/json' } })).json()
    const genuine = { state: 'genuine', kind: 'certificate', ending: paper.number.slice(-4) }
    assert.deepEqual(await ask(code), genuine)
    assert.deepEqual(await ask(spacedCode(code).toUpperCase().replaceAll('0', 'O').replaceAll('1', 'l')), genuine)
    for (const wrong of [`${code.slice(0, -1)}${code.endsWith('0') ? '2' : '0'}`, paper.number, '', "'or 1=1", 'x'.repeat(500)])
      assert.equal((await ask(wrong)).state ?? 'unknown', 'unknown', wrong)
    const page = await town.app.inject({ url: `/check/${code}`, headers: { accept: 'text/html' } })
    assert.match(page.body, /Документ је исправан[\s\S]*Dokument je ispravan[\s\S]*The document is genuine/)
    for (const secret of ['Петровић', 'Зупчаник', '2026-03', paper.number, code]) assert.ok(!page.body.includes(secret), secret)
    const correction = { from: '2026-03-02', until: '2026-03-20', reason: '01', diagnosis: 'C50.9', why: 'погрешан дан' }
    const corrected = await town.as(town.doctor)('POST', `/sickleave/people/${person.handle}/leaves/${leave}/correction`, correction)
    assert.equal(corrected.status, 200, corrected.text)
    assert.equal((await ask(code)).state, 'void')
    assert.match(pdfText((await bytes(person.account, of('pdf'))).body), /ПОНИШТЕН/)
    assert.equal((await ask(codeOf(town.world, { ...paper, version: 2 }))).state, 'genuine')
  })

  test('who asks for codes faster than a person with papers is told to wait', async () => {
    let last = 200
    for (let at = 0; at < 60 && last === 200; at++) last = (await town.app.inject({ url: '/check/nothing', remoteAddress: '10.1.2.3' })).statusCode
    assert.equal(last, 429)
  })

  test('a report says who pays which days; the doctor and the employer get their files, a stranger and the other employer do not', async () => {
    const at = `/sickleave/people/${person.handle}/leaves/${leave}`
    const reported = await town.as(town.doctor)('POST', `${at}/report`, { until: '2026-03-05' })
    const report = reported.body.documents.at(-1)
    const text = pdfText((await bytes(town.doctor, `${at}/documents/${report.number}/${report.version}/pdf`)).body)
    assert.match(text, /дознака[\s\S]*65%[\s\S]*послодавца/)
    const clerk = await town.clerk(0)
    const [event] = (await town.as(clerk)('GET', '/sickleave/employer/100000001/leaves')).body.events
    const file = `/sickleave/employer/100000001/leaves/${event.leave}/documents/${report.number}/${report.version}/pdf`
    const theirs = await bytes(clerk, file)
    assert.ok(theirs.status === 200 && (await sealHolds(theirs.body)))
    const other = await town.clerk(1)
    assert.equal((await bytes(other, file)).status, 403)
    assert.equal((await bytes(other, file.replace('100000001', '100000002'))).status, 404)
    const stranger = await town.worker([])
    assert.equal((await bytes(stranger.account, of('pdf'))).status, 404)
    for (const form of ['exe', '..%2f', 'PDF']) assert.equal((await bytes(person.account, of(form))).status, 404, form)
    assert.equal((await bytes(person.account, of('pdf', 'fr'))).status, 400)
  })

  test('a signature is one over exactly what was signed, letters that no face has are said so, and a code is read as people type it', async () => {
    const seal = await sealOf(town.world)
    const cms = await signDetached(seal, Buffer.from('ово'))
    assert.deepEqual([await isSignedBy(cms, Buffer.from('ово')), await isSignedBy(cms, Buffer.from('оно'))], [true, false])
    assert.deepEqual(runsOf('Ђ č 漢'), [
      { face: 'cyrillic', text: 'Ђ ' },
      { face: 'extended', text: 'č ' },
      { face: 'latin', text: '?' },
    ])
    assert.equal(readCode('too short'), null)
  })
})
