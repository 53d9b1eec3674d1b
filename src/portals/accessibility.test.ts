import { test } from 'node:test'
import { overview } from './testing/fixtures.ts'
import { commissionFileShown } from './testing/fund-fixtures.ts'
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

test('axe finds nothing in the doctor’s leave, its signature and the reports that are due', async (t) => {
  site.stage.me(doctor)
  const leave = { ...commissionFileShown.leaves[0], status: 'opened', proposedUntil: null }
  const answers: Record<string, unknown> = {
    '/sickleave/people/p1/leaves': { today: '2026-06-03', name: 'Петар Илић', leaves: [leave] },
    '/record/people/p1/visit': {
      visit: { at: '2026-06-03T07:00:00Z', institution: 'Дом здравља Пробни', author: null },
      diagnoses: [{ code: 'M54.5', text: 'Бол у доњем делу леђа', at: '2026-06-03', ofVisit: true }],
    },
    '/sickleave/people/p1/preview': {
      ...{ suggestedReason: '01', suggestedException: null, suggestedUntil: '2026-06-12', standardDays: 10, isUnverified: true },
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
