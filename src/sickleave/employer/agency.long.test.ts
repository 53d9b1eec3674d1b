import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { bulk } from '../../registry/registry.ts'
import { launchBrowser } from '../../testing/browser.ts'
import { until } from '../../testing/process.ts'
import { builtPortals } from '../../testing/portals.ts'
import { type LeaveTown, startLeaveTown } from '../../testing/sickleave.ts'
import { addEvent } from './stream.ts'
import type { EmployerView } from './view.ts'

// One clerk of an agency with two hundred clients, each with twenty leaves of two papers. Prints what the queue costs, by the API and on the page.

const clients = 200
const leavesOfEach = 20
const tries = 15
const apiMs = 500
const pageMs = 5_000

const family = ['Јовановић', 'Петровић', 'Николић', 'Марковић', 'Ђорђевић', 'Стојановић', 'Илић', 'Станковић', 'Павловић', 'Милошевић']
const given = ['Ана', 'Марко', 'Јелена', 'Никола', 'Милица', 'Стефан', 'Ивана', 'Лука', 'Сања', 'Вук']

function paper(kind: 'certificate' | 'report', firm: { name: string; pib: string }, at: number): EmployerView {
  const month = String(1 + (at % 4)).padStart(2, '0')
  const [from, until] = [`2026-${month}-01`, `2026-${month}-28`]
  return {
    employee: { family: family[at % 10] as string, given: given[Math.floor(at / 10) % 10] as string, birthDate: '1985-01-01' },
    employer: { name: firm.name, pib: firm.pib, mb: '07000000' },
    ...{ issuer: 'Дом здравља Пробни', category: 'illness', from, until, isOpen: kind === 'certificate' },
    document: {
      ...{ kind, number: `87402-2026-${String(at).padStart(8, '0')}`, version: 1, issuedAt: '2026-05-01T08:00:00Z', isLast: kind === 'report' },
      days: kind === 'report' ? [{ from, until, days: 28, percent: 65, payer: at % 3 === 0 ? 'fund' : 'employer' }] : [],
    },
  }
}

async function settle(town: LeaveTown): Promise<string> {
  const agent = await town.clerk(1, 'administrator')
  const agency = town.employers[1] as { id: number; pib: string }
  const firms = Array.from({ length: clients }, (_, at) => {
    const name = `Клијент ${String(at).padStart(3, '0')} д.о.о.`
    return { pib: String(300_000_000 + at), mb: String(20_000_000 + at), name, municipality: 'Ниш' }
  })
  const at = town.world.now()
  await town.sql.begin(async (tx) => {
    const ids = await bulk.registerEmployers(tx, firms)
    for (const [place, firm] of firms.entries()) {
      await tx`
        insert into sickleave.mandate (id, agency, agency_name, agency_pib, employer, pib, name, role, number, at, by_name, source, confirmed_at)
        values (${crypto.randomUUID()}, ${agency.id}, 'Пекара „Зрно“', ${agency.pib}, ${ids[place] as number}, ${firm.pib}, ${firm.name}, 'signer', '1', ${at}, 'Проба',
                'client', ${at})`
      for (let one = 0; one < leavesOfEach; one++) {
        const leave = crypto.randomUUID()
        for (const kind of ['certificate', 'report'] as const)
          await addEvent(tx, town.world, { leave, employer: ids[place] as number, at, kind, content: paper(kind, firm, place * leavesOfEach + one) })
      }
    }
  })
  await town.owner`analyze sickleave.employer_event, sickleave.employer_case, sickleave.mandate`
  return agent
}

test('an agency of two hundred clients and eight thousand papers reads, searches and pages its queue, and the list of what waits', async (t: TestContext) => {
  const town = await startLeaveTown(t, undefined, await builtPortals())
  const agent = await settle(town)
  const ask = async (method: string, path: string, body?: object) => {
    const answer = await town.as(agent)(method, `/sickleave/employer${path}`, body)
    assert.equal(answer.status, 200, answer.text)
    return answer.body
  }
  const measured = async (what: string, act: () => Promise<unknown>) => {
    const took: number[] = []
    for (let again = 0; again < tries; again++) {
      const started = performance.now()
      await act()
      took.push(performance.now() - started)
    }
    took.sort((a, b) => a - b)
    const median = Math.round(took[Math.floor(tries / 2)] as number)
    t.diagnostic(`${what}: ${median} ms at the median, ${Math.round(took.at(-1) as number)} ms at most`)
    assert.ok(median < apiMs, `${what}: ${median} ms`)
  }
  await measured('whether something came', () => ask('GET', '/latest'))
  await measured('the first hundred of the queue', () => ask('POST', '/search', { limit: 100 }))
  await measured('a name among all clients', () => ask('POST', '/search', { text: 'petrovic', limit: 100 }))
  await measured('one client', () => ask('POST', '/search', { pib: '300000123', limit: 100 }))
  await measured('what waits, over all clients', () => ask('GET', '/work'))

  const seen = new Set<string>()
  let after: string | null = null
  do {
    const { cases, next }: { cases: { leave: string }[]; next: string | null } = await ask('POST', '/search', { limit: 200, ...(after ? { after } : {}) })
    for (const { leave } of cases) seen.add(leave)
    after = next
  } while (after)
  assert.equal(seen.size, clients * leavesOfEach, 'paged to the end, each leave once')
  const { counts, lines, more } = await ask('GET', '/work')
  assert.deepEqual([counts[0], lines.length, more], [{ what: 'expected', count: Math.ceil((clients * leavesOfEach) / 3), overdue: 0 }, 500, true])
  await onThePage(t, town, agent)
})

async function onThePage(t: TestContext, town: LeaveTown, agent: string): Promise<void> {
  await town.app.listen({ port: 0, host: '127.0.0.1' })
  const url = `http://127.0.0.1:${(town.app.server.address() as AddressInfo).port}`
  const browser = await launchBrowser(t)
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  const [name = '', value = ''] = (await town.cookie(agent)).cookie.split('=')
  await context.addCookies([{ name, value, url }])
  const page = await context.newPage()
  await page.clock.setFixedTime(town.world.now())
  const timed = async (what: string, act: () => Promise<unknown>) => {
    const started = performance.now()
    await act()
    const ms = Math.round(performance.now() - started)
    t.diagnostic(`${what}: ${ms} ms`)
    assert.ok(ms < pageMs, `${what}: ${ms} ms`)
  }
  const rows = page.locator('[data-row]')
  const open = async () => {
    await page.goto(`${url}/employer/`, { waitUntil: 'commit' })
    await rows.nth(99).waitFor()
  }
  // A browser that has just started reads fonts and code for the first time.
  await open()
  await timed('the inbox opened with its first hundred rows', open)
  await timed('three hundred rows, by two presses', async () => {
    for (const count of [200, 300]) {
      await page.getByRole('button', { name: 'Прикажи још' }).click()
      await rows.nth(count - 1).waitFor()
    }
  })
  await timed('by keyboard: ten rows down, chosen, dealt with', async () => {
    for (let down = 0; down < 10; down++) await page.keyboard.press('j')
    const tenth = await rows.nth(9).getAttribute('href')
    await page.keyboard.press('Space')
    await page.keyboard.press('e')
    await until('the tenth row left the first two hundred', async () => {
      const shown = await rows.evaluateAll((all) => all.slice(0, 200).map((one) => one.getAttribute('href')))
      return !shown.includes(tenth)
    })
  })
  await timed('what waits, opened with five hundred rows', async () => {
    await page.goto(`${url}/employer/work`, { waitUntil: 'commit' })
    await rows.nth(499).waitFor()
  })
  await timed('one client chosen', async () => {
    await page.getByLabel('Послодавац').selectOption('300000003')
    await rows.nth(499).waitFor({ state: 'detached' })
    await rows.first().waitFor()
  })
  await context.close()
}
