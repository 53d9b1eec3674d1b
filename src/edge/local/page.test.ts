import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { launchBrowser } from '../../testing/browser.ts'
import { loneEdge } from '../../testing/lone-edge.ts'
import { until } from '../../testing/process.ts'
import { setAside } from '../store/items.ts'
import { noteUndelivered } from '../store/undelivered.ts'

const shots = process.env['SPONA_SHOTS']

async function nothingFound(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']).setLegacyMode(true).analyze()
  assert.deepEqual(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`),
    [],
    where,
  )
  if (shots) await page.screenshot({ path: join(shots, `${where.replace(/\W+/g, '-')}.png`), fullPage: true })
}

test('the page of the edge passes axe in its languages and themes, on a phone too; another program’s page can show the small one, and both refresh themselves', async (t) => {
  const { edge, statusPort, ports } = await loneEdge(t, () => 'mllp: [{ name: lis, port: 0 }]')
  const { store, intake, centre } = edge
  const { seq } = await intake.accept({ source: 'lis', protocol: 'fhir', name: 'a letter', original: Buffer.from('{}') })
  const reason = { by: 'record', sentence: 'the status is not one of R4', place: 'Bundle.entry[0]', hint: 'Send a status that R4 knows.' } as const
  await store.write(() => setAside(store, seq, 'quarantined', reason, 0))
  const inward = { service: 'lone-edge/results', target: '', at: 0, reason: 'this edge takes no messages of this service', isFinal: true }
  await store.write(() => noteUndelivered(store, { ...inward, message: 'm-1' }))
  const bare = connect(ports[0]?.port ?? 0, '127.0.0.1', () => bare.write('MSH|^~\\&|LIS'))
  t.after(() => bare.destroy())
  await until('the cut is noticed', () => centre.contact.cutSince !== null)
  const browser = await launchBrowser(t)
  const address = `http://127.0.0.1:${statusPort}`
  for (const [language, colorScheme, width] of [
    ['sr-Cyrl', 'light', 1200],
    ['sr-Latn', 'dark', 390],
    ['en', 'light', 390],
  ] as const) {
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } })
    for (const path of width > 1000 ? ['/', '/small'] : ['/']) {
      await page.goto(`${address}${path}?lang=${language}`)
      assert.equal(await page.getAttribute('html', 'lang'), language)
      if (path === '/') await page.getByRole('row', { name: 'lone-edge/results' }).waitFor()
      if (path === '/') await page.getByRole('row', { name: /MLLP/ }).waitFor()
      await nothingFound(page, `${language} ${colorScheme} ${path}`)
      const overflow = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')
      assert.equal(overflow, false, 'nothing stands beyond the side of a phone')
    }
    await page.close()
  }

  const asked = await browser.newPage({ viewport: { width: 390, height: 800 } })
  await asked.goto(`${address}/?lang=sr-Latn`)
  await asked.getByLabel('ime datoteke').fill('a letter')
  await asked.keyboard.press('Enter')
  await asked.getByRole('heading', { name: 'Pod brojem a letter' }).waitFor()
  await asked
    .getByRole('row', { name: /fhir|lis a letter/ })
    .getByText('čeka ispravku')
    .first()
    .waitFor()
  await nothingFound(asked, 'found')
  await asked.getByRole('link', { name: 'English' }).click()
  await asked.getByRole('heading', { name: 'Under the number a letter' }).waitFor()
  await asked.getByLabel('the name of a file').fill('<b>nobody</b>')
  await asked.getByRole('button', { name: 'Find' }).click()
  await asked.getByText('What has ended is kept for 30 days').waitFor()
  assert.equal(await asked.locator('main b').count(), 0, 'what was typed is text')
  await asked.close()

  // The screen of the local system is a page of another origin.
  const screen = createServer((_, response) =>
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end(`<!doctype html><title>LIS</title><iframe title="edge" src="${address}/small?lang=en"></iframe>`),
  ).listen(0, '127.0.0.1')
  t.after(() => screen.close())
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${(screen.address() as AddressInfo).port}/`)
  const state = page.frameLocator('iframe').getByRole('status')
  await state.getByText('The centre cannot be reached').waitFor()
  // The line is back: an event tells the small page.
  Object.defineProperty(centre.contact, 'cutSince', { get: () => null, set: () => {}, configurable: true })
  await state.getByText('Something waits for you').waitFor()
  await page.close()
})
