import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import type { Leaves, LeaveView, OpenLeave, Preview, SigningKeys } from '../sickleave/wire.ts'
import { dayField, dayShown, typeDay } from './testing/days.ts'
import { doctor } from './testing/stage.ts'
import { leaveAnswers } from './testing/leave-fixtures.ts'
import { axeFindsNothing, stageForFile } from './testing/visits.ts'

// The doctor's form of a leave in real Chromium on invented answers: the mistakes of a tired doctor. The server's answers are tested in src/sickleave.

const site = stageForFile()
const own = '/sickleave/people/p1/leaves'
const known = leaveAnswers['/sickleave/mine'] as Leaves
const opened = { ...(known.leaves[0] as LeaveView), id: 'new', status: 'opened' as const }
const preview: Preview = {
  ...{ suggestedReason: '01', suggestedException: null, suggestedUntil: '2026-06-07', standardDays: 5, isUnverified: false },
  ...{ doctorUntil: '2026-07-02', commissionFrom: '2026-07-03', isProposal: false, employers: 1, explanation: [] },
}
type Opening = OpenLeave & { id: string }

/** Prepares the answers that this form needs. `open` answers each request to open a leave; the returned list collects the openings that were sent. */
function ready(open: (body: Opening) => { code: number; answer: unknown }, leaves: LeaveView[] = []): Opening[] {
  const sent: Opening[] = []
  const keys: SigningKeys['keys'] = []
  site.stage.me(doctor)
  site.stage.answer('/record/people/p1/visit', () => ({ visit: null, diagnoses: [] }))
  site.stage.answer('/sickleave/people/p1/preview', () => preview)
  site.stage.answer('/sickleave/signature', (request) => {
    const { publicKey } = (request.body ?? {}) as { publicKey?: Record<string, string> }
    if (publicKey) {
      const { crv, kty, x, y } = publicKey
      const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
      keys.push({ kid, until: new Date(Date.now() + 3_600_000).toISOString() } as SigningKeys['keys'][number])
    }
    return { now: new Date().toISOString(), keys }
  })
  site.stage.answer(own, (request, reply) => {
    if (request.method === 'GET') return { ...known, today: '2026-06-03', leaves }
    const [, payload = ''] = (request.body as { signed: string }).signed.split('.')
    const { body } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { body: Opening }
    sent.push(body)
    const { code, answer } = open(body)
    reply.code(code)
    return answer
  })
  return sent
}
const refused = (diagnostics: string, expression: string, text: string) => ({
  code: 422,
  answer: { issue: [{ severity: 'error', diagnostics, expression: [expression], details: { text } }] },
})
const press = (page: Page, name = 'Отвори боловање') => page.getByRole('button', { name }).click()

test('what is wrong with a leave is said at the field where it happened, in the reader’s language, and nothing typed is lost', async () => {
  const sent = ready(() => refused('лекар може да оцени до 02.07.2026.', 'until', 'Остатак предложите комисији.'))
  await site.visit('/doctor/people/p1/leave', {}, async (page) => {
    const diagnosis = page.getByLabel('Дијагноза (МКБ-10)')
    await diagnosis.fill('54')
    await press(page)
    await page.getByText(/^Упишите шифру МКБ-10/).waitFor()
    assert.equal(await diagnosis.evaluate((one) => one === one.ownerDocument.activeElement), true)
    assert.equal(sent.length, 0)
    await diagnosis.fill('m54.5')
    await page.getByText('Уобичајено трајање је 5 дана').waitFor()
    assert.equal(await dayShown(dayField(page, 'Очекивани последњи дан')), '07.06.2026.')
    assert.equal(await page.getByRole('button', { name: '5 дана' }).getAttribute('aria-pressed'), 'true')
    await page.getByRole('button', { name: '10 дана' }).click()
    await page.keyboard.press('Control+Enter')
    const until = dayField(page, 'Очекивани последњи дан')
    await page.getByText('Захтев није прихваћен: лекар може да оцени до 02.07.2026. Остатак предложите комисији.').waitFor()
    const day = until.getByRole('spinbutton').first()
    assert.equal(await day.getAttribute('aria-invalid'), 'true')
    const said = page.locator('#leave-until-error')
    assert.match((await day.getAttribute('aria-describedby')) ?? '', /leave-until-error/)
    assert.equal(await said.innerText(), 'Лекар може да оцени до 02.07.2026. Остатак предложите комисији.')
    assert.deepEqual([await diagnosis.inputValue(), await dayShown(until)], ['M54.5', '12.06.2026.'])
    await axeFindsNothing(page, 'a refused leave')
  })
  assert.deepEqual(
    sent.map(({ diagnosis, from, until }) => [diagnosis, from, until]),
    [['M54.5', '2026-06-03', '2026-06-12']],
  )
})

test('a session that ends over a half-filled leave loses nothing, and two presses are one leave', async () => {
  let isOver = true
  const sent = ready(() =>
    isOver ? { code: 401, answer: { issue: [{ severity: 'error', diagnostics: 'the session is over' }] } } : { code: 201, answer: opened },
  )
  await site.visit('/doctor/people/p1/leave', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }, async (page) => {
    await page.getByLabel('Дијагноза (МКБ-10)').fill('J06.9')
    await page.getByText('Уобичајено трајање је 5 дана').waitFor()
    await press(page)
    await page.getByText('Пријава је истекла').waitFor()
    assert.equal(await page.getByLabel('Дијагноза (МКБ-10)').inputValue(), 'J06.9')
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 390)
    await axeFindsNothing(page, 'the session is over', { rules: 'contrast' })
    isOver = false
    await page.getByRole('button', { name: 'Отвори боловање' }).dblclick()
    const told = page.getByText('Боловање је отворено. Послодавац је обавештен.')
    await told.waitFor()
    assert.equal(await told.evaluate((one) => one === one.ownerDocument.activeElement), true, 'the focus is where it is said')
  })
  assert.equal(new Set(sent.map(({ id }) => id)).size, 1, 'every try has the same id')
  assert.equal(sent.length, 2)
})

test('where only the commission may open it the one button proposes it, and says that nothing leaves before the decision', async () => {
  const sent = ready(() => ({ code: 201, answer: { ...opened, status: 'referred' } }))
  site.stage.answer('/sickleave/people/p1/preview', () => ({ ...preview, isProposal: true }))
  await site.visit('/doctor/people/p1/leave', { language: 'en' }, async (page) => {
    await page.getByLabel('Diagnosis (ICD-10)').fill('M54.5')
    await page.getByText('Only the commission may open this leave').waitFor()
    await press(page, 'Propose it to the commission')
    await page.getByText('The proposal is with the commission.').waitFor()
  })
  assert.deepEqual(
    sent.map(({ propose }) => propose),
    [true],
  )
})

test('days that turn round, or that another leave has, are told before anybody signs, and nothing is previewed of them', async () => {
  const closed = { ...opened, id: 'l9', status: 'closed' as const, from: '2026-06-10', until: '2026-06-12' }
  const sent = ready(() => ({ code: 201, answer: opened }), [closed])
  await site.visit('/doctor/people/p1/leave', {}, async (page) => {
    await page.getByLabel('Дијагноза (МКБ-10)').fill('M54.5')
    await page.getByText('Уобичајено трајање је 5 дана; можете га изменити.').waitFor()
    const until = dayField(page, 'Очекивани последњи дан')
    await typeDay(until, '1.6.2026')
    await page.locator('#leave-until-error').filter({ hasText: 'Последњи дан је пре првог дана.' }).waitFor()
    await page.getByText('Уобичајено трајање').waitFor({ state: 'detached' })
    await press(page)
    assert.equal(await until.evaluate((one) => one.contains(one.ownerDocument.activeElement)), true)
    await typeDay(until, '10.6.2026')
    await page.locator('#leave-from-error').filter({ hasText: 'покрива дане од 10.06.2026. до 12.06.2026. Почните после њега.' }).waitFor()
    await press(page)
    assert.equal(await page.getByLabel('Лозинка').count(), 0)
    await typeDay(until, '09.06.2026')
    await page.getByText('Уобичајено трајање').waitFor()
  })
  assert.equal(sent.length, 0)
})

test('whose leave is signed stands above the form and stays there, name, birth, sex and number', async () => {
  ready(() => ({ code: 201, answer: opened }))
  await site.visit('/doctor/people/p1/leave', { viewport: { width: 1280, height: 600 } }, async (page) => {
    const banner = page.locator('.banner')
    await banner.waitFor()
    assert.match((await banner.innerText()).replace(/\s+/g, ' '), /Марић Јелена .*17\.02\.1979\. \(47 год\.\).*Пол женски ЛЗБ 44021187/)
    await page.evaluate('scrollTo(0, document.body.scrollHeight)')
    assert.equal((await banner.boundingBox())?.y, 0)
    await page.getByLabel('Дијагноза (МКБ-10)').focus()
    const field = await page.getByLabel('Дијагноза (МКБ-10)').boundingBox()
    const head = await banner.boundingBox()
    assert.ok(field && head && field.y >= head.height, 'the banner covers no field that has the focus')
    await axeFindsNothing(page, 'the banner of a leave')
  })
})

test('the English dialog that voids a leave has another word for each of its buttons', async () => {
  ready(() => ({ code: 201, answer: opened }), [opened])
  await site.visit('/doctor/people/p1/leave', { language: 'en' }, async (page) => {
    await page.getByRole('button', { name: 'Void the leave' }).click()
    const dialog = page.getByRole('dialog', { name: 'Void the leave' })
    assert.deepEqual(await dialog.getByRole('button').allInnerTexts(), ['Void the leave', 'Keep it'])
  })
})

test('a nurse is not offered the leave of a person, and its address says who opens it', async () => {
  ready(() => ({ code: 201, answer: opened }))
  site.stage.me({ ...doctor, roles: ['nurse'] })
  const denied = { reason: 'ова радња није за Вашу улогу', opens: [] }
  for (const address of [own, '/sickleave/due', '/sickleave/offline'])
    site.stage.answer(address, (_request, reply) => {
      reply.code(403)
      return { issue: [{ diagnostics: denied.reason }], ...denied }
    })
  await site.visit('/doctor/people/p1', {}, async (page) => {
    await page.locator('#patient-name').waitFor()
    assert.equal(await page.getByRole('link', { name: 'Боловање' }).count(), 0)
    await page.goto(`${site.stage.url}/doctor/people/p1/leave`)
    await page.getByRole('heading', { level: 1, name: 'Боловање отвара лекар' }).waitFor()
    await page.getByRole('link', { name: 'Назад на картон' }).waitFor()
    await page.goto(`${site.stage.url}/doctor/reports`)
    await page.getByRole('heading', { level: 1, name: 'Дознаке издаје лекар' }).waitFor()
    await page.getByRole('navigation').getByRole('link', { name: 'Потпуност' }).waitFor()
  })
  site.stage.answer('/sickleave/due', null)
  site.stage.answer('/sickleave/offline', null)
})

test('the link to the leave of a person leads the focus to its heading', async () => {
  ready(() => ({ code: 201, answer: opened }))
  await site.visit('/doctor/people/p1', {}, async (page) => {
    await page.getByRole('link', { name: 'Боловање' }).click()
    const title = page.getByRole('heading', { level: 1, name: 'Боловање: ' })
    await title.and(page.locator(':focus')).waitFor()
  })
})
