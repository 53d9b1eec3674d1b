import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { dayField, typeDay } from './testing/days.ts'
import { commissionAnswers, commissioner, commissionPages, fundAnswers, fundFileShown, fundPages, officer } from './testing/fund-fixtures.ts'
import { doctor } from './testing/stage.ts'
import { axeFindsNothing, stageForFile } from './testing/visits.ts'

// The pages of the Fund and the commissions in real Chromium on invented answers. The server's answers are tested in src/sickleave.

const site = stageForFile()
const cyrillic = /.{0,20}[Ѐ-ӿ].{0,20}/g

function as(me: typeof officer): void {
  site.stage.me(me)
  for (const [address, answer] of Object.entries({ ...fundAnswers, ...commissionAnswers })) site.stage.answer(address, () => answer)
}
const arrived = (page: Page) => page.locator('.work-page :is(.lines-table, .leaves)').first().waitFor()

for (const [me, pages] of [
  [officer, fundPages],
  [commissioner, commissionPages],
] as const) {
  test(`axe finds nothing on any page of ${me.roles[0]}, and nothing scrolls sideways on a phone`, async () => {
    as(me)
    for (const [at, path] of pages.entries()) {
      await site.visit(path, { viewport: { width: 320, height: 700 }, colorScheme: at % 2 === 0 ? 'light' : 'dark' }, async (page) => {
        await arrived(page)
        await axeFindsNothing(page, path)
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320, path)
      })
    }
  })
}

test('an officer opens the most urgent request, reads why the sum is what it is, and approves what another proposed', async () => {
  as(officer)
  const asked: unknown[] = []
  site.stage.answer('/sickleave/fund/requests/r1/approval', (request) => {
    asked.push(request.body)
    return fundFileShown
  })
  await site.visit('/fund/', {}, async (page) => {
    await page.getByRole('link', { name: '2026-0001043' }).click()
    await page.getByText('За исплату из Фонда: 90.849,38 RSD').waitFor()
    for (const words of ['Просек по часу за 12 месеци', 'непроверено', 'печат центра, није квалификован потпис', 'Предлог (Зоран Пајић)', '20. дан рока'])
      await page.getByText(words).first().waitFor()
    await page.getByRole('button', { name: 'Одобри' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Одобри' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    assert.deepEqual(asked, [{ seen: 5, accept: true }])
  })
  const { proposal } = fundFileShown
  site.stage.answer('/sickleave/fund/requests/r1', () => ({ ...fundFileShown, proposal: { ...proposal, isMine: true } }))
  await site.visit('/fund/requests/r1', { language: 'en' }, async (page) => {
    await page.getByText('You proposed this: a second person decides.').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Approve' }).count(), 0)
  })
})

test('the execution of a payment file is entered with the figures of the treasury, in the way that people write sums', async () => {
  as(officer)
  const asked: unknown[] = []
  site.stage.answer('/sickleave/fund/payments/p1/execution', (request) => {
    asked.push(request.body)
    return fundAnswers['/sickleave/fund/payments']
  })
  await site.visit('/fund/payments', { language: 'en' }, async (page) => {
    await page
      .getByRole('row', { name: /2026-000007/ })
      .getByText('once executed')
      .waitFor()
    await page.getByRole('button', { name: 'Enter the execution 2026-000007' }).click()
    await typeDay(dayField(page, 'Date'), '3.6.2026')
    await page.getByLabel('Number of lines').fill('3')
    await page.getByLabel(/^Sum in dinars/).fill('90.849,38')
    await page.getByRole('dialog').getByRole('button', { name: 'Enter the execution' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    assert.deepEqual(asked, [{ on: '2026-06-03', lines: 3, total: 9_084_938 }])
    assert.deepEqual((await page.locator('#content').innerText()).match(cyrillic)?.filter((text) => !/Зоран|Мирјана/.test(text)) ?? [], [])
  })
})

test('an officer starts a trial of a changed number and follows it; what has run out anywhere stands in one list', async () => {
  as(officer)
  const asked: unknown[] = []
  site.stage.answer('/sickleave/fund/simulations', (request) => {
    if (request.method === 'POST') asked.push(request.body)
    return fundAnswers['/sickleave/fund/simulations']
  })
  await site.visit('/fund/simulation', {}, async (page) => {
    await page.getByText(/у току: 450 од 1.?250 особа/).waitFor()
    await page.getByText('25.454,54').first().waitFor()
    assert.doesNotMatch(await page.locator('#content').innerText(), /[a-z]\.[a-z]/, 'no name of a program is shown')
    await page.getByRole('button', { name: 'Нова проба' }).click()
    const parameter = page.getByLabel('Број из прописа')
    await parameter.selectOption('percent.isolation')
    assert.equal(await parameter.locator('option:checked').innerText(), 'Накнада код обавезне изолације: проценат од основа (65%)')
    await page.getByLabel('Нова вредност').fill('100')
    await axeFindsNothing(page, 'the dialog')
    await page.getByRole('button', { name: 'Покрени' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Рокови' }).click()
    await page.getByText('предлог комисији').waitFor()
  })
  assert.deepEqual(asked, [{ name: 'percent.isolation', value: 100, from: '2026-01-01', year: 2026 }])
})

test('the commission opens the file from its agenda and decides; the reader is told what the employer gets', async () => {
  as(commissioner)
  const asked: unknown[] = []
  const decision = '/sickleave/commission/people/h1/leaves/l9/decision'
  site.stage.answer(decision, (request) => {
    asked.push(request.body)
    return { status: 'extended', until: '2026-06-20' }
  })
  await site.visit('/commission/', {}, async (page) => {
    await page.getByText('преко рока').first().waitFor({ state: 'attached' })
    await page.getByRole('link', { name: 'Петар Илић' }).click()
    await page.getByText('(M54.5)').waitFor()
    await page.getByRole('button', { name: 'Одлучи о предлогу' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Одлука', { exact: true }).selectOption('approved')
    await dialog.getByLabel('Број одлуке').fill('ЛК-12/2026')
    await axeFindsNothing(page, 'the dialog')
    await dialog.getByRole('button', { name: 'Одлучи о предлогу' }).click()
    await page.getByText(/Одлука је уписана: продужено, до 20.06.2026./).waitFor()
    assert.deepEqual(asked, [{ seen: 2, until: '2026-06-20', decision: 'approved', number: 'ЛК-12/2026' }])
  })
})

test('a second person reads the sum and whose it is before approving it', async () => {
  as(officer)
  const known = fundFileShown
  const proposal = { by: 'Зоран Лазић', decision: 'pay' as const, why: 'све је у реду', number: '1/2026', isMine: false }
  site.stage.answer('/sickleave/fund/requests/r1', () => ({
    ...known,
    request: { ...known.request, state: 'proposed' },
    proposal: { ...known.proposal, ...proposal },
  }))
  await site.visit('/fund/requests/r1', {}, async (page) => {
    await page.getByRole('button', { name: 'Одобри', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Одобри исплату: 90.849,38 RSD' })
    assert.match(await dialog.innerText(), /Захтев [\d-]+: .+, .+, \d\d\.\d\d\.\d{4}\. – /)
  })
})

test('a commission that comes back to what it has decided is told so, and has the way to its agenda', async () => {
  as(commissioner)
  site.stage.answer('/sickleave/commission/people/h1/leaves/l9', (_request, reply) =>
    reply.code(403).send({ issue: [{ diagnostics: 'ово боловање није код комисије' }], reason: 'о овом предлогу је већ одлучено', opens: [] }),
  )
  await site.visit('/commission/people/h1/leaves/l9', {}, async (page) => {
    await page.getByText('О овом предлогу је већ одлучено').waitFor()
    await page.getByRole('heading', { level: 1, name: 'Предмет' }).waitFor()
    await page.getByRole('link', { name: 'Назад на дневни ред' }).click()
    await page.getByRole('heading', { level: 1, name: 'Случајеви' }).waitFor()
  })
})

test('a reader without a role here is told so, and no data is loaded', async () => {
  site.stage.me(doctor)
  const before = site.stage.asked.length
  for (const [path, words] of [
    ['/fund/', 'Ове странице су за службенике Фонда.'],
    ['/commission/', 'Ове странице су за чланове лекарских комисија.'],
  ] as const)
    await site.visit(path, {}, async (page) => {
      await page.getByText(words).waitFor()
      assert.equal(await page.getByRole('navigation').count(), 0, 'the pages of another portal are not shown')
      await page.getByRole('link', { name: 'Иди на портал лекара' }).waitFor()
    })
  assert.ok(!site.stage.asked.slice(before).some((line) => line.includes('/sickleave/')))
})
