import assert from 'node:assert/strict'
import type { Browser, Page } from 'playwright-core'
import type { LeaveTown } from '../../testing/sickleave.ts'

/** A town whose server listens at `url`, and a browser for its pages. */
export type TownSite = { town: LeaveTown; browser: Browser; url: string }

/** A page of an account, with the town's clock. Closing it fails the test if the browser has complained. */
export async function openPage({ town, browser, url }: TownSite, account: string, path: string): Promise<{ page: Page; close(): Promise<void> }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'sr-RS' })
  const complaints: string[] = []
  const [name = '', value = ''] = (await town.cookie(account)).cookie.split('=')
  await context.addCookies([{ name, value, url }])
  await context.addInitScript(() => localStorage.setItem('spona.language', 'sr-Cyrl'))
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  await page.clock.setFixedTime(town.world.now())
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => message.type() === 'error' && !message.text().startsWith('Failed to load') && complaints.push(message.text()))
  await page.goto(url + path, { waitUntil: 'commit' })
  return {
    page,
    async close() {
      await context.close()
      assert.deepEqual(complaints, [])
    },
  }
}

/** Opens a page of an account, acts on it and closes it. */
export async function as(site: TownSite, account: string, path: string, act: (page: Page) => Promise<void>): Promise<void> {
  const { page, close } = await openPage(site, account, path)
  try {
    await act(page)
  } catch (error) {
    await page.context().close()
    throw error
  }
  await close()
}
