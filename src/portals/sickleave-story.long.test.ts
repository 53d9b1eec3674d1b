import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { startTellingEmployers } from '../sickleave/employer/push.ts'
import { addMember, startClocks } from '../sickleave/sickleave.ts'
import { launchBrowser } from '../testing/browser.ts'
import { type Endpoint, startEndpoint } from '../testing/endpoint.ts'
import { builtPortals } from '../testing/portals.ts'
import { startLeaveTown, type Worker } from '../testing/sickleave.ts'
import { dayField, typeDay } from './testing/days.ts'
import { as, openPage, type TownSite } from './testing/town-page.ts'

// One leave from the doctor's first key press to the employee's money, in Chromium on the real server, with no invented answers; only the clock is set.

const withinMs = 2000
const handlingMs = 10_000
/** Words that nobody at the employer may read anywhere. */
const secret = /M54|лумбаг|онколог|комисиј|commission|diagnos|дијагноз(?!у не)/i

type Story = TownSite & { worker: Worker; boss: string; zora: string; mira: string; endpoint: Endpoint }

async function begin(t: TestContext): Promise<Story> {
  const town = await startLeaveTown(t, undefined, await builtPortals())
  const [browser, endpoint] = await Promise.all([launchBrowser(t), startEndpoint(t)])
  await town.app.listen({ port: 0, host: '127.0.0.1' })
  const [firm] = town.employers
  assert.ok(firm)
  const boss = await town.account(['employer'], { name: 'Весна Илић' })
  const member = { member: boss, employer: firm.id, pib: firm.pib, name: 'Фабрика „Зупчаник“', role: 'administrator' as const }
  await town.sql.begin((tx) => addMember(tx, { ...member, at: new Date('2020-01-01T00:00:00Z') }))
  const [zora, mira] = [await town.account(['fund'], { name: 'Зора Пајић' }), await town.account(['fund'], { name: 'Мира Станић' })]
  const worker = await town.worker([{ employer: firm.id }])
  const url = `http://127.0.0.1:${(town.app.server.address() as AddressInfo).port}`
  t.after(startTellingEmployers(town.world))
  return { town, browser, url, worker, boss, zora, mira, endpoint }
}

/** Fills the open dialog and confirms it. */
async function confirm(page: Page, fields: Record<string, string>, button: string): Promise<void> {
  const dialog = page.getByRole('dialog')
  for (const [label, value] of Object.entries(fields)) {
    if (/^\d{4}-\d\d-\d\d$/.test(value)) await typeDay(dayField(dialog, label), value.split('-').toReversed().join('.'))
    else await dialog.getByLabel(label, { exact: true }).fill(value)
  }
  await dialog.getByRole('button', { name: button, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
}

const pibOf = ({ town }: Story) => town.employers[0]?.pib as string
const employerApi = (story: Story, method: string, path: string, body?: unknown) =>
  story.town.as(story.boss)(method, `/sickleave/employer/${pibOf(story)}${path}`, body)
const mails = ({ town }: Story) => {
  const folder = join(town.world.config.DATA_DIR, 'mail')
  return readdirSync(folder)
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'))
}

/** The firm subscribes a webhook, and an e-mail address that confirms. */
async function subscribe(story: Story): Promise<void> {
  assert.equal((await employerApi(story, 'POST', '/channels', { kind: 'webhook', address: story.endpoint.url })).status, 201)
  const { id } = (await employerApi(story, 'POST', '/channels', { kind: 'email', address: 'plate@firma.rs' })).body
  const [mail = ''] = mails(story)
  const text = Buffer.from((mail.split('\n\n')[1] ?? '').replaceAll('\n', ''), 'base64').toString() || mail
  const code = /\n\n([\w-]{8})\n\n/.exec(text)?.[1]
  assert.equal((await employerApi(story, 'POST', `/channels/${id}/confirmation`, { code })).status, 204)
}

async function until<T>(what: () => Promise<T | null> | T | null, started: number): Promise<{ found: T; ms: number }> {
  for (;;) {
    const found = await what()
    const ms = Math.round(performance.now() - started)
    if (found !== null) return { found, ms }
    if (ms > 5 * withinMs) throw new Error('it did not come')
    await new Promise((next) => setTimeout(next, 20))
  }
}

/** The doctor opens the leave; the employer's page, webhook, e-mail and payroll API must have it. */
async function opens(t: TestContext, story: Story): Promise<void> {
  const { town, worker, doctor, endpoint } = { ...story, doctor: story.town.doctor }
  const inbox = await openPage(story, story.boss, '/employer/')
  await inbox.page.locator('#inbox').waitFor()
  endpoint.heard.length = 0
  const before = mails(story).length
  let opened = 0
  await as(story, doctor, `/doctor/people/${worker.handle}/leave`, async (page) => {
    const diagnosis = page.locator('#leave-diagnosis')
    await diagnosis.waitFor()
    const started = performance.now()
    await diagnosis.fill('M54.5')
    await typeDay(page.locator('#leave-until'), '31.03.2026')
    await page.getByRole('button', { name: 'Отвори боловање' }).click()
    await page.getByText('Боловање је отворено.').waitFor()
    opened = performance.now()
    const ms = Math.round(opened - started)
    t.diagnostic(`the doctor: 3 acts (diagnosis, last day, one confirmation), ${ms} ms from the first to the answer`)
    assert.ok(ms < handlingMs, `${ms} ms`)
  })
  const screen = inbox.page.getByText('Петровић').first().waitFor()
  const api = await until(async () => (await employerApi(story, 'GET', '/leaves')).body.events.at(-1) ?? null, opened)
  const webhook = await until(() => endpoint.heard.find(({ body }) => body?.events?.length > 0) ?? null, opened)
  const mail = await until(() => mails(story)[before] ?? null, opened)
  await screen
  const onScreen = Math.round(performance.now() - opened)
  t.diagnostic(`after the doctor’s confirmation: payroll API ${api.ms} ms, webhook ${webhook.ms} ms, e-mail ${mail.ms} ms, screen ${onScreen} ms`)
  for (const text of [webhook.found.text, await inbox.page.locator('#content').innerText()]) assert.doesNotMatch(text, secret)
  assert.doesNotMatch(mail.found, /Петровић|Ана|Зупчаник|2026-03|leaves/, 'an e-mail says only that something waits')
  await inbox.close()
  assert.equal(town.world.now().toISOString().slice(0, 10), '2026-03-02')
}

/** Day 30 is near: the doctor proposes, the commission approves, and the doctor gives the report for the whole time. */
async function goesToCommission(story: Story): Promise<void> {
  const { town, worker } = story
  const path = `/doctor/people/${worker.handle}/leave`
  town.at('2026-03-30T08:00:00Z')
  await as(story, town.doctor, path, async (page) => {
    await page.getByText('29. дан непрекидне спречености од 30; од 1. априла 2026. одлучује комисија.').first().waitFor()
    await page.getByRole('button', { name: 'Упути на комисију' }).click()
    await confirm(page, { 'Предлажем до дана': '2026-04-20' }, 'Упути на комисију')
    await page.getByText('код комисије').first().waitFor()
  })
  await as(story, town.commission, '/commission/', async (page) => {
    await page.getByRole('link', { name: 'Ана Петровић' }).click()
    await page.getByRole('button', { name: 'Одлучи о предлогу' }).click()
    await page.getByRole('dialog').getByLabel('Одлука', { exact: true }).selectOption('approved')
    await confirm(page, { 'Број одлуке': 'ЛК-12/2026' }, 'Одлучи о предлогу')
    await page.getByText(/Одлука је уписана: продужено, до 20.04.2026./).waitFor()
  })
  town.at('2026-04-20T08:00:00Z')
  await as(story, town.doctor, path, async (page) => {
    await page.getByRole('button', { name: 'Дознака', exact: true }).first().click()
    await confirm(page, {}, 'Издај дознаку')
    await page.getByRole('button', { name: 'Закључи' }).first().waitFor()
  })
}

/** The firm's payroll clerk, on the pages: earnings of twelve months (OZ-7), the request, the missing parts, its evidence, the seal. */
async function asks(story: Story): Promise<string> {
  story.town.at('2026-05-05T08:00:00Z')
  await as(story, story.boss, '/employer/work', async (page) => {
    await page.getByRole('link', { name: /^написати захтев: Петровић Ана/ }).waitFor()
    await page.getByRole('link', { name: 'Пристигло' }).click()
    await page.getByRole('link', { name: 'Петровић Ана' }).click()
    await page.getByRole('link', { name: 'Зараде (ОЗ-7)' }).click()
    for (let at = 0; at < 12; at++) {
      const month = new Date(Date.UTC(2025, 2 + at, 1)).toISOString().slice(0, 7)
      const cells = { Часови: '174', Нето: '85.000,00', Бруто: '120.000,00' }
      for (const [name, value] of Object.entries(cells)) await page.getByLabel(`${name}, ${month}`, { exact: true }).fill(value)
      await typeDay(dayField(page, `Исплаћено, ${month}`), `28.${month.slice(5)}.${month.slice(0, 4)}`)
    }
    await page.getByRole('button', { name: 'Сачувај зараде' }).click()
    await page.getByText('Сачувано: 12').waitFor()
  })
  let request = ''
  await as(story, story.boss, '/employer/work', async (page) => {
    await page.getByRole('link', { name: /^написати захтев: Петровић Ана/ }).waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByLabel('Посебан рачун').fill('840-4848-38')
    await page.getByRole('button', { name: 'Сачувај нацрт' }).click()
    await page.getByText('контролне цифре рачуна се не слажу').first().waitFor()
    await page.getByLabel('Посебан рачун').fill('840-4848-37')
    await typeDay(dayField(page, 'Дан исплате'), '04.05.2026')
    await page.getByRole('button', { name: 'Сачувај нацрт' }).click()
    await page.getByText('Пре подношења недостаје:').waitFor()
    for (const kind of ['tax-return', 'account-contract']) {
      await page.getByLabel('Врста доказа').selectOption(kind)
      await page.getByLabel(/^Приложи/).setInputFiles({ name: `${kind}.pdf`, mimeType: 'application/pdf', buffer: Buffer.from(`%PDF-1.7 ${kind}`) })
      await page.getByText(`${kind}.pdf`).waitFor()
    }
    await page.getByText('Захтев је потпун и може се поднети.').waitFor()
    await page.getByRole('button', { name: 'Поднеси', exact: true }).click()
    await confirm(page, {}, 'Поднеси')
    await page.getByText('Фонд одлучује до: 26.05.2026.').waitFor()
    request = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  })
  return request
}

/** A supervisor of the Fund assigns the request to an officer. */
async function sharesOut(story: Story, supervisor: string, request: string): Promise<void> {
  await as(story, supervisor, `/fund/requests/${request}`, async (page) => {
    await page.getByRole('button', { name: 'Додели' }).click()
    await page
      .getByRole('dialog')
      .getByLabel(/^Службенику/)
      .selectOption(story.zora)
    await confirm(page, {}, 'Додели')
    await page.getByText('додељено').first().waitFor()
  })
  await as(story, story.zora, '/fund/?officer=mine', async (page) => {
    await page.getByRole('link', { name: 'Ана Петровић' }).or(page.getByText('Ана Петровић')).first().waitFor()
  })
}

/** The Fund: the calculation is automatic, one officer proposes, another approves, and a file and its execution pay. */
async function pays(story: Story, request: string): Promise<void> {
  const stop = startClocks(story.town.world)
  const calculated = async () => (await story.town.as(story.zora)('GET', `/sickleave/fund/requests/${request}`)).body.calculation
  await until(calculated, performance.now())
  await stop()
  const number = (await employerApi(story, 'GET', `/requests/${request}`)).body.number
  await as(story, story.zora, '/fund/', async (page) => {
    await page.getByRole('link', { name: number }).click()
    await page.getByText('За исплату из Фонда: 57.813,25 RSD').waitFor()
    for (const step of ['Просек по часу за 12 месеци', '689,6552', 'B-8', 'ЗЗО чл. 87']) await page.locator('.derivation').getByText(step).first().waitFor()
    await page.getByRole('button', { name: 'Предложи исплату' }).click()
    await confirm(page, { 'Број акта': '88-1043', Образложење: 'потпун захтев' }, 'Предложи исплату')
    await page.getByText('Ово сте Ви предложили: одлучује друго лице.').waitFor()
  })
  await as(story, story.mira, `/fund/requests/${request}`, async (page) => {
    await page.getByRole('button', { name: 'Одобри' }).click()
    await confirm(page, {}, 'Одобри')
    await page.getByText('обрачунат, чека исплату').waitFor()
  })
  await as(story, story.zora, '/fund/payments', async (page) => {
    await page.getByRole('button', { name: 'Направи датотеку исплате' }).click()
    await confirm(page, {}, 'Направи датотеку исплате')
    await page.getByText('2026-000001').waitFor()
  })
  await as(story, story.mira, '/fund/payments', async (page) => {
    await page.getByRole('button', { name: 'Унеси извршење 2026-000001' }).click()
    await confirm(page, { Датум: '2026-05-05', 'Број ставки': '1', 'Збир у динарима, као 90849,38': '57.813,25' }, 'Унеси извршење')
    await page.getByText('извршена 05.05.2026.').waitFor()
  })
}

test('a leave from the doctor’s key press to the employee’s money: four portals, webhook, e-mail and payroll API, and nobody at the employer learns of the illness', async (t) => {
  const story = await begin(t)
  const { town, worker } = story
  const supervisor = await town.account(['fund', 'fund-supervisor'], { name: 'Слободан Јевтић' })
  await subscribe(story)
  await opens(t, story)
  await goesToCommission(story)
  const request = await asks(story)
  await as(story, worker.account, '/patient/leaves', async (page) => {
    await page.getByText('Фонд одлучује до 26.05.2026.').waitFor()
  })
  await sharesOut(story, supervisor, request)
  await pays(story, request)
  await as(story, worker.account, '/patient/leaves', async (page) => {
    await page.getByText('Послодавац Вам исплаћује до 12.05.2026.').waitFor()
  })
  await as(story, story.boss, '/employer/work?what=paid', async (page) => {
    await page.getByRole('link', { name: /^потврдити исплату/ }).click()
    await page.getByText('Листа обрачуна').waitFor()
    await page.getByRole('button', { name: 'Потврди исплату запосленом' }).click()
    await confirm(page, { Датум: '2026-05-05' }, 'Потврди исплату запосленом')
    await page.getByText('потврђен').first().waitFor()
  })
  await as(story, worker.account, '/patient/leaves', async (page) => {
    for (const words of ['Исплаћено Вама 05.05.2026.', 'Обрачунато 05.05.2026.: бруто 50.206,90 RSD', '(M54.5)', 'не види дијагнозу'])
      await page.getByText(words).first().waitFor()
    await page.getByText('Како је рачунато').click()
    await page.getByText('Просек по часу за 12 месеци').waitFor()
  })
  const everything = JSON.stringify([(await employerApi(story, 'GET', '/events?limit=500')).body, (await employerApi(story, 'GET', '/requests')).body])
  for (const text of [everything, ...story.endpoint.heard.map((one) => one.text), ...mails(story)]) assert.doesNotMatch(text, secret)
  assert.ok(town.world.now() > new Date('2026-05-04'))
})
