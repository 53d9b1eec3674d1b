import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { CorrectionsDesk, DeskLine } from '../sickleave/objection/wire.ts'
import type { Leaves, LeaveView, SigningKeys } from '../sickleave/wire.ts'
import { dayField, dayShown } from './testing/days.ts'
import { leaveAnswers } from './testing/leave-fixtures.ts'
import { doctor } from './testing/stage.ts'
import { axeFindsNothing, stageForFile } from './testing/visits.ts'

// States of a request to correct a leave that the real server does not show on demand. The way through the real server: corrections.test.ts.

const site = stageForFile()
const known = leaveAnswers['/sickleave/mine'] as Leaves
const leave: LeaveView = { ...(known.leaves[0] as LeaveView), reason: '06', care: { born: '2020-05-04', isChild: true, isSevere: false } }
const line = (more: Partial<DeskLine> = {}): DeskLine => ({
  ...{ id: 'o2', number: 'П-2026-0000040', kind: 'correction', leave: 'l3', request: null, employee: { family: 'Marić', given: 'Jelena' } },
  ...{ state: 'open', madeAt: '2026-06-01T08:00:00.000Z', due: '2026-06-02', endedAt: null },
  ...{ person: 'p1', madeBy: 'person', employer: null, session: null, text: 'The last day is wrong.' },
  ...more,
})
const desk = (...lines: DeskLine[]): CorrectionsDesk => ({ today: '2026-06-03', lines, ofColleagues: [] })
const cyrillic = /.{0,20}[Ѐ-ӿ].{0,20}/g

function ready(shown: CorrectionsDesk, leaves: LeaveView[] | null): void {
  site.stage.me(doctor)
  site.stage.answer('/sickleave/corrections', () => shown)
  site.stage.answer('/sickleave/people/p1/leaves', (_, reply) => {
    if (leaves) return { ...known, leaves }
    reply.code(403)
    return { issue: [{ severity: 'error', diagnostics: 'no', details: { text: 'no' } }] }
  })
}

for (const [language, title, overdue] of [
  ['en', 'Requests to correct a sick leave', 'overdue'],
  ['sr-Latn', 'Zahtevi za ispravku bolovanja', 'preko roka'],
] as const)
  test(`on a phone in ${language}, in the dark, what waits and the request scroll only downwards, and axe finds nothing`, async () => {
    ready(desk(line(), line({ id: 'o3', due: '2026-06-09' })), [{ ...leave, steps: [], documents: [], explanation: [] }])
    await site.visit('/doctor/', { viewport: { width: 320, height: 700 }, colorScheme: 'dark', language }, async (page) => {
      const waiting = page.getByRole('region', { name: title })
      await waiting.getByText(overdue).waitFor()
      assert.equal(await waiting.getByText(overdue).count(), 1)
      await axeFindsNothing(page, 'what waits')
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320)
      await waiting.getByRole('link').first().click()
      await page.locator('.leave-form textarea').waitFor()
      await axeFindsNothing(page, 'the request')
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320)
      const said = (await page.locator('#content').innerText()).match(cyrillic)?.filter((text) => !/П-2026|болест или повреда/.test(text)) ?? []
      assert.deepEqual(said, [])
    })
  })

test('what waits at a colleague names nobody, and taken it is the doctor’s own page, by keyboard on a phone', async () => {
  let isTaken = false
  const other = { id: 'o2', number: 'П-2026-0000040', madeAt: '2026-06-01T08:00:00.000Z', due: '2026-06-02', doctor: 'др Вера Лукић' }
  ready(desk(), [leave])
  site.stage.answer('/sickleave/corrections', () => (isTaken ? desk(line()) : { ...desk(), ofColleagues: [other] }))
  site.stage.answer('/sickleave/corrections/o2/taking', () => {
    isTaken = true
    return desk(line())
  })
  await site.visit('/doctor/', { viewport: { width: 320, height: 700 }, language: 'sr-Latn' }, async (page) => {
    await page.locator('summary').focus()
    await page.keyboard.press('Enter')
    const take = page.getByRole('button', { name: 'Preuzmi P-2026-0000040' })
    await take.waitFor()
    assert.match(await page.locator('.claims').innerText(), /1 zahtev čeka kolegu[\s\S]*dr Vera Lukić[\s\S]*preko roka/)
    await axeFindsNothing(page, 'at a colleague')
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320)
    await take.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Zahtev za ispravku P-2026-0000040' }).waitFor()
    await page.getByText('The last day is wrong.').waitFor()
  })
})

test('where the answer failed after the correction the next press answers alone, and what was typed is still there', async () => {
  const acts: string[] = []
  const keys: SigningKeys['keys'] = []
  ready(desk(line()), [leave])
  site.stage.answer('/sickleave/signature', (request) => {
    const { crv, kty, x, y } = ((request.body ?? {}) as { publicKey?: Record<string, string> }).publicKey ?? {}
    const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
    if (x) keys.push({ kid, until: new Date(Date.now() + 3_600_000).toISOString() } as SigningKeys['keys'][number])
    return { now: new Date().toISOString(), keys }
  })
  let sent: Record<string, unknown> = {}
  const step = { ...{ kind: 'corrected', at: '2026-06-03T08:00:00.000Z', happenedAt: '2026-06-03T08:00:00.000Z', by: 'др' }, from: null, until: null }
  site.stage.answer('/sickleave/people/p1/leaves/l3/correction', (request) => {
    acts.push('correction')
    sent = JSON.parse(Buffer.from((request.body as { signed: string }).signed.split('.')[1] ?? '', 'base64url').toString()).body
    return { ...leave, steps: [...leave.steps, { ...step, detail: null, decision: null, signedBy: 'doctor' }] } satisfies LeaveView
  })
  site.stage.answer('/sickleave/corrections/o2', (_, reply) => {
    acts.push('answer')
    if (acts.length > 2) return desk()
    reply.code(503)
    return { issue: [{ severity: 'error', diagnostics: 'busy' }] }
  })
  await site.visit('/doctor/corrections/o2', { language: 'en' }, async (page) => {
    await dayField(page, 'Date of birth of the family member').waitFor()
    assert.equal(await dayShown(dayField(page, 'Date of birth of the family member')), '04 May 2020')
    await page.getByLabel('Explanation').fill('the last day is corrected')
    await page.getByRole('button', { name: 'Correct and accept the request' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByText('The leave was changed after this request.').waitFor()
    assert.equal(await page.getByLabel('Explanation').inputValue(), 'the last day is corrected')
    await page.getByRole('button', { name: 'Accept the request', exact: true }).click()
    await page.getByText('was accepted and the leave corrected').waitFor()
  })
  assert.deepEqual(acts, ['correction', 'answer', 'answer'])
  assert.deepEqual([sent['care'], sent['seen'], sent['exception']], [leave.care, 0, undefined])
})

test('a leave that cannot be corrected says why, and its request can be refused; a request that no longer waits says so', async () => {
  for (const [leaves, said] of [
    [[{ ...leave, status: 'referred' }], 'The commission has the leave'],
    [[{ ...leave, status: 'cancelled' }], 'The leave is cancelled'],
    [null, 'Accept the request'],
  ] as [LeaveView[] | null, string][]) {
    ready(desk(line({ madeBy: 'employer', employer: 'Vesna Ilić' })), leaves)
    await site.visit('/doctor/corrections/o2', { language: 'en' }, async (page) => {
      await page.getByText('the employer (Vesna Ilić)').waitFor()
      await page.getByText(said).first().waitFor()
      await page.getByRole('button', { name: 'Refuse the request' }).waitFor()
      await axeFindsNothing(page, said)
    })
  }
  ready(desk(), [])
  await site.visit('/doctor/corrections/o2', { language: 'en' }, async (page) => {
    await page.getByText('This request no longer waits for you').waitFor()
    await axeFindsNothing(page, 'gone')
  })
})
