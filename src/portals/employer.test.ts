import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import type { EmployersObjections } from '../sickleave/objection/wire.ts'
import type { RequestShown } from '../sickleave/request/wire.ts'
import type { GiveEarnings } from '../sickleave/wire.ts'
import { caseLine, clerk, draft, employerAnswers, employerPages, leave, pib, signedRequest } from './testing/employer-fixtures.ts'
import { until } from '../testing/process.ts'
import { axeFindsNothing, stageForFile } from './testing/visits.ts'

// The employer's pages in real Chromium on invented answers. The server's answers are tested in src/sickleave/employer, earnings and request.

const site = stageForFile()
const cyrillic = /.{0,20}[Ѐ-ӿ].{0,20}/g
const own = `/sickleave/employer/${pib}`

function ready(): void {
  site.stage.me(clerk)
  for (const [address, answer] of Object.entries(employerAnswers)) site.stage.answer(address, () => answer)
}
const arrived = (page: Page) => page.locator('.work-page :is(.lines-table, .leaves, .month, #earnings-file, #request-from, .calculator-form)').first().waitFor()

for (const [at, path] of employerPages.entries()) {
  test(`axe finds nothing on ${path.replace(/[0-9a-f-]{36}/g, '…')}, nothing scrolls sideways on a phone, and Latin and English are whole`, async () => {
    ready()
    const language = at % 2 === 0 ? 'sr-Latn' : 'en'
    await site.visit(path, { viewport: { width: 320, height: 700 }, colorScheme: at % 2 === 0 ? 'light' : 'dark', language }, async (page) => {
      await arrived(page)
      await axeFindsNothing(page, path)
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320, path)
      assert.deepEqual((await page.locator('#content').innerText()).match(cyrillic), null)
    })
  })
}

for (const language of ['sr-Cyrl', 'sr-Latn', 'en'] as const)
  test(`the bar of the employer’s pages is one line on an office screen (${language}), and says below that it is the demo`, async () => {
    ready()
    await site.visit('/employer/', { viewport: { width: 1280, height: 800 }, language }, async (page) => {
      await arrived(page)
      const heights = await page.evaluate(
        "[document.querySelector('.bar').offsetHeight, ...[...document.querySelector('.bar').children].map((one) => one.offsetTop)]",
      )
      const [height = 0, ...tops] = heights as number[]
      assert.ok(height <= 56 && Math.max(...tops) < 28, String(heights))
      assert.equal(await page.locator('.demo-below').isVisible(), clerk.demo)
    })
  })

test('an agency reads the requests of all its clients in one list, and what is past its last day says so in words', async () => {
  ready()
  await site.visit('/employer/requests', {}, async (page) => {
    await page.getByLabel('Послодавац').selectOption({ label: 'сви (2)' })
    const late = page.getByRole('row', { name: /2026-0000044/ })
    assert.match(await late.innerText(), /Пекара „Зрно“[\s\S]*20\.11\.2026\.\s+преко рока/)
    assert.doesNotMatch(await page.getByRole('row', { name: /2026-0000043/ }).innerText(), /преко рока/)
    await page.getByLabel('Стање').selectOption('paid')
    await late.waitFor({ state: 'detached' })
    await page.getByLabel('Послодавац').selectOption({ index: 1 })
    await page.waitForURL(/pib=\d{9}/)
    await page.getByRole('heading', { name: 'Нико није тражио' }).or(page.locator('#expected')).first().waitFor()
  })
})

test('an agency reads the objections of all its clients in one list, too, and takes one back for the client whose it is', async () => {
  ready()
  const asked: unknown[] = []
  const all = employerAnswers['/sickleave/employer/objections'] as EmployersObjections
  const [mine] = all.objections
  const at = `/sickleave/employer/${mine?.pib}/objections/${mine?.id}/withdrawal`
  site.stage.answer(at, (request) => {
    asked.push(request.body)
    site.stage.answer('/sickleave/employer/objections', () => ({
      ...all,
      objections: all.objections.map((one) => ({ ...one, state: one.id === mine?.id ? 'withdrawn' : one.state })),
    }))
    return { objections: [] }
  })
  await site.visit('/employer/objections', {}, async (page) => {
    await page.getByLabel('Послодавац').selectOption({ label: 'сви (2)' })
    const row = page.getByRole('row', { name: /П-2026-0000009/ })
    assert.match(await row.innerText(), /Пекара „Зрно“[\s\S]*усвојен/)
    assert.equal(await row.getByRole('button').count(), 0, 'what is decided is not taken back')
    await page.getByRole('button', { name: 'Повуци П-2026-0000004' }).click()
    await page.getByLabel('Разлог').fill('грешком')
    await page.getByRole('dialog').getByRole('button', { name: 'Повуци' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    assert.deepEqual(asked, [{ why: 'грешком' }])
    await page.getByText('повучен', { exact: true }).waitFor()
    await until('the focus is on the page, though the button is gone', () => page.evaluate(() => document.activeElement?.id === 'content'))
  })
})

test('an older answer of the inbox that comes late is not shown', async () => {
  ready()
  let release = () => {}
  const late = new Promise<void>((resolve) => (release = resolve))
  site.stage.answer('/sickleave/employer/search', async (request) => {
    const { text } = request.body as { text?: string }
    if (text === 'стари') await late
    return { cases: [{ ...caseLine, employee: { ...caseLine.employee, given: text ?? 'сви' } }], unread: 1, next: null }
  })
  await site.visit('/employer/', {}, async (page) => {
    await page.getByRole('link', { name: 'Ђурић сви' }).waitFor()
    const asked = page.waitForRequest((request) => request.url().endsWith('/search') && (request.postData() ?? '').includes('стари'))
    await page.getByRole('searchbox').fill('стари')
    await asked
    await page.getByRole('searchbox').fill('нови')
    await page.getByRole('link', { name: 'Ђурић нови' }).waitFor()
    release()
    await page.getByRole('link', { name: 'Ђурић нови' }).waitFor()
    assert.equal(await page.getByRole('link', { name: 'Ђурић стари' }).count(), 0)
    assert.equal(await page.getByRole('link', { name: 'Ђурић нови' }).count(), 1)
  })
})

test('a file of earnings is checked first; a row with a mistake is mended where it stands, and the whole is stored', async () => {
  ready()
  const sent: string[] = []
  const word = (sr: string, en: string) => ({ sr, srLatn: sr, en })
  site.stage.answer(`${own}/earnings`, (request) => {
    const text = (request.body as Buffer).toString()
    sent.push(`${request.url.split('?')[1]} ${text}`)
    const isBad = text.includes('120000,123')
    const errors = isBad
      ? [{ row: 3, column: 'gross', wrong: word('износ има три децимале', 'the amount has three decimals'), right: word('пишите две', 'write two') }]
      : []
    const isStored = request.url.includes('mode=all')
    return { isStored, rows: 2, people: 2, stored: isStored ? 2 : 0, unchanged: 0, errorCount: errors.length, errors }
  })
  const name = 'zarade.csv'
  const buffer = Buffer.from('jmbg;mesec;casovi;neto;bruto;datum isplate\r\n1;2026-09;174;1;2;x\r\n2;2026-09;174;1;120000,123;x\r\n')
  await site.visit('/employer/earnings', {}, async (page) => {
    await page.getByLabel('Датотека (CSV или XML)').setInputFiles({ name, mimeType: 'text/csv', buffer })
    await page.getByText('износ има три децимале').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Сачувај све' }).count(), 0, 'nothing is stored with a mistake')
    await axeFindsNothing(page, 'rows with mistakes')
    const row = page.getByLabel('3. ред')
    assert.equal(await row.inputValue(), '2;2026-09;174;1;120000,123;x')
    await row.fill('2;2026-09;174;1;120000,12;x')
    await page.getByRole('button', { name: 'Провери поново' }).click()
    await page.getByText('Све је исправно').waitFor()
    await page.getByRole('button', { name: 'Сачувај све' }).click()
    await page.getByText('Сачувано: 2').waitFor()
  })
  assert.deepEqual(
    sent.map((line) => line.split(' ')[0]),
    ['check=true', 'check=true', 'mode=all'],
  )
  assert.match(sent[2] ?? '', /120000,12;x\r\n$/)
})

test('a code of an invitation that is not valid says so, and stays in its field', async () => {
  ready()
  site.stage.answer('/sickleave/employer/invitations', (_request, reply) => {
    reply.code(404)
    return { issue: [{ severity: 'error', diagnostics: 'овај послодавац нема такав позив' }] }
  })
  await site.visit('/employer/join', {}, async (page) => {
    await page.getByRole('button', { name: 'Унеси код позива' }).click()
    await page.getByLabel('Код', { exact: false }).last().fill('xxxx-xxxx')
    await page.keyboard.press('Enter')
    await page.getByText('Такав позив не важи. Проверите код, или тражите нов.').waitFor()
    assert.equal(await page.getByLabel('Код', { exact: false }).last().inputValue(), 'xxxx-xxxx')
  })
})

test('a personal number is shown when somebody asks for it, and hidden again', async () => {
  ready()
  await site.visit(`/employer/leaves/${pib}/${leave}`, {}, async (page) => {
    await page.getByText('•••••••••5018').waitFor()
    assert.doesNotMatch(await page.locator('#content').innerText(), /1104968715018/)
    await page.getByRole('button', { name: 'Прикажи ЈМБГ' }).click()
    await page.getByText('1104968715018').waitFor()
    await page.getByRole('button', { name: 'Сакриј ЈМБГ' }).click()
    await page.getByText('•••••••••5018').waitFor()
  })
})

test('what was stored of the earnings of one person is said after the form shows it, in the reader’s way of writing', async () => {
  ready()
  const sent: unknown[] = []
  site.stage.answer(`${own}/leaves/${leave}/earnings`, (request) => {
    if (request.method === 'GET') return employerAnswers[`${own}/leaves/${leave}/earnings`]
    sent.push((request.body as GiveEarnings).rows[0])
    return { isStored: true, rows: 11, people: 1, stored: 1, unchanged: 10, errorCount: 0, errors: [] }
  })
  await site.visit(`/employer/leaves/${pib}/${leave}/earnings`, {}, async (page) => {
    const gross = page.getByLabel('Бруто, 10.2025.')
    assert.equal(await gross.inputValue(), '127.000,00')
    await gross.fill('128000')
    await page.getByRole('button', { name: 'Сачувај зараде' }).click()
    await page.getByText(/^Сачувано: 1/).waitFor()
    await until('the stored sum stands in the form', async () => (await gross.inputValue()) === '127.000,00')
    await page.getByText(/^Сачувано: 1/).waitFor()
  })
  assert.deepEqual(sent, [{ month: '2025-10', hours: '174,00', net: '91.500,00', gross: '128000', paid: '2025-10-28' }])
})

test('a session that ends in the middle of a form loses nothing: one signs in beside it and presses again', async () => {
  ready()
  let isOver = true
  const saved: unknown[] = []
  site.stage.answer(`${own}/requests/${draft.id}`, (request, reply) => {
    if (request.method === 'GET') return draft
    if (isOver) {
      reply.code(401)
      return { issue: [{ severity: 'error', diagnostics: 'the session is over' }] }
    }
    saved.push([request.headers['x-spona-csrf'], request.body])
    return { ...draft, note: 'унето' }
  })
  await site.visit(`/employer/requests/${pib}/${draft.id}`, {}, async (page) => {
    await page.getByText('Приложите извод из појединачне пореске пријаве').waitFor()
    await page.getByLabel('Напомена').fill('унето пре истека')
    await page.getByRole('button', { name: 'Сачувај нацрт' }).click()
    await page.getByText('Пријава је истекла').waitFor()
    assert.equal(await page.getByRole('link', { name: 'Пријава (нова картица)' }).getAttribute('target'), '_blank')
    assert.equal(await page.getByLabel('Напомена').inputValue(), 'унето пре истека')
    isOver = false
    site.stage.me({ ...clerk, csrf: 'next' })
    const taken = page.waitForResponse((response) => response.request().method() === 'PUT' && response.ok())
    await page.getByRole('button', { name: 'Сачувај нацрт' }).click()
    await taken
    await page.getByText('Пријава је истекла').waitFor({ state: 'detached' })
    assert.equal(saved.length, 1)
    const [csrf, body] = saved[0] as [string, { note: string; seen: number }]
    assert.deepEqual([csrf, body.note, body.seen], ['next', 'унето пре истека', 1])
    isOver = true
    site.stage.me({ ...clerk, id: 'somebody-else' })
    await page.getByRole('button', { name: 'Сачувај нацрт' }).click()
    await page.getByText('Пријава је истекла').waitFor()
    isOver = false
    await page.getByRole('button', { name: 'Сачувај нацрт' }).click()
    await page.waitForTimeout(100)
    assert.equal(saved.length, 1, 'nobody sends what another person typed')
  })
})

test('a request is completed with evidence and submitted; what is missing leads to where it is entered', async () => {
  ready()
  const acts: unknown[] = []
  site.stage.answer(`${own}/requests/${draft.id}/evidence`, (request) => {
    const { kind, type, content } = request.body as Record<string, string>
    acts.push([kind, type, Buffer.from(content ?? '', 'base64').toString()])
    // Adding evidence is a step of the request, too.
    site.stage.answer(`${own}/requests/${draft.id}`, () => ({
      ...draft,
      evidence: [{ id: 'e1', kind: 'tax-return', name: 'a.pdf', type: 'application/pdf', bytes: 8, sha256: '00', at: '2026-11-23T08:00:00.000Z' }],
      steps: [...draft.steps, { kind: 'written', at: '2026-11-23T08:01:00.000Z' }],
    }))
    return draft
  })
  site.stage.answer(`${own}/requests/${draft.id}/submission`, (request) => {
    acts.push(request.body)
    return draft
  })
  await site.visit(`/employer/requests/${pib}/${draft.id}`, { language: 'en' }, async (page) => {
    await page.getByText('Attach the extract of the individual tax return').waitFor()
    assert.equal(await page.getByRole('link', { name: 'Earnings (OZ-7)' }).getAttribute('href'), `/employer/leaves/${pib}/${leave}/earnings`)
    await page.getByLabel('Note').fill('typed before the evidence')
    const again = page.waitForResponse((response) => response.request().method() === 'GET' && response.url().endsWith(draft.id))
    await page.getByLabel(/^Attach/).setInputFiles({ name: 'a.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') })
    await again
    await page.getByText('a.pdf').waitFor()
    assert.equal(await page.getByLabel('Note').inputValue(), 'typed before the evidence')
    await page.getByRole('button', { name: 'Submit' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Submit' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })
  assert.deepEqual(acts, [['tax-return', 'application/pdf', '%PDF-1.7'], { seen: 2 }])
})

const complete: RequestShown = { ...draft, missing: [] }

test('a request is downloaded, signed elsewhere and sent back; a document that is refused stays chosen, and the right one is submitted', async () => {
  ready()
  const sent: unknown[] = []
  let shown = complete
  const form = Buffer.from('%PDF-1.7 the request')
  site.stage.answer(`${own}/requests/${draft.id}`, () => shown)
  site.stage.answer(`${own}/requests/${draft.id}/form.pdf`, (request, reply) => {
    sent.push(request.url.split('?')[1])
    reply.header('content-type', 'application/pdf').header('content-disposition', 'attachment; filename="zahtev-2026-0000031.pdf"')
    return form
  })
  site.stage.answer(`${own}/requests/${draft.id}/submission`, (request, reply) => {
    const { seen, signed } = request.body as { seen: number; signed: string }
    const text = Buffer.from(signed, 'base64').toString()
    sent.push([seen, text])
    if (!text.endsWith('signed')) {
      reply.code(422)
      return { issue: [{ severity: 'error', diagnostics: 'документ не носи потпис', expression: ['signed'] }] }
    }
    shown = signedRequest
    return shown
  })
  await site.visit(`/employer/requests/${pib}/${draft.id}`, { acceptDownloads: true }, async (page) => {
    const part = page.getByRole('region', { name: 'Потпис сопственим сертификатом' })
    const send = part.getByRole('button', { name: 'Поднеси потписано' })
    const [file] = await Promise.all([page.waitForEvent('download'), part.getByRole('link', { name: 'Преузми PDF' }).click()])
    const path = await file.path()
    assert.deepEqual([file.suggestedFilename(), readFileSync(path).equals(form)], ['zahtev-2026-0000031.pdf', true])
    await send.click()
    await part.getByText('Изаберите потписан документ.').waitFor()
    assert.equal(await part.getByLabel('Потписан документ').getAttribute('aria-invalid'), 'true')
    await part.getByLabel('Потписан документ').setInputFiles({ name: file.suggestedFilename(), mimeType: 'application/pdf', buffer: readFileSync(path) })
    await send.click()
    const refusal = part.getByRole('alert')
    await refusal.waitFor()
    assert.match(await refusal.innerText(), /документ не носи потпис/)
    assert.equal(await refusal.evaluate((one) => one === one.ownerDocument.activeElement), true)
    assert.match(await part.getByLabel('Потписан документ').inputValue(), /\S/, 'it stays chosen')
    await axeFindsNothing(page, 'a refused signature')
    await part
      .getByLabel('Потписан документ')
      .setInputFiles({ name: 'signed.pdf', mimeType: 'application/pdf', buffer: Buffer.from(`${form.toString()} signed`) })
    await send.click()
    await part.waitFor({ state: 'detached' })
    const signer = page.getByRole('region', { name: 'Потпис подносиоца' })
    assert.match(await signer.innerText(), /Сертификат гласи на\s+Весна Маринковић\s+Издавалац\s+Спона, демо тело/)
    assert.equal(await signer.getByRole('link').getAttribute('href'), `${own}/requests/${draft.id}/signed`)
  })
  assert.deepEqual(sent, ['language=sr-Cyrl', [1, form.toString()], [1, `${form.toString()} signed`]])
})

test('where a signature of one’s own is obligatory, nothing is submitted without it', async () => {
  ready()
  for (const [signatureNeeded, sentence] of [
    ['advanced', 'It is obligatory'],
    ['qualified', 'A qualified signature is obligatory'],
  ] as const) {
    site.stage.answer(`${own}/requests/${draft.id}`, () => ({ ...complete, signatureNeeded }))
    await site.visit(`/employer/requests/${pib}/${draft.id}`, { language: 'en' }, async (page) => {
      await page.getByText(sentence).waitFor()
      assert.equal(await page.getByRole('button', { name: 'Submit', exact: true }).count(), 0)
      assert.equal(await page.getByRole('button', { name: 'Submit what is signed' }).count(), 1)
    })
  }
})
