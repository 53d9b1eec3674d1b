import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { launchBrowser } from '../../testing/browser.ts'
import { type Stage, startStage } from './stage.ts'

/** A busy machine may need a minute for a page; tests of speed measure the time themselves. */
const waitMs = 60_000

/** One stage and one browser for a test file. They start before its first test, and each test may use them. */
export function stageForFile() {
  let stage: Stage | undefined
  let browser: Browser | undefined
  before(async () => {
    ;[stage, browser] = await Promise.all([startStage(), launchBrowser()])
  })
  after(async () => {
    await browser?.close()
    await stage?.close()
  })
  const started = (): { stage: Stage; browser: Browser } => {
    assert.ok(stage && browser, 'the stage is asked for before it started')
    return { stage, browser }
  }
  return {
    get stage() {
      return started().stage
    },
    visit: (path: string, options: Visit, act: (page: Page) => Promise<void>) => visit(started(), path, options, act),
  }
}

export type Visit = BrowserContextOptions & { language?: 'sr-Cyrl' | 'sr-Latn' | 'en' }

/** Opens a new page. Any complaint of the browser (content policy, script errors) fails the test. */
async function visit(
  { stage, browser }: { stage: Stage; browser: Browser },
  path: string,
  { language = 'sr-Cyrl', ...options }: Visit,
  act: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  const complaints: string[] = []
  try {
    await context.addInitScript((tag) => localStorage.setItem('spona.language', tag), language)
    const page = await context.newPage()
    page.setDefaultTimeout(waitMs)
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text())
    })
    await page.goto(stage.url + path)
    await act(page)
    assert.deepEqual(complaints, [])
  } finally {
    await context.close()
  }
}

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Contrast does not depend on the language, and the other rules do not depend on the theme. */
export type AxeRules = 'all' | 'contrast' | 'all but contrast'
const without: Record<AxeRules, string[]> = { all: [], contrast: [], 'all but contrast': ['color-contrast'] }

export async function axeFindsNothing(page: Page, where: string, { part = 'html', rules = 'all' }: { part?: string; rules?: AxeRules } = {}): Promise<void> {
  // The pages have no frames and only violations are reported, so axe need not collect anything else.
  const axe = new AxeBuilder({ page })
    .include(part)
    .options({ resultTypes: ['violations'] })
    .setLegacyMode(true)
  const { violations } = await (rules === 'contrast' ? axe.withRules(['color-contrast']) : axe.withTags(tags)).disableRules(without[rules]).analyze()
  const told = violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .map(({ html }) => html.slice(0, 160))
        .slice(0, 3)
        .join(' | ')}`,
  )
  assert.deepEqual(told, [], where)
}
