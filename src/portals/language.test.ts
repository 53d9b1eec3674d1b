import assert from 'node:assert/strict'
import { test } from 'node:test'
import { doctor } from './testing/stage.ts'
import { stageForFile } from './testing/visits.ts'

const site = stageForFile()
const cyrillic = /.{0,20}[Ѐ-ӿ].{0,20}/g

test('the script changes at once, on the same address and in the same state, and stays for the next page', async () => {
  site.stage.me(doctor)
  await site.visit('/doctor/people/p1', {}, async (page) => {
    await page.getByRole('button', { name: /E11/ }).first().click()
    await page.getByText('Само уз: E11 Шећерна болест тип 2').first().waitFor()
    const address = page.url()
    await page.getByRole('button', { name: 'Latinica' }).click()
    await page.getByText('Samo uz: E11 Šećerna bolest tip 2').first().waitFor()
    assert.equal(await page.evaluate('document.documentElement.lang'), 'sr-Latn')
    const shown = await page.locator('#content').innerText()
    assert.deepEqual(shown.match(cyrillic), null, 'Cyrillic was left on a Latin page')
    assert.equal(page.url(), address)
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByRole('heading', { name: 'Latest results' }).waitFor()
    assert.equal(await page.evaluate('document.documentElement.lang'), 'en')
    assert.deepEqual((await page.locator('#content').innerText()).match(cyrillic), null)
    assert.match(await page.locator('.banner').innerText(), /15 Mar 1972/)
    assert.equal(site.stage.asked.filter((line) => line.includes('/overview')).length > 0, true)
  })
})

test('nothing typed is lost when the script is switched in the middle of a form', async () => {
  site.stage.me(doctor)
  await site.visit('/doctor/', {}, async (page) => {
    await page.getByRole('searchbox').fill('djordj')
    await page.locator('.finder-note .seal').waitFor()
    await page.getByRole('button', { name: 'Latinica' }).click()
    assert.equal(await page.getByRole('searchbox').inputValue(), 'djordj')
    await page
      .getByRole('option', { name: /Đorđević/ })
      .first()
      .waitFor()
  })
})

test('the parts of a date field are spoken in the language and script of the page', async () => {
  site.stage.me(doctor)
  const parts = { 'sr-Cyrl': ['дан', 'месец', 'година'], 'sr-Latn': ['dan', 'mesec', 'godina'], en: ['day', 'month', 'year'] } as const
  for (const language of ['sr-Cyrl', 'sr-Latn', 'en'] as const) {
    await site.visit('/doctor/', { language }, async (page) => {
      await page.getByRole('option').first().waitFor()
      await page.keyboard.press('F8')
      await page.locator('input[name=way]').nth(1).click()
      const spoken = await page.getByRole('spinbutton').evaluateAll((elements) => elements.map((element) => element.getAttribute('aria-label')?.split(',')[0]))
      assert.deepEqual(spoken, [...parts[language]])
    })
  }
})
