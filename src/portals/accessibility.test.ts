import { test } from 'node:test'
import { overview } from './testing/fixtures.ts'
import { doctor, patient } from './testing/stage.ts'
import { type AxeRules, axeFindsNothing, stageForFile } from './testing/visits.ts'

const site = stageForFile()

const whole = overview(12)
const small = { ...whole, results: [...whole.results.slice(0, 4), ...whole.results.slice(-1)] }
// Latin is Cyrillic written letter by letter: roles, names and colours that axe looks at are the same.
const looksToCheck: [language: 'sr-Cyrl' | 'en', colorScheme: 'light' | 'dark', rules: AxeRules][] = [
  ['sr-Cyrl', 'light', 'all'],
  ['en', 'light', 'all but contrast'],
  ['sr-Cyrl', 'dark', 'contrast'],
]

for (const [language, colorScheme, rules] of looksToCheck) {
  test(`axe finds nothing (${rules}) in ${language}, ${colorScheme}: finder, record, document, looks`, async (t) => {
    site.stage.me(doctor)
    // The same parts as the largest record, fewer times: axe looks at every one.
    t.after(() => site.stage.answer('/record/people/p1/overview', null))
    site.stage.answer('/record/people/p1/overview', () => small)
    await site.visit('/doctor/', { language, colorScheme }, async (page) => {
      await page.getByRole('option').first().waitFor()
      await axeFindsNothing(page, 'the doctor’s day', { rules })
      await page.getByRole('searchbox').fill('djordj')
      await page.locator('.finder-note .seal').waitFor()
      await axeFindsNothing(page, 'found people', { rules })
      await page.keyboard.press('F8')
      await page.getByRole('dialog').waitFor()
      await axeFindsNothing(page, 'visit dialog', { rules })
    })
    await site.visit('/doctor/people/p1', { language, colorScheme }, async (page) => {
      await page.locator('#labs tbody tr').first().waitFor()
      await page.locator('.row-button').first().click()
      await page.locator('.drawing svg').waitFor()
      await axeFindsNothing(page, 'record with a chart', { rules })
      await page.locator('.entry .link-button').first().click()
      await page.locator('.document-text').waitFor()
      await axeFindsNothing(page, 'document', { rules })
    })
    site.stage.me(patient)
    for (const path of ['/patient/', '/patient/record', '/patient/record/documents/h0', '/patient/looks', '/patient/for/p9/record']) {
      await site.visit(path, { language, colorScheme }, async (page) => {
        await page.locator('.patient-page :is(.lines, .document-text)').first().waitFor()
        await axeFindsNothing(page, path, { rules })
      })
    }
  })
}
