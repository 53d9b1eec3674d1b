import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LookReport, LookReportLine } from '../identity/wire.ts'
import { looks } from './testing/fixtures.ts'
import { doctor, patient } from './testing/stage.ts'
import { axeFindsNothing, stageForFile } from './testing/visits.ts'

// "I do not know this look", for the patient and for the officer. Who gets it and who may answer is tested in src/identity/look-report.test.ts.

const site = stageForFile()
const cyrillic = /.{0,20}[Ѐ-ӿ].{0,20}/g
const own = `/identity/people/${patient.person}/look-reports`
const [, look] = looks.looks
assert.ok(look)
const report: LookReport = {
  ...{ id: 'r1', look, text: 'Тог дана нисам био код лекара.', madeAt: '2026-11-23T10:00:00.000Z', due: '2999-12-23', state: 'open' },
  ...{ finding: null, answer: null, answeredAt: null, answeredBy: null },
}
const answer = {
  finding: 'not-in-order',
  answer: 'Увид није имао основа; покренут је поступак.',
  answeredAt: '2026-11-24T10:00:00.000Z',
  answeredBy: 'Горан Чубрић',
} as const

test('a patient reports a look from its line, sees until when an answer must come, that it is late, and what was found', async () => {
  site.stage.me(patient)
  const sent: unknown[] = []
  let reports: LookReport[] = []
  site.stage.answer(own, (request, reply) => {
    if (request.method === 'GET') return { reports, canMail: true }
    sent.push(request.body)
    reports = [report]
    reply.code(201)
    return report
  })
  await site.visit('/patient/looks', { viewport: { width: 320, height: 700 } }, async (page) => {
    const line = page.locator('.look').nth(1)
    await line.getByRole('button', { name: /^Не познајем овај увид: др Јелена Марковић/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText(`установе ${look.institution}`).waitFor()
    await dialog.getByLabel('Шта желите да кажете').fill('Тог дана нисам био код лекара.')
    const mail = dialog.getByLabel('Е-пошта за обавештење')
    await mail.fill('ana@@primer')
    await axeFindsNothing(page, 'the dialog')
    await dialog.getByRole('button', { name: 'Пошаљи пријаву' }).click()
    await dialog.getByText('Ово није адреса е-поште.').waitFor()
    await mail.fill('ana@primer.rs')
    await dialog.getByRole('button', { name: 'Пошаљи пријаву' }).click()
    await dialog.waitFor({ state: 'detached' })
    assert.deepEqual(sent, [{ id: look.id, at: look.at, text: 'Тог дана нисам био код лекара.', mail: 'ana@primer.rs' }])
    await page.getByText('Пријављено 23.11.2026. Одговор мора да стигне до 23.12.2999.').waitFor()
    await line.getByText('Пријављено 23.11.2026.').waitFor()
    assert.equal(await line.getByRole('button').count(), 0, 'what is reported is not offered again')
    await axeFindsNothing(page, 'looks with a report')
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320)
    await page.locator('summary').click()
    await page.getByText('office@poverenik.rs').waitFor()
    assert.equal(await page.locator('.look').nth(2).getByRole('button').count(), 0, 'one’s own look is known')
  })
  reports = [{ ...report, due: '2026-01-01' }]
  await site.visit('/patient/looks', {}, async (page) => {
    await page.getByText(/Одговор је требало да стигне до 01\.01\.2026\./).waitFor()
  })
  reports = [{ ...report, state: 'answered', ...answer }]
  await site.visit('/patient/looks', { language: 'sr-Latn', colorScheme: 'dark' }, async (page) => {
    await page.getByText('Odgovor od 24.11.2026.: uvid nije imao osnova').waitFor()
    await page.getByText('Uvid nije imao osnova; pokrenut je postupak.').waitFor()
    assert.deepEqual((await page.locator('.look-reports').innerText()).match(cyrillic), null)
    await axeFindsNothing(page, 'an answered report')
  })
})

test('the data officer sees how many wait, reads them with their last day, and answers once', async () => {
  site.stage.me({ ...doctor, roles: ['data-officer'] })
  const line: LookReportLine = { ...report, due: '2026-11-20', person: { id: 'p1', family: 'Ђорђевић', given: 'Милан', lzb: '44021187' } }
  const sent: unknown[] = []
  let lines = [line]
  site.stage.answer('/identity/look-reports/waiting', () => ({ count: lines.filter(({ state }) => state === 'open').length, overdue: 1 }))
  site.stage.answer('/identity/look-reports', () => ({ today: '2026-11-23', lines }))
  site.stage.answer('/identity/look-reports/r1/answer', (request) => {
    sent.push(request.body)
    lines = [{ ...line, state: 'answered', ...answer }]
    return { today: '2026-11-23', lines }
  })
  await site.visit('/doctor/completeness', {}, async (page) => {
    await page.getByRole('link', { name: 'Пријаве увида (1)' }).click()
    const row = page.getByRole('row', { name: /Ђорђевић Милан/ })
    assert.match(await row.innerText(), /др Јелена Марковић[\s\S]*изабрани лекар[\s\S]*Тог дана нисам био[\s\S]*20\.11\.2026\.\s+преко рока/)
    await axeFindsNothing(page, 'the list of the officer')
    await row.getByRole('button').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Одговори' }).click()
    assert.equal(await dialog.getByText('Попуните ово поље.').count(), 2)
    await dialog.getByLabel('Налаз').selectOption('not-in-order')
    await dialog.getByLabel('Образложење за пацијента').fill(answer.answer)
    await dialog.getByRole('button', { name: 'Одговори' }).click()
    await page.getByText('увид није имао основа: Увид није имао основа').waitFor()
    assert.equal(await row.getByRole('button').count(), 0)
  })
  assert.deepEqual(sent, [{ finding: 'not-in-order', text: answer.answer }])
  await site.visit('/doctor/look-reports', { language: 'en', viewport: { width: 320, height: 700 } }, async (page) => {
    await page.getByText('the look had no basis').waitFor()
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320)
    await axeFindsNothing(page, 'answered, in English')
  })
})

test('who is no data officer reads in their own language for whom the reports are', async () => {
  site.stage.me(doctor)
  site.stage.answer('/identity/look-reports', (_, reply) => {
    reply.code(403)
    return { reason: 'Reports of looks are for the data officer of an institution.', opens: [] }
  })
  await site.visit('/doctor/look-reports', {}, async (page) => {
    await page.getByText('Пријаве увида чита лице за заштиту података установе.').waitFor()
    assert.equal(await page.getByText('Reports of looks').count(), 0)
  })
})
