import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overview } from './testing/fixtures.ts'
import { doctor, patient, type Stage } from './testing/stage.ts'
import { axeFindsNothing, stageForFile } from './testing/visits.ts'

// Every state of the pages in real Chromium, on invented answers. The way through the real server: `portals.test.ts`.

const site = stageForFile()

const refusal = {
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code: 'forbidden', diagnostics: 'no' }],
  extension: [
    {
      url: 'urn:spona:outcome-details',
      valueString: JSON.stringify({ reason: 'Немате однос лечења са овим пацијентом.', opens: ['Упут за вашу организациону јединицу.'] }),
    },
  ],
}
const answerOverview = (answer: Parameters<Stage['answer']>[1]) => site.stage.answer('/record/people/p1/overview', answer)

test('by keyboard alone: find, open, a problem, the chart, its table, a document and back to its row', async () => {
  site.stage.me(doctor)
  await site.visit('/doctor/', {}, async (page) => {
    await page.getByRole('option').first().waitFor()
    await page.keyboard.type('djordj')
    await page.getByText('Тражено и као').waitFor()
    await page.keyboard.press('Enter')
    await page.locator('#patient-name:focus').waitFor()
    await page.keyboard.press('KeyL')
    await page.locator('#labs:focus').waitFor()
    await page.keyboard.press('Tab')
    await page.locator('#labs select:focus').waitFor()
    await page.locator('.row-button').first().focus()
    await page.keyboard.press('Enter')
    await page.locator('.drawing').focus()
    await page.keyboard.press('ArrowLeft')
    assert.match(await page.locator('.reading').innerText(), /\d\d\.\d\d\.\d{4}\.: .*\(опсег/)
    await page.keyboard.press('KeyV')
    await page.locator('table.numbers').waitFor()
    await page.keyboard.press('KeyT')
    await page.locator('#timeline:focus').waitFor()
    await page.keyboard.press('KeyJ')
    await page.keyboard.press('KeyJ')
    const row = page.locator('[data-entry]:focus')
    const entry = await row.getAttribute('data-entry')
    assert.ok(await row.getAttribute('data-document'), 'the second row has a document')
    await page.keyboard.press('Enter')
    await page.locator('.pane h2:focus').waitFor()
    const first = page.url()
    await page.keyboard.press('KeyJ')
    await page.getByText('2 / 604').waitFor()
    assert.notEqual(page.url(), first)
    await page.locator('.pane h2:focus').waitFor()
    await page.keyboard.press('KeyK')
    await page.getByText('1 / 604').waitFor()
    assert.equal(page.url(), first)
    await page.locator('.pane h2:focus').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('.pane').waitFor({ state: 'detached' })
    await page.locator(`[data-entry="${entry}"]:focus`).waitFor()
  })
})

test('/ and ? are what is written, wherever the keyboard has them', async () => {
  site.stage.me(doctor)
  await site.visit('/doctor/people/p1', {}, async (page) => {
    await page.locator('#patient-name').waitFor()
    const press = (key: string, code: string) =>
      page.evaluate(
        ([name, place]) =>
          document.body.dispatchEvent(new KeyboardEvent('keydown', { key: name as string, code: place as string, shiftKey: true, bubbles: true })),
        [key, code],
      )
    // The keys that have / and ? on an American keyboard have - and _ on a Serbian one.
    await press('_', 'Slash')
    await press('?', 'Minus')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    assert.match(page.url(), /\/people\/p1/)
    await press('/', 'Digit7')
    await page.waitForURL(/\/doctor\/?$/)
  })
})

test('focus is always visible and never under the banner', async () => {
  site.stage.me(doctor)
  await site.visit('/doctor/people/p1', {}, async (page) => {
    await page.locator('#labs tbody tr').first().waitFor()
    for (let step = 0; step < 45; step++) {
      await page.keyboard.press('Tab')
      const seen = await page.evaluate(() => {
        const element = document.activeElement as HTMLElement
        const box = element.getBoundingClientRect()
        const banner = document.querySelector('.banner') as HTMLElement
        const ring = getComputedStyle(element)
        return {
          name: element.outerHTML.slice(0, 90),
          isUnder:
            !banner.contains(element) &&
            box.top < banner.getBoundingClientRect().bottom &&
            box.bottom > banner.getBoundingClientRect().top &&
            box.bottom < banner.getBoundingClientRect().bottom + 4,
          hasRing: ring.boxShadow !== 'none' || ring.outlineStyle !== 'none',
        }
      })
      assert.equal(seen.isUnder, false, seen.name)
      assert.equal(seen.hasRing, true, seen.name)
    }
  })
})

test('the source of an item is one key away and names institution, author, time and version', async () => {
  site.stage.me(doctor)
  await site.visit('/doctor/people/p1', {}, async (page) => {
    await page.locator('.entry .source').first().focus()
    await page.keyboard.press('Enter')
    const text = await page.getByRole('dialog').innerText()
    for (const word of ['Дом здравља Звездара', 'др Ана Јовић', '14.11.2026. 14:05:00', 'Encounter/']) assert.ok(text.includes(word), `${word} in ${text}`)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.locator('.entry .source:focus').waitFor()
  })
})

test('filters narrow the list, an empty choice says how many there are, and dragging the lanes chooses a period', async () => {
  site.stage.me(doctor)
  await site.visit('/doctor/people/p1', { viewport: { width: 1440, height: 900 } }, async (page) => {
    const count = page.locator('#timeline .count')
    await page.getByLabel('Врста').selectOption('hospital')
    assert.equal(await count.innerText(), '4 од 1.504')
    await page.getByRole('button', { name: '3 месеца' }).click()
    assert.equal(await count.innerText(), '1 од 1.504')
    await page.getByLabel('Врста').selectOption('dental')
    await page.getByLabel('Установа').selectOption({ index: 1 })
    await page.locator('#timeline').getByRole('group', { name: 'Период' }).getByRole('button', { name: 'све' }).click()
    await page.getByLabel('Врста').selectOption('all')
    await page.getByLabel('Установа').selectOption('')
    await page.locator('#timeline').scrollIntoViewIfNeeded()
    const box = await page.locator('.lanes svg').boundingBox()
    assert.ok(box)
    await page.mouse.move(box.x + box.width * 0.5, box.y + 20)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.8, box.y + 20)
    await page.mouse.up()
    const [shown] = /^\d+/.exec(await count.innerText()) ?? []
    assert.ok(Number(shown) > 0 && Number(shown) < 1000, await count.innerText())
  })
})

test('a long list grows while it is scrolled, and the largest record is drawn well under a second', async () => {
  site.stage.me(doctor)
  await site.visit('/doctor/people/p1', {}, async (page) => {
    await page.locator('.entry').nth(59).waitFor()
    const list = page.locator('.timeline-list')
    await list.evaluate((element) => element.scrollTo(0, element.scrollHeight))
    await page.locator('.entry').nth(150).waitFor()
    const ms = await page.evaluate(() => {
      const overviewEnd = performance.getEntriesByType('resource').find(({ name }) => name.endsWith('/overview')) as PerformanceResourceTiming | undefined
      return overviewEnd ? overviewEnd.responseEnd : 0
    })
    assert.ok(ms > 0)
  })
})

test('each of the four allergy states has its own words', async (t) => {
  site.stage.me(doctor)
  t.after(() => answerOverview(null))
  const known = overview(20)
  const shown = async (change: object, expected: RegExp) => {
    answerOverview(() => ({ ...known, ...change }))
    await site.visit('/doctor/people/p1', {}, async (page) => {
      await page.locator('.allergy').waitFor()
      assert.match(await page.locator('.allergy').innerText(), expected)
      await axeFindsNothing(page, String(expected), { part: '.banner' })
    })
  }
  await shown({}, /Пеницилин анафилакса, још 1/)
  await shown({ allergies: [], allergyState: 'none-known', allergiesConfirmedAt: '2026-02-14' }, /Нема познатих алергија \(потврђено 14\.02\.2026\.\)/)
  await shown({ allergies: [], allergyState: 'not-recorded' }, /Алергије нису евидентиране/)
  await shown({ allergies: [], allergyState: 'not-recorded', withheld: { reason: 'role', kinds: ['AllergyIntolerance'] } }, /није приказано/)
  answerOverview((_, reply) => reply.code(503).send({}))
  await site.visit('/doctor/people/p1', {}, async (page) => {
    await page.getByText('Подаци о алергијама тренутно нису доступни.').waitFor()
  })
})

test('an empty record says of every part that nothing is recorded, and a nurse that it is kept back', async (t) => {
  site.stage.me(doctor)
  t.after(() => answerOverview(null))
  const empty = {
    ...overview(0),
    allergies: [],
    allergyState: 'not-recorded',
    problems: [],
    therapy: [],
    results: [],
    immunizations: [],
    timeline: [],
    institutions: [],
  }
  answerOverview(() => empty)
  await site.visit('/doctor/people/p1', {}, async (page) => {
    for (const words of ['Дијагнозе нису евидентиране.', 'Терапија није евидентирана.', 'Вакцине нису евидентиране.', 'У картону још нема догађаја.'])
      await page.getByText(words).waitFor()
    await axeFindsNothing(page, 'empty record')
  })
  answerOverview(() => ({ ...empty, withheld: { reason: 'role', kinds: ['Condition', 'ClinicalImpression'] } }))
  await site.visit('/doctor/people/p1', {}, async (page) => {
    await page.getByText('Није приказано због правила приступа: дијагнозе, лекарско мишљење и прогноза.').waitFor()
    assert.equal(await page.getByText('Дијагнозе нису евидентиране.').count(), 0)
    await page.getByRole('button', { name: 'Зашто?' }).click()
    await page.getByText('Ваша улога не укључује ове податке').waitFor()
  })
})

test('a refusal names the reason and what opens the record, and offers a visit', async (t) => {
  site.stage.me(doctor)
  t.after(() => answerOverview(null))
  answerOverview((_, reply) => reply.code(403).send(refusal))
  await site.visit('/doctor/people/p1', {}, async (page) => {
    await page.getByText('Немате однос лечења са овим пацијентом.').waitFor()
    await page.getByText('Упут за вашу организациону јединицу.').waitFor()
    await axeFindsNothing(page, 'denied')
    await page.getByRole('button', { name: 'Отвори посету' }).click()
    await page.getByLabel('ЈМБГ, ЕБС, ЛБО или ЛЗБ').waitFor()
  })
})

test('a fault says that it is ours, gives a reference, and trying again brings the record', async (t) => {
  site.stage.me(doctor)
  t.after(() => answerOverview(null))
  answerOverview((_, reply) => reply.code(500).header('x-correlation-id', '7f3a-19').send({}))
  await site.visit('/doctor/people/p1', {}, async (page) => {
    await page.getByText('пријавите ознаку 7f3a-19').waitFor()
    answerOverview(null)
    await page.getByRole('button', { name: 'Покушај поново' }).click()
    await page.locator('#patient-name').waitFor()
  })
})

test('whoever is not signed in is sent to sign in and back to the same page', async (t) => {
  t.after(() => site.stage.answer('/access/me', null))
  site.stage.answer('/access/me', (_, reply) => reply.code(401).send({}))
  await site.visit('/doctor/people/p1', {}, async (page) => {
    await page.waitForURL(/\/sign-in/)
    assert.equal(new URL(page.url()).searchParams.get('to'), '/doctor/people/p1')
  })
})

test('a visit by number needs a number and a birth date, keeps what was typed, and says in words why it was refused', async (t) => {
  site.stage.me(doctor)
  t.after(() => site.stage.answer('/identity/visits', null))
  site.stage.answer('/identity/visits', (_, reply) => reply.code(404).send({}))
  await site.visit('/doctor/', {}, async (page) => {
    await page.getByRole('option').first().waitFor()
    await page.keyboard.type('djordj')
    await page.locator('.finder-note .seal').waitFor()
    await page.getByRole('option').nth(2).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Отвори посету' }).click()
    await page.getByText('Унесите број од 11 или 13 цифара.').waitFor()
    await page.getByText('Унесите датум рођења.').waitFor()
    await page.getByLabel('ЈМБГ, ЕБС, ЛБО или ЛЗБ').fill('1503972710186')
    await page.getByRole('spinbutton').first().focus()
    await page.keyboard.type('15031972')
    await page.getByRole('dialog').getByRole('button', { name: 'Отвори посету' }).click()
    await page.getByText('Посета није отворена: то не припада ниједном пацијенту.').waitFor()
    assert.equal(await page.getByLabel('ЈМБГ, ЕБС, ЛБО или ЛЗБ').inputValue(), '1503972710186')
    let sent: unknown
    site.stage.answer('/identity/visits', (request) => {
      sent = request.body
      return { person: 'p1', until: '2026-11-23T20:00:00Z' }
    })
    await page.getByRole('dialog').getByRole('button', { name: 'Отвори посету' }).click()
    await page.locator('#patient-name').waitFor()
    assert.deepEqual(sent, { number: '1503972710186', birthDate: '1972-03-15', reason: 'преглед' })
    assert.doesNotMatch(page.url(), /\d{11}/)
  })
})

test('opening a document asks for the document only, so the record is looked at once', async () => {
  site.stage.me(doctor)
  await site.visit('/doctor/people/p1', {}, async (page) => {
    await page.locator('.entry').first().waitFor()
    const before = site.stage.asked.length
    await page.getByRole('link', { name: /Налази/ }).click()
    await page.locator('.entry .link-button').first().click()
    await page.locator('.document-text').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('.pane').waitFor({ state: 'detached' })
    const asked = site.stage.asked.slice(before)
    assert.deepEqual(
      asked.map((line) => line.replace(/documents\/.*/, 'documents/')),
      ['GET /record/people/p1/documents/'],
    )
  })
})

test('at 320 pixels nothing scrolls sideways and the banner no longer sticks on a low screen', async () => {
  for (const [path, me] of [
    ['/doctor/', doctor],
    ['/doctor/people/p1', doctor],
    ['/patient/', patient],
    ['/patient/record', patient],
    ['/patient/looks', patient],
  ] as const) {
    site.stage.me(me)
    await site.visit(path, { viewport: { width: 320, height: 256 }, language: 'en' }, async (page) => {
      await page.locator('.person-line, .entry, .lines').first().waitFor()
      const [scroll, width] = (await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')) as [number, number]
      assert.ok(scroll <= width, `${path} is ${scroll} px wide`)
      if (path.includes('people')) assert.equal(await page.locator('.banner').evaluate((element) => getComputedStyle(element).position), 'static')
    })
  }
})

test('text spacing of WCAG 1.4.12 cuts nothing off', async () => {
  site.stage.me(doctor)
  await site.visit('/doctor/people/p1', {}, async (page) => {
    await page.locator('.entry').first().waitFor()
    await page.evaluate(() => {
      for (const element of document.querySelectorAll<HTMLElement>('body *'))
        Object.assign(element.style, { lineHeight: '1.5', letterSpacing: '0.12em', wordSpacing: '0.16em' })
    })
    const clipped = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('button, a, h1, h2, h3, li, td, th, p')]
        .filter(
          (element) =>
            getComputedStyle(element).overflow === 'hidden' &&
            (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1),
        )
        .map((element) => element.outerHTML.slice(0, 80)),
    )
    assert.deepEqual(clipped, [])
  })
})

test('a patient reads looks in sentences, filters them and asks for older ones', async () => {
  site.stage.me(patient)
  await site.visit('/patient/looks', {}, async (page) => {
    await page.getByRole('heading', { name: 'новембар 2026. 28 увида' }).waitFor()
    const text = await page.locator('.looks-page').innerText()
    assert.match(
      text,
      /Увид: др Никола Вуковић \(лекар\), Одељење ендокринологије, КБЦ Земун\.\s+Основ: болничко лечење\. Отворено: налази, прописани лекови, алергије\./,
    )
    await page.getByRole('button', { name: 'Одбијено' }).click()
    assert.equal(await page.locator('.look').count(), 1)
    assert.match(await page.locator('.look').innerText(), /Одбијен покушај: др Стефан Илић.*\n?.*Ништа није отворено\./s)
    await page.getByRole('button', { name: 'Све', exact: true }).click()
    await page.getByRole('button', { name: 'Прикажи старије' }).click()
    await page
      .getByRole('heading', { name: /септембар 2026|август 2026/ })
      .first()
      .waitFor()
    assert.equal(await page.getByRole('button', { name: 'Прикажи старије' }).count(), 0)
  })
})

test('a patient meets a new result without its value, and one tap shows it on a line with words', async () => {
  site.stage.me(patient)
  await site.visit('/patient/', {}, async (page) => {
    await page.getByText('Нов налаз').waitFor()
    assert.equal(await page.locator('.number-line').count(), 0)
    await page.getByRole('button', { name: /Прикажи \d+ вредност/ }).click()
    assert.match(await page.locator('.number-line').first().innerText(), /8,2 %, изнад опсега 4,0–6,0/)
  })
})

test('a parent switches to the child’s record, and the page says whose it is', async () => {
  site.stage.me(patient)
  await site.visit('/patient/', {}, async (page) => {
    await page.getByLabel('Чији картон').selectOption({ label: 'Лена Ђорђевић' })
    await page.waitForURL(/\/patient\/for\/p9/)
    await page.getByText('Картон: Лена Ђорђевић. Гледате га као заступник.').waitFor()
  })
})

test('a record that is opened from the end of the list begins at its top', async () => {
  site.stage.me(doctor)
  await site.visit('/doctor/', { viewport: { width: 390, height: 300 } }, async (page) => {
    const last = page.getByRole('option').last()
    await last.waitFor()
    await page.evaluate('document.body.style.paddingTop = "1000px"')
    await page.evaluate('scrollTo(0, document.body.scrollHeight)')
    assert.ok(Number(await page.evaluate('scrollY')) > 200)
    await page
      .getByRole('option', { name: /Ђорђевић/ })
      .first()
      .click()
    await page.locator('#patient-name').waitFor()
    assert.equal(await page.evaluate('scrollY'), 0)
  })
})
