import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { launchBrowser } from '../testing/browser.ts'
import { builtPortals } from '../testing/portals.ts'
import { startLeaveTown } from '../testing/sickleave.ts'
import { dayField, typeDay } from './testing/days.ts'
import { as, type TownSite } from './testing/town-page.ts'
import { axeFindsNothing } from './testing/visits.ts'

// A request to correct a leave, from the asking to the answer, on the pages of everybody concerned: Chromium on the real server, with no invented answers.

async function begin(t: TestContext): Promise<TownSite> {
  const town = await startLeaveTown(t, undefined, await builtPortals())
  const browser = await launchBrowser(t)
  await town.app.listen({ port: 0, host: '127.0.0.1' })
  return { town, browser, url: `http://127.0.0.1:${(town.app.server.address() as AddressInfo).port}` }
}

const isFocused = (page: Page, role: 'status' | 'heading') =>
  page
    .getByRole(role)
    .first()
    .evaluate((one) => one === one.ownerDocument.activeElement)

test('who asks for a correction reads the answer where they asked: the doctor finds the request by its deadline, corrects and accepts, or refuses', async (t) => {
  const country = await begin(t)
  const { town } = country
  const [firm] = town.employers
  assert.ok(firm)
  const signer = await town.clerk(0, 'signer')
  const person = await town.worker([{ employer: firm.id }])
  const opening = { from: '2026-03-02', until: '2026-03-20', reason: '01', diagnosis: 'M54.5', exception: 'surgery' }
  assert.equal((await town.as(town.doctor)('POST', `/sickleave/people/${person.handle}/leaves`, opening)).status, 201)

  await as(country, person.account, '/patient/leaves', async (page) => {
    await page.getByRole('button', { name: 'Тражи исправку' }).click()
    await page.getByLabel('Шта није у реду').fill('Боловање траје до деветог марта, а не до двадесетог.')
    await page.getByRole('button', { name: 'Пошаљи' }).click()
    await page.getByText('одлука до 10.03.2026.').waitFor()
  })
  town.at('2026-03-09T08:00:00Z')
  const known = (await town.as(signer)('GET', `/sickleave/employer/${firm.pib}/leaves`)).body.events[0].leave
  const asked = { kind: 'correction', leave: known, text: 'Радница је радила цео март.' }
  assert.equal((await town.as(signer)('POST', `/sickleave/employer/${firm.pib}/objections`, asked)).status, 201)

  town.at('2026-03-12T08:00:00Z')
  await as(country, town.doctor, '/doctor/', async (page) => {
    const waiting = page.getByRole('region', { name: 'Захтеви за исправку боловања' })
    const lines = waiting.getByRole('listitem')
    await lines.nth(1).waitFor()
    const [first = '', second = ''] = await lines.allInnerTexts()
    assert.match(first, /Петровић Ана[\s\S]*рок\s+10\.03\.2026\.\s+преко рока/)
    assert.match(second, /рок\s+17\.03\.2026\.\s*$/)
    await waiting.getByRole('link').first().focus()
    await page.keyboard.press('Enter')

    await page.getByText('Боловање траје до деветог марта, а не до двадесетог.').waitFor()
    assert.ok(await isFocused(page, 'heading'))
    await page.getByText('осигураник', { exact: true }).waitFor()
    await page.getByRole('link', { name: /^Потврда .*PDF/ }).waitFor()
    assert.equal(await page.getByLabel('Дужи рок лекара').inputValue(), 'surgery', 'a correction states the whole leave, so what stands in it is there')
    await typeDay(dayField(page, 'Очекивани последњи дан'), '09.03.2026')
    const accept = page.getByRole('button', { name: 'Исправи и прихвати захтев' })
    await accept.focus()
    await page.keyboard.press('Enter')
    assert.equal(await page.getByLabel('Образложење').evaluate((one) => one === one.ownerDocument.activeElement), true, 'what is missing takes the focus')
    await page.keyboard.type('Исправљен последњи дан.')
    await axeFindsNothing(page, 'a request')
    await accept.focus()
    await page.keyboard.press('Enter')
    await page.getByText(/Захтев П-2026-\d+ је усвојен, а боловање исправљено\./).waitFor()
    assert.ok(await isFocused(page, 'status'))
    await axeFindsNothing(page, 'an accepted request')

    await page.getByRole('link', { name: 'Следећи захтев: Петровић Ана' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('Радница је радила цео март.').waitFor()
    await page.getByText('Боловање је мењано после овог захтева.').waitFor()
    await page.getByRole('button', { name: 'Одбиј захтев' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').getByLabel('Разлог').fill('Преглед 2. марта потврђује спреченост.')
    await axeFindsNothing(page, 'the refusal')
    await page.keyboard.press('Enter')
    await page.getByText(/Захтев П-2026-\d+ је одбијен\./).waitFor()
    assert.ok(await isFocused(page, 'status'))
    await page.getByRole('link', { name: 'На почетну страну' }).click()
    await page.getByRole('searchbox').waitFor()
    assert.equal(await page.getByText('Захтеви за исправку боловања').count(), 0)
  })

  await as(country, person.account, '/patient/leaves', async (page) => {
    await page.getByText('усвојено').waitFor()
    await page.getByText('Одговор: Исправљен последњи дан.').waitFor()
    await page.getByText('02.03.2026. – 09.03.2026.').first().waitFor()
  })
  await as(country, signer, '/employer/objections', async (page) => {
    await page
      .getByRole('row', { name: /Петровић Ана/ })
      .getByText('одбијен')
      .waitFor()
  })
  const { body } = await town.as(town.doctor)('GET', `/sickleave/people/${person.handle}/leaves`)
  assert.deepEqual([body.leaves[0].exception, body.leaves[0].diagnosis, body.leaves[0].until], ['surgery', 'M54.5', '2026-03-09'])
})
