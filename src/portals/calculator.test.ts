import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rulesOf } from '../sickleave/rules/parameters.ts'
import { compensationOf } from '../sickleave/compensation/view.ts'
import { monthsBefore } from '../sickleave/compensation/months.ts'
import { patient } from './testing/stage.ts'
import { axeFindsNothing, stageForFile } from './testing/visits.ts'

const site = stageForFile()
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
      await page.locator('#calculator-until').fill('2030-04-20')
      await page.locator('.calculator-form button').click()
      await page.locator('.lines-table tbody tr').nth(2).waitFor()
      const text = await page.locator('#content').innerText()
      assert.match(
        text,
        {
          'sr-Cyrl': /послодавац[\s\S]*Фонд[\s\S]*непотврђено/,
          'sr-Latn': /poslodavac[\s\S]*Fond[\s\S]*nepotvrđeno/,
          en: /employer[\s\S]*Fund[\s\S]*unverified/,
        }[language],
      )
      assert.equal(await page.locator('.calculator-steps li').count(), 7)
      assert.ok(await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth'), 'nothing scrolls sideways')
      await axeFindsNothing(page, `calculator ${language}`)
    })
  }
})
