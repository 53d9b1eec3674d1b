import assert from 'node:assert/strict'
import type { Browser, Page } from 'playwright-core'
import type { LeaveTown } from '../../testing/sickleave.ts'

/** A town whose server listens at `url`, and a browser to look at it. */
export type TownSite = { town: LeaveTown; browser: Browser; url: string }

/** A page in the name of an account, at the clock of the town; what the browser complains about fails the test when the page is closed. */
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

/** What is done on a page in the name of an account. */
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
