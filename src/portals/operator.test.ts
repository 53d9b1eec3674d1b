import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { until } from '../testing/process.ts'
import { busOverview, operator, operatorAnswers, operatorPages } from './testing/operator-fixtures.ts'
import { doctor } from './testing/stage.ts'
import { axeFindsNothing, stageForFile } from './testing/visits.ts'

// The operator's pages in real Chromium on invented answers. The server's answers are tested in src/bus/operator.

const site = stageForFile()
const cyrillic = /.{0,20}[Ѐ-ӿ].{0,20}/g

function asOperator(): void {
  site.stage.me(operator)
  for (const [address, answer] of Object.entries(operatorAnswers)) site.stage.answer(address, () => answer)
}
const arrived = (page: Page) => page.locator('.work-page :is(.lines-table, .way, .body-text)').first().waitFor()

test('axe finds nothing on any page of the operator, nor in the dialog, light and dark, and nothing scrolls sideways at 320 px', async () => {
  asOperator()
  for (const path of operatorPages) {
    await site.visit(path, {}, async (page) => {
      await arrived(page)
      await axeFindsNothing(page, path)
    })
  }
  await site.visit('/operator/contracts', { colorScheme: 'dark' }, async (page) => {
    await page.getByRole('button', { name: /^Одобри/ }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Одобри' }).click()
    await page.getByText('Попуните ово поље.').first().waitFor()
    await axeFindsNothing(page, 'dialog with errors')
  })
  await site.visit('/operator/', {}, async (page) => {
    const part = page.getByRole('region', { name: 'Обавештења послодавцима' })
    await part.getByText(/^Сервер за пошту одбија \(550\), од .*Адреса: 3, чека вести: 41\.$/).waitFor()
    await part.getByText(/^Адреса одговара грешком 503, од /).waitFor()
    await part.getByText(/^Адреса не одговара, од .*Одустали смо/).waitFor()
  })
  for (const path of ['/operator/', '/operator/members/bolnica-nis']) {
    await site.visit(path, { viewport: { width: 320, height: 700 } }, async (page) => {
      await arrived(page)
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320, path)
    })
  }
})

test('the first page refreshes by itself, keeps what it knows when the centre falls silent, and stops when it is told to', async () => {
  asOperator()
  let rounds = 0
  site.stage.answer('/bus/operator/overview', (_request, reply) => {
    rounds++
    if (rounds === 2) return reply.code(503).send({ resourceType: 'OperationOutcome', issue: [] })
    return { ...busOverview, contractsWaiting: 40 + rounds }
  })
  await site.visit('/operator/', {}, async (page) => {
    await page.getByRole('link', { name: '41 уговор чека' }).waitFor()
    await page.getByText(/Подаци су стари \d+ s/).waitFor()
    assert.ok(await page.getByRole('link', { name: '41 уговор чека' }).isVisible())
    await page.getByRole('link', { name: '43 уговора чека' }).waitFor()
    await page.getByRole('button', { name: 'Заустави освежавање' }).click()
    await page.getByRole('button', { name: 'Освежавај' }).waitFor()
  })
})

test('a decision asks for its number and a reason, sends both, and keeps what was typed when it is refused', async () => {
  asOperator()
  const asked: unknown[] = []
  const steps = '/bus/operator/members/bolnica-nis/steps'
  site.stage.answer(steps, (request, reply) => {
    asked.push(request.body)
    if (asked.length > 1) return { code: 'bolnica-nis', state: 'suspended' }
    const issue = [{ severity: 'error', code: 'conflict', diagnostics: 'from revoked there is no step to suspended' }]
    return reply.code(409).send({ resourceType: 'OperationOutcome', issue })
  })
  await site.visit('/operator/members/bolnica-nis', { language: 'en' }, async (page) => {
    await page.getByRole('button', { name: 'Suspend' }).click()
    await page.getByLabel('Number of the decision').fill('451-9/2026')
    await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click()
    await page.getByText('Fill this in.').waitFor()
    await page.getByLabel('Reason').fill('contract ended')
    await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click()
    await page.getByText('from revoked there is no step to suspended').waitFor()
    assert.equal(await page.getByLabel('Reason').inputValue(), 'contract ended')
    await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    assert.deepEqual(asked, [
      { to: 'suspended', decision: '451-9/2026', reason: 'contract ended' },
      { to: 'suspended', decision: '451-9/2026', reason: 'contract ended' },
    ])
    assert.deepEqual((await page.locator('#content').innerText()).match(cyrillic), null)
  })
})

test('a parked message is found, its way is drawn, and it is mended or handed out again from its page', async () => {
  asOperator()
  site.stage.answer('/bus/operator/replays', (request) => ((request.body as { reason: string }).reason === 'шифра је додата' ? { replayed: 1 } : null))
  await site.visit('/operator/messages?state=parked', {}, async (page) => {
    await page.getByRole('link', { name: 'nalaz-000123' }).click()
    const way = page.locator('section', { has: page.getByRole('heading', { name: 'Пут' }) })
    await way.waitFor()
    const text = await way.innerText()
    for (const stop of ['примљена и уписана', 'предата примаоцу', '4 покушаја', 'шифра није позната', 'запечаћена печатом 4.710'])
      assert.ok(text.includes(stop), stop)
    await page.getByRole('button', { name: 'Исправи и пошаљи: bolnica-nis' }).click()
    assert.equal(await page.getByLabel('Садржај').inputValue(), '{"code":"wrong"}')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Пошаљи поново: bolnica-nis' }).click()
    await page.getByLabel('Разлог').fill('шифра је додата')
    await page.getByRole('dialog').getByRole('button', { name: 'Пошаљи поново' }).click()
    await page.getByText('1 порука поново чека.').waitFor()
  })
})

test('a moment is written as the page writes it; another form is told at its field and not asked for', async () => {
  asOperator()
  await site.visit('/operator/messages', {}, async (page) => {
    await page.getByLabel('Од', { exact: true }).fill('јуче')
    const before = site.stage.asked.length
    await page.getByRole('button', { name: 'Тражи' }).click()
    await page.locator('#search-from-error').filter({ hasText: 'Упишите дан и време, на пример 28.11.2026. 11:00.' }).waitFor()
    assert.ok(!site.stage.asked.slice(before).some((line) => line.includes('/messages')))
    await page.getByLabel('Од', { exact: true }).fill('28.11.2026. 11:00')
    await page.getByRole('button', { name: 'Тражи' }).click()
    await page.waitForURL(/from=2026-11-28T10%3A00%3A00Z/)
    // The address changes a moment before the page is drawn anew.
    const from = page.getByLabel('Од', { exact: true })
    await until('it stays as it is written here', async () => (await from.inputValue()) === '28.11.2026. 11:00:00')
  })
})

test('a data officer who comes here is led to their own page, and not in a circle', async () => {
  site.stage.me({ ...doctor, roles: ['data-officer'] })
  await site.visit('/operator/', {}, async (page) => {
    const link = page.getByRole('link', { name: 'Иди на потпуност' })
    assert.equal(await link.getAttribute('href'), '/doctor/completeness')
    await page.goto(`${site.stage.url}/doctor/`)
    await page.waitForURL('**/doctor/completeness')
  })
})

test('a reader who is no operator is told so, and no data is loaded', async () => {
  site.stage.me(doctor)
  const before = site.stage.asked.length
  await site.visit('/operator/', {}, async (page) => {
    await page.getByText('Ове странице су за оператере магистрале и министарство.').waitFor()
    assert.ok(!site.stage.asked.slice(before).some((line) => line.includes('/bus/')))
  })
})

test('empty and failed parts say what to do', async () => {
  asOperator()
  site.stage.answer('/bus/operator/overview', () => ({ ...busOverview, rates: [], queues: [], circuits: [], seal: null }))
  await site.visit('/operator/', {}, async (page) => {
    for (const words of ['није било размена', 'Ништа не чека', 'Све адресе пружалаца одговарају', 'Још ништа није запечаћено'])
      await page.getByText(words).waitFor()
  })
  site.stage.answer('/bus/operator/members', (_request, reply) => reply.code(500).header('x-correlation-id', 'ref-1').send({}))
  await site.visit('/operator/members', {}, async (page) => {
    await page.getByText(/пријавите ознаку ref-1/).waitFor()
    asOperator()
    await page.getByRole('button', { name: 'Покушај поново' }).click()
    await page.getByRole('link', { name: 'fond' }).waitFor()
  })
})
