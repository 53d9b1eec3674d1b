import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { overview } from './testing/fixtures.ts'
import { commissionFileShown } from './testing/fund-fixtures.ts'
import { doctor, patient } from './testing/stage.ts'
import { type AxeRules, axeFindsNothing, stageForFile } from './testing/visits.ts'

const site = stageForFile()

const whole = overview(12)
const small = { ...whole, results: [...whole.results.slice(0, 4), ...whole.results.slice(-1)] }
// Latin is Cyrillic written letter by letter, so axe would find the same roles, names and colours. English has the colours of Cyrillic.
const looksToCheck: [language: 'sr-Cyrl' | 'en', rules: AxeRules][] = [
  ['sr-Cyrl', 'all'],
  ['en', 'all but contrast'],
]

for (const [language, rules] of looksToCheck) {
  test(`axe finds nothing (${rules}) in ${language}: finder, record, document, looks`, async (t) => {
    const nothingFound = async (page: Page, where: string) => {
      await axeFindsNothing(page, where, { rules })
      if (rules !== 'all') return
      // Dark mode changes only colours, and the open page switches to it.
      await page.emulateMedia({ colorScheme: 'dark' })
      await axeFindsNothing(page, `${where} in the dark`, { rules: 'contrast' })
      await page.emulateMedia({ colorScheme: 'light' })
    }
    site.stage.me(doctor)
    // A record with the same parts as the largest one but fewer rows: axe checks every row.
    t.after(() => site.stage.answer('/record/people/p1/overview', null))
    site.stage.answer('/record/people/p1/overview', () => small)
    await site.visit('/doctor/', { language, colorScheme: 'light', reducedMotion: 'reduce' }, async (page) => {
      await page.getByRole('option').first().waitFor()
      await nothingFound(page, 'the doctor’s day')
      await page.getByRole('searchbox').fill('djordj')
      await page.locator('.finder-note .seal').waitFor()
      await nothingFound(page, 'found people')
      await page.keyboard.press('F8')
      await page.getByRole('dialog').waitFor()
      await nothingFound(page, 'visit dialog')
    })
    await site.visit('/doctor/people/p1', { language, colorScheme: 'light', reducedMotion: 'reduce' }, async (page) => {
      await page.locator('#labs tbody tr').first().waitFor()
      await page.locator('.row-button').first().click()
      await page.locator('.drawing svg').waitFor()
      await nothingFound(page, 'record with a chart')
      await page.locator('.entry .link-button').first().click()
      await page.locator('.document-text').waitFor()
      await nothingFound(page, 'document')
    })
    site.stage.me(patient)
    for (const path of ['/patient/', '/patient/record', '/patient/record/documents/h0', '/patient/looks', '/patient/for/p9/record']) {
      await site.visit(path, { language, colorScheme: 'light', reducedMotion: 'reduce' }, async (page) => {
        await page.locator('.patient-page :is(.lines, .document-text)').first().waitFor()
        await nothingFound(page, path)
      })
    }
  })
}

test('axe finds nothing in the doctor’s leave, its signature and the reports that are due', async (t) => {
  site.stage.me(doctor)
  const leave = { ...commissionFileShown.leaves[0], status: 'closed', proposedUntil: null }
  const answers: Record<string, unknown> = {
    '/sickleave/people/p1/leaves': { today: '2026-06-03', name: 'Петар Илић', leaves: [leave] },
    '/record/people/p1/visit': {
      visit: { at: '2026-06-03T07:00:00Z', institution: 'Дом здравља Пробни', author: null },
      diagnoses: [{ code: 'M54.5', text: 'Бол у доњем делу леђа', at: '2026-06-03', ofVisit: true }],
    },
    '/sickleave/people/p1/preview': {
      ...{ suggestedReason: '01', suggestedException: null, suggestedUntil: '2026-06-12', standardDays: 10, isUnverified: true, isProposal: false },
      ...{ doctorUntil: '2026-07-02', commissionFrom: '2026-07-03', employers: 1, explanation: [] },
    },
    '/sickleave/due': {
      today: '2026-06-03',
      lines: [{ person: 'p1', family: 'Илић', given: 'Петар', leave: 'l9', from: '2026-05-04', until: '2026-06-02', seen: 1 }],
    },
    '/sickleave/offline': {
      lines: [
        {
          ...{ number: '00001-2026-00000012', at: '2026-06-01T08:00:00Z', arrivedAt: '2026-06-02T08:00:00Z', leave: 'l8' },
          ...{ person: { id: 'p1', family: 'Илић', given: 'Петар' }, refused: { sentence: 'another leave of this person covers these days', hint: null } },
        },
      ],
    },
  }
  for (const [path, body] of Object.entries(answers)) site.stage.answer(path, () => body)
  site.stage.answer('/sickleave/signature', (request, reply) => {
    if (request.method === 'GET') return { now: new Date().toISOString(), isDemanded: false, keys: [] }
    void reply.code(400)
    return { resourceType: 'OperationOutcome', issue: [{ severity: 'error', diagnostics: 'the password is needed once more' }] }
  })
  t.after(() => [...Object.keys(answers), '/sickleave/signature'].forEach((path) => site.stage.answer(path, null)))
  await site.visit('/doctor/people/p1/leave', { language: 'sr-Cyrl', colorScheme: 'dark' }, async (page) => {
    await page.getByText('Процена трајања је 10 дана').waitFor()
    await page.locator('.steps summary').click()
    await axeFindsNothing(page, 'leave', { rules: 'all' })
    await page.getByRole('button', { name: 'Отвори боловање' }).click()
    await page.getByLabel('Лозинка').waitFor()
    await axeFindsNothing(page, 'unlock', { rules: 'all' })
  })
  await site.visit('/doctor/reports', { language: 'sr-Latn', colorScheme: 'light' }, async (page) => {
    await page.getByText('Potvrde izdate bez veze').waitFor()
    await axeFindsNothing(page, 'reports', { rules: 'all' })
  })
})
