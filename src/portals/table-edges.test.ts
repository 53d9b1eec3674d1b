import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { fundAnswers, officer } from './testing/fund-fixtures.ts'
import { stageForFile } from './testing/visits.ts'

const site = stageForFile()

/** How much the outermost pixels at the left and right edge of a table differ from the background a little further in. */
async function edges(page: Page): Promise<{ left: number; right: number }> {
  const box = await page.locator('.table-scroll').first().boundingBox()
  assert.ok(box)
  // The lowest pixels of the box are below the words of the last row.
  const clip = { x: box.x, y: box.y + box.height - 6, width: box.width, height: 3 }
  const shot = await page.screenshot({ clip })
  return page.evaluate(
    async (bytes) => {
      const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)]))
      const context = new OffscreenCanvas(picture.width, picture.height).getContext('2d')
      if (!context) throw new Error('the picture cannot be read')
      context.drawImage(picture, 0, 0)
      const at = (x: number) => [...context.getImageData(x, 1, 1, 1).data.slice(0, 3)].reduce((sum, part) => sum + part, 0)
      const differ = (edge: number, inside: number) => Math.abs(at(edge) - at(inside))
      return { left: differ(1, 30), right: differ(picture.width - 2, picture.width - 31) }
    },
    [...shot],
  )
}

for (const colorScheme of ['light', 'dark'] as const)
  test(`a table that is wider than a phone shows at which edge there is more (${colorScheme})`, async () => {
    site.stage.me(officer)
    for (const [address, answer] of Object.entries(fundAnswers)) site.stage.answer(address, () => answer)
    await site.visit('/fund/payments', { colorScheme, viewport: { width: 360, height: 800 } }, async (page) => {
      const table = page.locator('.table-scroll').first()
      await table.waitFor()
      const atStart = await edges(page)
      assert.ok(atStart.right > 60 && atStart.left < 6, JSON.stringify(atStart))
      await table.evaluate((one) => one.scrollTo({ left: one.scrollWidth, behavior: 'instant' }))
      const atEnd = await edges(page)
      assert.ok(atEnd.left > 60 && atEnd.right < 6, JSON.stringify(atEnd))
    })
    await site.visit('/fund/payments', { colorScheme, viewport: { width: 1280, height: 800 } }, async (page) => {
      await page.locator('.table-scroll').first().waitFor()
      const whole = await edges(page)
      assert.ok(whole.left < 6 && whole.right < 6, JSON.stringify(whole))
    })
  })
