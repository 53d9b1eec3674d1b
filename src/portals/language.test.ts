import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rulesOf } from '../sickleave/rules/parameters.ts'
import { compensationOf } from '../sickleave/compensation/view.ts'
import { monthsBefore } from '../sickleave/compensation/months.ts'
import { typeDay } from './testing/days.ts'
import { doctor, patient } from './testing/stage.ts'
import { axeFindsNothing, stageForFile } from './testing/visits.ts'

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
      await page.getByRole('spinbutton').first().waitFor()
      const spoken = await page.getByRole('spinbutton').evaluateAll((elements) => elements.map((element) => element.getAttribute('aria-label')?.split(',')[0]))
      assert.deepEqual(spoken, [...parts[language]])
    })
  }
})

const leave = { id: 'x', from: '2026-03-02', until: '2026-04-20', reason: '01' as const, isException: false, care: null }
const earnings = monthsBefore(leave.from, 12).map((month) => ({ employer: 'own', month, hours: 17400, gross: 120_000_00n }))

test('the calculator shows each line and each step in the language of the page, on a phone and in the dark too', async () => {
  site.stage.me(patient)
  site.stage.answer('/sickleave/calculator', () => compensationOf({ leave, earnings }, rulesOf()))
  for (const [language, colorScheme, width] of [
    ['sr-Cyrl', 'light', 1280],
    ['sr-Latn', 'dark', 360],
    ['en', 'light', 360],
  ] as const) {
    await site.visit('/patient/leaves/calculator', { language, colorScheme, viewport: { width, height: 800 } }, async (page) => {
      await page.locator('#calculator-gross').fill('120000,00')
      await typeDay(page.locator('#calculator-until'), '20.4.2030')
      await page.locator('.calculator-form .button.main').click()
      await page.locator('.lines-table tbody tr').nth(2).waitFor()
      const text = await page.locator('#content').innerText()
      assert.match(
        text,
        {
          'sr-Cyrl': /послодавац[\s\S]*Фонд[\s\S]*тумаче се различито/,
          'sr-Latn': /poslodavac[\s\S]*Fond[\s\S]*tumače se različito/,
          en: /employer[\s\S]*Fund[\s\S]*read in different ways/,
        }[language],
      )
      assert.doesNotMatch(text, /прочитан|pročitan|непотврђено|nepotvrđeno|unverified/, 'our notes on the law are not for those who reckon here')
      assert.equal(await page.locator('.calculator-steps li').count(), 7)
      assert.ok(await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth'), 'nothing scrolls sideways')
      await axeFindsNothing(page, `calculator ${language}`, { rules: colorScheme === 'dark' ? 'contrast' : 'all' })
    })
  }
})
