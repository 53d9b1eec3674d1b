import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Me } from '../access/wire.ts'
import { completenessOfAll, completenessShown, ministry, officer, visitsShown } from './testing/completeness-fixtures.ts'
import { doctor, patient } from './testing/stage.ts'
import { axeFindsNothing, stageForFile } from './testing/visits.ts'
import { shareOf } from './shared/completeness/share.ts'

// The answers of the server, and who may have them, are tested in src/record/completeness.

const site = stageForFile()
const cyrillic = /.{0,20}[Ѐ-ӿ].{0,20}/g

function answers(): void {
  site.stage.answer('/record/completeness', () => completenessShown)
  site.stage.answer('/record/completeness/institutions', () => completenessOfAll)
  site.stage.answer('/record/completeness/institutions/7', () => completenessShown)
  site.stage.answer('/record/people/p9/visits', () => visitsShown)
}

test('axe finds nothing on the pages of completeness, in both themes, and nothing scrolls sideways on a phone', async () => {
  answers()
  const parent: Me = { ...patient, represents: [{ person: 'p9', name: 'Ана Проба' }] }
  const pages: [Me, string, string][] = [
    [ministry, '/operator/completeness', '.lines-table'],
    [ministry, '/operator/completeness/7', '.days-chart'],
    [doctor, '/doctor/completeness', '.days-chart'],
    [parent, '/patient/for/p9/visits', '.lines'],
  ]
  for (const [at, [me, path, arrived]] of pages.entries()) {
    site.stage.me(me)
    const colorScheme = at % 2 === 0 ? 'dark' : 'light'
    await site.visit(path, { viewport: { width: 320, height: 700 }, colorScheme, language: 'en' }, async (page) => {
      await page.locator(`#content ${arrived}`).first().waitFor()
      for (const summary of await page.locator('summary').all()) await summary.click()
      await axeFindsNothing(page, path)
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320, path)
      assert.deepEqual((await page.locator('#content').innerText()).match(cyrillic), null)
    })
  }
})

test('the ministry begins with all institutions, worst first, orders them, and goes down to one, where no visit is named', async () => {
  answers()
  site.stage.me(ministry)
  await site.visit('/operator/', { language: 'en' }, async (page) => {
    await page.getByText('61% of what was expected came within 24 hours.').waitFor()
    const names = () => page.getByRole('group', { name: 'Completeness', exact: true }).locator('tbody th').allInnerTexts()
    assert.deepEqual(await names(), ['Dom zdravlja Niš', 'Bolnica Valjevo', 'Apoteka Sokobanja'])
    const trials = page.getByRole('region', { name: 'Trial institutions of vendors' })
    assert.deepEqual(await trials.locator('tbody th').allInnerTexts(), ['Probna ustanova: AKME LIS'])
    await page.getByLabel('Order').selectOption('refused')
    // The order is part of the address, and the page follows the address.
    await page.locator('.lines-table tbody tr').first().getByText('Bolnica Valjevo').waitFor()
    assert.equal((await names())[0], 'Bolnica Valjevo')
    assert.deepEqual(await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allInnerTexts(), ['Completeness', 'Vendors'])
    await page.getByRole('link', { name: 'Dom zdravlja Niš' }).click()
    await page.getByText('the code is not in its code system').waitFor()
    assert.equal(await page.getByText('Encounter/v1').count(), 0)
    await page.getByRole('button', { name: '31 days' }).click()
    await page.getByRole('button', { name: '31 days', pressed: true }).waitFor()
    const asked = site.stage.asked.filter((line) => line.includes('/institutions/7')).at(-1)
    const [, from = '', to = ''] = /from=([\d-]+)&to=([\d-]+)/.exec(asked ?? '') ?? []
    assert.equal((Date.parse(to) - Date.parse(from)) / 86_400_000, 30)
  })
})

test('whoever answers for the data of an institution sees which reports are missing, and no finder of people', async () => {
  answers()
  site.stage.me(officer)
  await site.visit('/doctor/completeness', {}, async (page) => {
    await page.getByText('Encounter/v1').waitFor()
    assert.equal(await page.getByRole('link', { name: 'Пронађи пацијента' }).count(), 0)
    await page.getByText('Као табела').click()
    await page.getByText('тих дан: очекује се уобичајено').waitFor()
  })
  await site.visit('/doctor/people/p1', {}, async (page) => {
    await page.getByText('Овај портал је за лекаре и сестре.').waitFor()
    await page.getByRole('link', { name: 'Иди на потпуност' }).click()
    await page.getByText('Encounter/v1').waitFor()
  })
})

test('the share is a hundred percent only when nothing is missing, and reports that can still come in time do not count', () => {
  const all = { expected: 1000, awaited: 0, inTime: 999 }
  assert.equal(shareOf(all), 99)
  assert.equal(shareOf({ expected: 10, awaited: 5, inTime: 5 }), 100)
  assert.equal(shareOf({ expected: 5, awaited: 5, inTime: 0 }), null)
  assert.equal(shareOf({ expected: 2, awaited: 1, inTime: 2 }), 100)
})
