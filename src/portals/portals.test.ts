import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../testing/browser.ts'
import { crowding } from '../testing/crowding.ts'
import { builtPortals } from '../testing/portals.ts'
import { type OwnSystem, runServer } from '../testing/running-server.ts'
import { formatDate } from './shared/format.ts'
import { dayField, typeDay } from './testing/days.ts'

// A doctor and a patient in real Chromium on the real server with the invented country: nothing here is answered by a test.

const coldRounds = 20

/** Milliseconds from navigation until the whole record is painted, sorted: as they were, and without what others on the machine took. */
async function coldTimes(page: Page, address: string): Promise<{ asTheyWere: number[]; alone: number[] }> {
  const [asTheyWere, alone]: [number[], number[]] = [[], []]
  for (let round = 0; round < coldRounds; round++) {
    const crowd = crowding()
    await page.goto(address)
    await page.locator('#labs tbody tr').first().waitFor()
    const ms = await page.evaluate(
      () =>
        new Promise<number>((done) => {
          requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())))
        }),
    )
    asTheyWere.push(Math.round(ms))
    alone.push(Math.round(ms / crowd))
  }
  const inOrder = (times: readonly number[]) => times.toSorted((one, other) => one - other)
  return { asTheyWere: inOrder(asTheyWere), alone: inOrder(alone) }
}

type Language = 'sr-Cyrl' | 'sr-Latn' | 'en'
type Wish = { user: string; path: string; language: Language }

/** Signs in through the page, as a person does, and ends where the person wanted to go. */
async function signIn({ browser, url }: { browser: Browser; url: string }, { user, path, language }: Wish, act: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: language === 'en' ? 'en-GB' : 'sr-RS' })
  const complaints: string[] = []
  try {
    await context.addInitScript((tag) => localStorage.setItem('spona.language', tag), language)
    const page = await context.newPage()
    page.setDefaultTimeout(60_000)
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text())
    })
    await page.goto(url + path)
    await page.locator(`form:has(input[name=user][value=${user}]) button`).click()
    await page.waitForURL((address) => address.pathname.startsWith(path))
    await act(page)
    assert.deepEqual(complaints, [])
  } finally {
    await context.close()
  }
}

const words = {
  'sr-Cyrl': {
    results: 'Последњи налази',
    name: 'Ђурић Снежана',
    opened: /Увид: др [^\n]+ \(лекар\)/,
    basis: /Основ: (изабрани лекар|отворена посета)\. Отворено: [^\n]*цео картон/,
    own: 'Ви',
  },
  'sr-Latn': {
    results: 'Poslednji nalazi',
    name: 'Đurić Snežana',
    opened: /Uvid: dr [^\n]+ \(lekar\)/,
    basis: /Osnov: (izabrani lekar|otvorena poseta)\. Otvoreno: [^\n]*ceo karton/,
    own: 'Vi',
  },
  en: {
    results: 'Latest results',
    name: 'Đurić Snežana',
    opened: /Viewed: dr [^\n]+ \(doctor\)/,
    basis: /Basis: (your chosen doctor|open visit)\. Opened: [^\n]*the whole record/,
    own: 'You',
  },
} as const

test('a doctor and a patient in Chromium on the real server', async (t) => {
  const portals = await builtPortals()
  const [{ url, stranger, ownSystem }, browser] = await Promise.all([runServer(t, { portals, people: 60 }), launchBrowser(t)])
  const signedIn = (wish: Wish, act: (page: Page) => Promise<void>) => signIn({ browser, url }, wish, act)

  for (const language of ['sr-Cyrl', 'sr-Latn', 'en'] as const) {
    await t.test(`in ${language} a doctor finds and reads a record, and the patient sees that look`, async () => {
      const said = words[language]
      await signedIn({ user: 'doktor', path: '/doctor/', language }, async (page) => {
        await page.getByRole('searchbox').fill('djuric snezana')
        await page.locator('.person-line[data-focused]').filter({ hasText: said.name }).waitFor()
        await page.keyboard.press('Enter')
        await page.locator('#patient-name').waitFor()
        assert.equal(await page.locator('#patient-name').innerText(), said.name)
        await page.getByRole('heading', { name: said.results }).waitFor()
        assert.ok((await page.locator('.entry').count()) > 5)
        if (language !== 'sr-Cyrl') assert.deepEqual((await page.locator('#content').innerText()).match(/.{0,20}[Ѐ-ӿ].{0,20}/g), null)
        await page.locator('.entry .link-button').first().click()
        await page.locator('.pane .document-text').waitFor()
        assert.doesNotMatch(page.url(), /(?<![0-9a-f-])\d{11}/, 'digits of an id are no number of a person')
      })
      await signedIn({ user: 'pacijent', path: '/patient/looks', language }, async (page) => {
        await page.locator('.look').first().waitFor()
        const text = await page.locator('.looks-page').innerText()
        assert.match(text, said.opened)
        assert.match(text, said.basis)
        if (language !== 'sr-Cyrl') assert.deepEqual(text.match(/.{0,20}[Ѐ-ӿ].{0,20}/g), null)
      })
    })
  }

  await t.test(
    'a doctor opens a sick leave from the visit with a link and one confirmation that signs it, under ten seconds, and the person reads who pays and who decides',
    async (one) => {
      await reportVisit(await ownSystem())
      await signedIn({ user: 'doktor', path: '/doctor/', language: 'sr-Cyrl' }, async (page) => {
        await page.getByRole('searchbox').fill('djuric snezana')
        await page.locator('.person-line[data-focused]').filter({ hasText: 'Ђурић Снежана' }).waitFor()
        await page.keyboard.press('Enter')
        await page.locator('#patient-name').waitFor()
        const limitMs = 10_000 * crowding()
        const began = performance.now()
        const seconds = () => ((performance.now() - began) / 1000).toFixed(1)
        await page.getByRole('link', { name: 'Боловање' }).click()
        await page.getByText('Процена трајања је 10 дана').waitFor()
        assert.equal(await page.locator('#leave-diagnosis').inputValue(), 'M54.5')
        assert.match(await page.locator('.leave-form').innerText(), /из посете \d+\.\d+\.\d+/)
        await page.getByRole('button', { name: 'Отвори боловање' }).click()
        const asked = seconds()
        await page.getByLabel('Лозинка').fill('demo')
        await page.keyboard.press('Enter')
        await page.getByText('Послодавац је обавештен').waitFor()
        one.diagnostic(
          `link, confirmation: ${asked} s; with the password that unlocks the signature once in a session: ${seconds()} s, the machine's part included`,
        )
        assert.ok(performance.now() - began < limitMs, `${seconds()} s, of ${(limitMs / 1000).toFixed(1)}`)
        await page.getByText(/Потпис је откључан до/).waitFor()
        assert.match(await page.locator('.leaves').innerText(), /M54\.5[\s\S]*1\. дан непрекидне спречености од 30/)
        await page.getByRole('link', { name: 'Дознаке' }).click()
        await page.getByText('Ђурић Снежана').waitFor()
        await page.getByRole('button', { name: 'Издај 1 дознаку' }).click()
        await page.getByText('Издата је 1 дознака.').waitFor()
        await page.getByRole('link', { name: 'боловање', exact: true }).click()
        await page.getByRole('button', { name: 'Закључи' }).click()
        await dayField(page, 'Последњи дан боловања').waitFor()
        await page.getByRole('dialog').getByRole('button', { name: 'Закључи' }).click()
        await page.getByText('Урађено.').waitFor()
        await page.getByText('закључено', { exact: true }).waitFor()
        assert.equal(await page.getByText('потписано').count(), 3, 'opening, report and closing')
        const [paper] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /^Дознака .*PDF/ }).click()])
        assert.match(paper.suggestedFilename(), /\.pdf$/)
      })
      await signedIn({ user: 'pacijent', path: '/patient/leaves', language: 'sr-Latn' }, async (page) => {
        await page.locator('.leaves li').first().waitFor()
        const text = await page.locator('.patient-page').innerText()
        assert.match(text, /na teret poslodavca/)
        await page
          .getByRole('button', { name: /^Pokaži dijagnozu/ })
          .first()
          .click()
        const dialog = page.getByRole('dialog')
        await typeDay(dayField(dialog, 'Poslednji dan saglasnosti'), formatDate('sr-Latn', new Date(Date.now() + 30 * 86_400_000).toISOString()))
        await dialog.getByRole('button', { name: 'Pokaži dijagnozu' }).click()
        await page.getByText(/može da vidi dijagnozu do/).waitFor()
        await page
          .getByRole('button', { name: /^Opozovi/ })
          .first()
          .click()
        await page
          .getByRole('button', { name: /^Pokaži dijagnozu/ })
          .first()
          .waitFor()
        assert.deepEqual(text.match(/.{0,20}[Ѐ-ӿ].{0,20}/g), null)
      })
    },
  )

  await t.test('a look that the patient does not know goes to the data officer of the institution, whose answer the patient reads', async () => {
    await signedIn({ user: 'pacijent', path: '/patient/looks', language: 'sr-Cyrl' }, async (page) => {
      await page
        .getByRole('button', { name: /^Не познајем овај увид/ })
        .first()
        .click()
      await page.getByLabel('Шта желите да кажете').fill('Тог дана нисам био код лекара.')
      await page.getByRole('button', { name: 'Пошаљи пријаву' }).click()
      await page.getByText(/Одговор мора да стигне до/).waitFor()
    })
    await signedIn({ user: 'poverenik', path: '/doctor/', language: 'sr-Cyrl' }, async (page) => {
      await page.getByRole('link', { name: 'Пријаве увида (1)' }).click()
      await page.getByText('Тог дана нисам био код лекара.').waitFor()
      await page.getByRole('button', { name: 'Одговори: Ђурић Снежана' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('Налаз').selectOption('in-order')
      await dialog.getByLabel('Образложење за пацијента').fill('Преглед је био 30. новембра, по Вашем захтеву.')
      await dialog.getByRole('button', { name: 'Одговори' }).click()
      await page.getByText(/увид је имао основа: Преглед је био/).waitFor()
    })
    await signedIn({ user: 'pacijent', path: '/patient/looks', language: 'sr-Cyrl' }, async (page) => {
      await page.getByText('Преглед је био 30. новембра, по Вашем захтеву.').waitFor()
    })
  })

  /** What the doctor's own software sends during a visit. */
  async function reportVisit({ token, licence }: OwnSystem) {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' }
    const found = await fetch(`${url}/fhir/Patient?family=${encodeURIComponent('Ђурић')}&given=${encodeURIComponent('Снежана')}`, { headers })
    const { entry = [] } = (await found.json()) as { entry?: { resource: { id: string } }[] }
    const subject = { reference: `Patient/${entry[0]?.resource.id}` }
    const visit = `urn:uuid:${crypto.randomUUID()}`
    const coding = [{ system: 'http://hl7.org/fhir/sid/icd-10', code: 'M54.5', display: 'Бол у доњем делу леђа' }]
    const individual = { identifier: { system: 'urn:rs:licence', value: licence } }
    const encounter = { resourceType: 'Encounter', status: 'finished', class: { code: 'AMB' }, subject, participant: [{ individual }] }
    const resources = [
      { ...encounter, period: { start: new Date(Date.now() - 600_000).toISOString(), end: new Date().toISOString() } },
      {
        resourceType: 'Condition',
        subject,
        code: { coding, text: 'Бол у доњем делу леђа' },
        encounter: { reference: visit },
        recordedDate: new Date().toISOString(),
      },
    ]
    const body = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: resources.map((resource, at) => ({
        fullUrl: at === 0 ? visit : `urn:uuid:${crypto.randomUUID()}`,
        ...{ resource, request: { method: 'POST', url: resource.resourceType } },
      })),
    }
    const answer = await fetch(`${url}/fhir`, { method: 'POST', headers, body: JSON.stringify(body) })
    assert.equal(answer.status, 200, await answer.text())
  }

  await t.test('the largest record is complete in the browser within a second with an empty cache', async (one) => {
    await signedIn({ user: 'doktor', path: '/doctor/', language: 'sr-Cyrl' }, async (page) => {
      await page.getByRole('searchbox').fill('Ђорђевић Живорад')
      await page.getByRole('option', { name: 'Ђорђевић Живорад' }).first().click()
      await page.locator('#patient-name').waitFor()
      const address = page.url()
      const events = await page.locator('#timeline .count').innerText()
      const network = await page.context().newCDPSession(page)
      await network.send('Network.setCacheDisabled', { cacheDisabled: true })
      // Other tests share the machine: what a quarter of the loads keep to is the page's own, and a set that was disturbed is measured once more.
      let quarter = Infinity
      for (let set = 0; set < 2 && quarter >= 1000; set++) {
        const { asTheyWere, alone } = await coldTimes(page, address)
        quarter = alone[Math.floor(coldRounds / 4)] ?? Infinity
        const [median, late] = [asTheyWere[Math.floor(coldRounds / 2)], asTheyWere[Math.ceil(coldRounds * 0.95) - 1]]
        one.diagnostic(
          `${events}: complete ${asTheyWere[0]}–${asTheyWere.at(-1)} ms after navigation, median ${median}, 95th percentile ${late}, empty cache; without others on the machine a quarter within ${quarter}`,
        )
      }
      assert.ok(quarter < 1000, `${quarter} ms`)
    })
  })

  await t.test('an answer that comes in the middle of a click puts no other patient under the pointer', async () => {
    await signedIn({ user: 'doktor', path: '/doctor/', language: 'sr-Cyrl' }, async (page) => {
      const line = page.getByRole('option').first()
      const name = (await line.innerText()).split('\n', 1)[0] ?? ''
      const pressed = Promise.withResolvers<void>()
      await page.route('**/identity/people/search', async (route) => {
        await pressed.promise
        await route.continue()
      })
      await page.getByRole('searchbox').fill('Петровић')
      await line.hover()
      await page.mouse.down()
      const answer = page.waitForResponse('**/identity/people/search')
      pressed.resolve()
      await answer
      await page.waitForTimeout(200)
      await page.mouse.up()
      await page.locator('#patient-name').waitFor()
      assert.equal(await page.locator('#patient-name').innerText(), name)
    })
  })

  await t.test('a patient without a relation is masked in the finder, refused by address with what would open it, and opened by a visit', async () => {
    await signedIn({ user: 'doktor', path: '/doctor/', language: 'sr-Cyrl' }, async (page) => {
      await page.getByRole('searchbox').fill(`${stranger.given} ${stranger.family}`)
      const line = page.getByRole('option', { name: new RegExp(`${stranger.given}.*нема основа`) }).first()
      await line.waitFor()
      assert.doesNotMatch(await line.innerText(), new RegExp(stranger.family), 'the family name is masked')
      await page.goto(`${url}/doctor/people/${stranger.handle}`)
      await page.getByText('Немате однос лечења са овим пацијентом.').waitFor()
      await page.getByRole('button', { name: 'Отвори посету' }).click()
      await page.getByLabel('ЈМБГ, ЕБС, ЛБО или ЛЗБ').fill(stranger.jmbg)
      await page.getByRole('spinbutton').first().focus()
      await page.keyboard.type(stranger.birthDate.split('-').reverse().join(''))
      await page.getByRole('dialog').getByRole('button', { name: 'Отвори посету' }).click()
      await page.locator('#patient-name').waitFor()
      assert.equal(await page.locator('#patient-name').innerText(), `${stranger.family} ${stranger.given}`)
      assert.match(await page.locator('.circumstances').innerText(), /Увид: отворена посета, до /)
    })
  })

  await t.test('an encounter that the institution’s system reported opens the record only when its doctor confirms it', async () => {
    const { token, licence } = await ownSystem()
    const send = async (resource: object & { resourceType: string }) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' }
      const answer = await fetch(`${url}/fhir/${resource.resourceType}`, { method: 'POST', headers, body: JSON.stringify(resource) })
      assert.equal(answer.status, 201)
      return (await answer.json()) as { id: string }
    }
    const patient = await send({ resourceType: 'Patient', name: [{ family: 'Пријављен', given: ['Случај'] }], birthDate: '1980-05-05' } as never)
    const individual = { identifier: { system: 'urn:rs:licence', value: licence } }
    const subject = { reference: `Patient/${patient.id}` }
    await send({ resourceType: 'Encounter', status: 'in-progress', class: { code: 'AMB' }, subject, participant: [{ individual }] } as never)
    await signedIn({ user: 'doktor', path: '/doctor/', language: 'sr-Cyrl' }, async (page) => {
      await page.getByRole('heading', { name: 'Пријављени прегледи чекају Вашу потврду' }).waitFor()
      assert.equal(await page.getByText('Пријављен', { exact: true }).count(), 0, 'who it is stays unsaid')
      await page.getByRole('button', { name: 'Потврди посету' }).click()
      await page.getByText('Пријављен', { exact: true }).waitFor()
      assert.equal(await page.getByRole('button', { name: 'Потврди посету' }).count(), 0)
    })
  })

  await t.test('a parent opens the child’s record and nobody else’s', async () => {
    await signedIn({ user: 'roditelj', path: '/patient/', language: 'sr-Cyrl' }, async (page) => {
      await page.getByLabel('Чији картон').selectOption({ index: 1 })
      await page.waitForURL(/\/patient\/for\//)
      await page.getByText('Гледате га као заступник.').waitFor()
      await page.getByRole('link', { name: 'Картон', exact: true }).click()
      await page.getByRole('heading', { name: /^Картон: / }).waitFor()
      await page.goto(`${url}/patient/for/${stranger.handle}/record`)
      await page.getByRole('alert').waitFor()
    })
  })

  await t.test('signing out ends the session: the next page asks to sign in', async () => {
    await signedIn({ user: 'pacijent', path: '/patient/', language: 'en' }, async (page) => {
      await page.getByRole('button', { name: /Settings/ }).click()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.waitForURL((url) => url.pathname === '/')
      await page.goto(`${url}/patient/`)
      await page.locator('input[name=password]').last().waitFor()
    })
  })
})
