import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { addMember } from '../sickleave.ts'
import { approvedLeave, evidence, monthsBefore, reportOf } from '../../testing/approved-leave.ts'
import { certified, cmsOf, type Holds } from '../../testing/document-signer.ts'
import { forFile } from '../../testing/for-file.ts'
import { type LeaveTown, startLeaveTown, type Worker } from '../../testing/sickleave.ts'
import { pdfText } from '../leak/pdf-text.ts'
import { signPdf } from '../signed/sign-pdf.ts'

let town: LeaveTown
let person: Worker
let signer: string
let request: string
let holder: Holds
let folder: string
const firm = () => town.employers[0] as { id: number; pib: string }
const at = (path = '') => `/sickleave/employer/${firm().pib}/requests${path}`

const file = forFile()
before(async () => {
  town = await startLeaveTown(file)
  person = await town.worker([{ employer: firm().id }])
  signer = await member('Весна Маринковић', 'signer')
  const { url } = await approvedLeave(town, person)
  await reportOf(town, url)
  town.at('2026-05-06T08:00:00Z')
  const clerk = town.as(signer)
  const { body: known } = await clerk('GET', `/sickleave/employer/${firm().pib}/leaves`)
  const wish = { kind: 'compensation', leave: known.events[0].leave, from: '2026-04-01', until: '2026-04-20', payoutDay: '2026-05-05', account: '840-4848-37' }
  request = (await clerk('POST', at(), { ...wish, monthsWithoutWage: monthsBefore })).body.id
  folder = mkdtempSync(join(tmpdir(), 'spona-trust-'))
  const authority = await certified({ subject: { name: 'Пробно тело' }, isCa: true }, null)
  holder = await certified({ subject: { name: 'Vesna Marinković', family: 'Marinković', given: 'Vesna' }, usage: 0xc0 }, authority)
  writeFileSync(join(folder, 'trust.pem'), authority.pem)
  Object.assign(town.world.config, { SIGNATURE_LEVEL: 'advanced', SIGNATURE_TRUST: join(folder, 'trust.pem') })
})
after(() => rmSync(folder, { recursive: true }))

async function member(name: string, role: 'signer' | 'viewer'): Promise<string> {
  const id = await town.account(['employer'], { name })
  await town.world.sql.begin((tx) =>
    addMember(tx, { member: id, employer: firm().id, pib: firm().pib, name: 'x', role, at: new Date('2020-01-01T00:00:00Z'), personName: name }),
  )
  return id
}
const bytes = async (account: string, url: string) => {
  const { cookie, csrf } = await town.cookie(account)
  const answer = await town.app.inject({ url, headers: { cookie, 'x-spona-csrf': csrf } })
  return { status: answer.statusCode, body: answer.rawPayload, type: answer.headers['content-type'] }
}
const attach = (kind: string) => town.as(signer)('POST', at(`/${request}/evidence`), evidence(kind))
const send = (account: string, signed: Buffer) => town.as(account)('POST', at(`/${request}/submission`), { signed: signed.toString('base64') })

test('a request is given out to be signed when nothing is missing, and to its own side only', async () => {
  assert.equal((await bytes(signer, at(`/${request}/form.pdf`))).status, 409)
  await attach('tax-return')
  await attach('account-contract')
  const pdf = await bytes(signer, at(`/${request}/form.pdf`))
  assert.deepEqual([pdf.status, pdf.type], [200, 'application/pdf'])
  assert.match(pdfText(pdf.body), /Захтев за накнаду зараде[\s\S]*Ана Петровић[\s\S]*Потписом потврђујем/)
  assert.match((await bytes(signer, at(`/${request}/form.xml`))).body.toString(), /<from>2026-04-01<\/from>/)
  assert.equal((await bytes(signer, at(`/${request}/form.docx`))).status, 404)
  assert.equal((await bytes(signer, at(`/${request}/form.pdf?language=de`))).status, 400)
  assert.equal((await bytes(await town.clerk(1, 'signer'), at(`/${request}/form.pdf`))).status, 403)
  assert.equal((await bytes(signer, at(`/${request}/signed`))).status, 404)
})

test('without a signature, with one of somebody else, over what it was before, or of 20 MB it is refused by a sentence, and stays a draft', async () => {
  const form = async () => (await bytes(signer, at(`/${request}/form.pdf`))).body
  const signed = async () => signPdf(await form(), town.world.now(), (covered) => cmsOf(holder, covered))
  const plain = await town.as(signer)('POST', at(`/${request}/submission`), {})
  assert.deepEqual([plain.status, plain.body.issue[0].diagnostics], [422, 'this request needs your own electronic signature'])
  const before = await signed()
  await attach('statement')
  const stale = await send(signer, before)
  assert.deepEqual([stale.status, stale.body.issue[0].expression[0]], [422, 'signed'])
  assert.match(stale.body.issue[0].diagnostics, /not the document that was given out/)
  assert.match((await send(await member('Раде Кнежевић', 'signer'), await signed())).body.issue[0].diagnostics, /somebody else/)
  assert.equal((await send(await member('Весна Маринковић', 'viewer'), await signed())).status, 403)
  const large = await send(signer, Buffer.alloc(20 * 1024 * 1024, 0x30))
  assert.ok(large.status === 400 || large.status === 413, large.text)
  assert.equal((await town.as(signer)('POST', at(`/${request}/submission`), { signed: 'није base64' })).status, 400)
  town.world.config.SIGNATURE_LEVEL = 'qualified'
  assert.match((await send(signer, await signed())).body.issue[0].diagnostics, /qualified signature is needed/)
  town.world.config.SIGNATURE_LEVEL = 'advanced'
  assert.equal((await town.as(signer)('GET', at(`/${request}`))).body.state, 'draft')
})

test('what was signed is kept as it came, shown with who signed and who vouches, read by the requester, the person and the Fund, and by nobody else', async () => {
  const form = (await bytes(signer, at(`/${request}/form.pdf?language=en`))).body
  const signed = await signPdf(form, town.world.now(), (covered) => cmsOf(holder, covered))
  const answer = await send(signer, signed)
  assert.equal(answer.status, 200, answer.text)
  const { signature, state } = answer.body
  assert.deepEqual(
    [state, signature.level, signature.isQualified, signature.signer.name, signature.signer.issuer],
    ['submitted', 'advanced', false, 'Vesna Marinković', 'Пробно тело'],
  )
  assert.equal((await send(signer, signed)).body.steps.length, answer.body.steps.length, 'a double press is one submission')
  const kept = await bytes(signer, at(`/${request}/signed`))
  assert.ok(kept.body.equals(signed) && kept.type === 'application/pdf')
  assert.ok((await bytes(person.account, `/sickleave/mine/requests/${request}/signed`)).body.equals(signed))
  const fund = await town.account(['fund'], { name: 'Фонд' })
  assert.ok((await bytes(fund, `/sickleave/fund/requests/${request}/signed`)).body.equals(signed))
  assert.equal((await bytes(await town.clerk(1, 'signer'), at(`/${request}/signed`))).status, 403)
  assert.equal((await bytes(town.doctor, `/sickleave/fund/requests/${request}/signed`)).status, 403)
  assert.equal((await bytes(signer, at(`/${request}/form.pdf`))).status, 409, 'nothing to sign any more')
  const { body: opened } = await town.as(fund)('GET', `/sickleave/fund/requests/${request}`)
  assert.equal(opened.request.signature.signer.name, 'Vesna Marinković')
  const claimed = await town.as(fund)('POST', `/sickleave/fund/requests/${request}/claim`, {})
  assert.equal(claimed.status, 200, claimed.text)
})
