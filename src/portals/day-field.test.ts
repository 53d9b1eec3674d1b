import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { until } from '../testing/process.ts'
import { dayField, dayShown, typeDay } from './testing/days.ts'
import { clerk, employerAnswers } from './testing/employer-fixtures.ts'
import { axeFindsNothing, stageForFile } from './testing/visits.ts'

// The field of a day in a browser set to American English: the field must follow the language of the page, not of the browser.

const site = stageForFile()
const american = { locale: 'en-US', timezoneId: 'America/New_York' }
const asked: { from: string; until: string }[] = []

function ready(): void {
  site.stage.me(clerk)
  for (const [address, answer] of Object.entries(employerAnswers)) site.stage.answer(address, () => answer)
  asked.length = 0
  site.stage.answer('/sickleave/calculator', (request, reply) => {
    asked.push(request.body as { from: string; until: string })
    reply.code(422)
    return { issue: [{ severity: 'error', diagnostics: 'не може', expression: ['until'] }] }
  })
}

const labels = { 'sr-Cyrl': ['Први дан', 'Последњи дан'], 'sr-Latn': ['Prvi dan', 'Poslednji dan'], en: ['First day', 'Last day'] } as const
const is = (page: Page, label: string, shown: string) => until(`${label} shows ${shown}`, async () => (await dayShown(dayField(page, label))) === shown)

test('an American browser shows and takes days as the page writes them, in each of its three forms', async () => {
  ready()
  for (const [language, shown] of [
    ['sr-Cyrl', '03.11.2026.'],
    ['sr-Latn', '03.11.2026.'],
    ['en', '03 Nov 2026'],
  ] as const)
    await site.visit('/employer/calculator', { ...american, language }, async (page) => {
      const [from] = labels[language]
      await typeDay(dayField(page, from), '3.11.2026')
      await is(page, from, shown)
      await page.locator('#calculator-gross').fill('100000')
      await page.locator('form button[type=submit]').click()
      await until('the question is sent', () => asked.length > 0)
      assert.equal(asked.pop()?.from, '2026-11-03', language)
    })
})

test('the keyboard alone fills it: two digits of a year are enough, arrows turn a part, Enter sends the form, and what is copied is pasted', async () => {
  ready()
  await site.visit('/employer/calculator', american, async (page) => {
    const [from, to] = labels['sr-Cyrl']
    for (const [text, shown] of [
      ['10.6.2026', '10.06.2026.'],
      ['4/12/2026', '04.12.2026.'],
      ['01022027', '01.02.2027.'],
      ['31. 1. 2026.', '31.01.2026.'],
    ] as const) {
      await typeDay(dayField(page, from), text)
      await is(page, from, shown)
    }
    await typeDay(dayField(page, from), '3.11.26')
    await page.keyboard.press('Tab')
    await is(page, from, '03.11.2026.')
    await dayField(page, from).getByRole('spinbutton').first().focus()
    await page.keyboard.press('ArrowUp')
    await is(page, from, '04.11.2026.')
    await dayField(page, to).getByRole('spinbutton').first().focus()
    for (const text of ['5.12.26', '05.12.2026.', '5. децембар 2026.', '2026-12-05']) {
      await page.keyboard.type('1')
      await page.evaluate((given) => {
        const clipboardData = new DataTransfer()
        clipboardData.setData('text/plain', given)
        document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
      }, text)
      await is(page, to, '05.12.2026.')
    }
    await page.locator('#calculator-gross').fill('100000')
    await dayField(page, to).getByRole('spinbutton').first().focus()
    await page.keyboard.press('Enter')
    await until('the question is sent', () => asked.length > 0)
    assert.deepEqual([asked[0]?.from, asked[0]?.until], ['2026-11-04', '2026-12-05'])
  })
})

test('the calendar begins on Monday, speaks the page’s language, and gives the chosen day back to the field', async () => {
  ready()
  for (const [language, monday, month, label, day] of [
    ['sr-Cyrl', 'пон', 'новембар', 'Календар: Први дан', /среда/],
    ['sr-Latn', 'pon', 'novembar', 'Kalendar: Prvi dan', /sreda/],
    ['en', 'Mon', 'November', 'Calendar: First day', /Wednesday/],
  ] as const)
    await site.visit('/employer/calculator', { ...american, language, viewport: { width: 320, height: 700 } }, async (page) => {
      const [from] = labels[language]
      await typeDay(dayField(page, from), '3.11.2026')
      await page.getByRole('button', { name: label }).click()
      const dialog = page.getByRole('dialog')
      assert.match(await dialog.getByRole('columnheader', { includeHidden: true }).first().innerText(), new RegExp(`^${monday}`))
      assert.equal(await dialog.locator('select').first().locator('option:checked').innerText(), month)
      const holiday = { 'sr-Cyrl': /11\.11\.2026\.\s+Дан примирја/, 'sr-Latn': /Dan primirja/, en: /11 Nov 2026\s+Armistice Day/ }[language]
      assert.match(await dialog.locator('.holidays').innerText(), holiday)
      assert.equal(await dialog.locator('.calendar-day.holiday').innerText(), '11')
      assert.equal(
        await dialog
          .locator('[aria-describedby]')
          .first()
          .evaluate((one) => document.getElementById(one.getAttribute('aria-describedby') ?? '')?.className),
        'holidays',
      )
      await axeFindsNothing(page, `calendar in ${language}`)
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320)
      if (language !== 'sr-Cyrl') assert.doesNotMatch(await dialog.innerHTML(), /[Ѐ-ӿ]/)
      else
        assert.doesNotMatch(
          (await dialog.innerText()) + (await dialog.locator('[aria-label]').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')).join())),
          /[A-Za-zčćšž]/,
        )
      await page.keyboard.press('ArrowRight')
      assert.match((await page.evaluate('document.activeElement.getAttribute("aria-label")')) as string, day)
      await page.keyboard.press('Enter')
      await dialog.waitFor({ state: 'detached' })
      await is(page, from, language === 'en' ? '04 Nov 2026' : '04.11.2026.')
    })
})

test('a part of a day is no day: it is neither sent nor taken for the day that stood there before, and the field says so to eye and ear', async () => {
  ready()
  await site.visit('/employer/calculator', american, async (page) => {
    const [from] = labels['sr-Cyrl']
    const field = dayField(page, from)
    await typeDay(field, '3.11.2026')
    await field.getByRole('spinbutton').first().focus()
    await page.keyboard.press('Backspace')
    await page.locator('#calculator-gross').fill('100000')
    await page.getByText('Довршите датум').waitFor()
    const day = field.getByRole('spinbutton').first()
    assert.equal(await day.getAttribute('aria-invalid'), 'true')
    const described = await day.getAttribute('aria-describedby')
    assert.ok(described?.includes('calculator-from-error'), String(described))
    await axeFindsNothing(page, 'an unfinished day')
    await page.locator('form button[type=submit]').click()
    assert.ok(await field.evaluate((group) => group.contains(document.activeElement)), 'one is led to the field')
    assert.equal(asked.length, 0)
    await page.keyboard.type('5')
    await page.getByText('Довршите датум').waitFor({ state: 'detached' })
    await page.locator('form button[type=submit]').click()
    await until('the question is sent', () => asked.length > 0)
    assert.equal(asked[0]?.from, '2026-11-05')
  })
})

test('the month of absences is chosen in the reader’s words', async () => {
  ready()
  await site.visit('/employer/absences', american, async (page) => {
    const month = page.getByLabel('Месец', { exact: true })
    await month.waitFor()
    const shown = () => month.locator('option:checked').innerText()
    const first = await shown()
    assert.match(first, /^\p{Script=Cyrillic}+ \d{4}\.$/u)
    await page.getByRole('button', { name: 'Месец раније' }).click()
    assert.notEqual(await shown(), first)
    await page.getByRole('button', { name: 'Месец касније' }).click()
    assert.equal(await shown(), first)
  })
})
