import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Leaves, LeaveView } from '../sickleave/wire.ts'
import { leaveAnswers } from './testing/leave-fixtures.ts'
import { patient } from './testing/stage.ts'
import { axeFindsNothing, stageForFile } from './testing/visits.ts'

// A person's own leaves in real Chromium on invented answers. The server's answers are tested in src/sickleave.

const site = stageForFile()
const path = '/patient/leaves'
function asPatient(): void {
  site.stage.me(patient)
  for (const [address, answer] of Object.entries(leaveAnswers)) site.stage.answer(address, () => answer)
}

test('a person sees until when the doctor decides, where the money is, how it was reckoned, and until when an objection may be made', async () => {
  asPatient()
  const asked: unknown[] = []
  await site.visit(path, {}, async (page) => {
    for (const words of [
      '27. дан непрекидне спречености од 30; од 7. јуна 2026. одлучује комисија.',
      'Захтев 2026-0001043 поднет 14.05.2026.',
      'Обрачунато 18.05.2026.: бруто 78.896,55 RSD, нето 58.728,58 RSD',
      'Новац је код послодавца од 01.06.2026.',
      'Послодавац Вам исплаћује до 08.06.2026.',
      'Одговор: трајање одговара налазу',
      'Унесите рачун.',
    ])
      await page.getByText(words).first().waitFor()
    assert.equal(await page.getByRole('button', { name: 'Поднеси' }).count(), 0, 'what is not complete is not submitted')
    await page.getByText('Како је рачунато').first().click()
    await page.getByText('Просек по часу за 12 месеци').waitFor()
    await axeFindsNothing(page, path)
    site.stage.answer('/sickleave/mine/objections', (request) => {
      if (request.method === 'POST') asked.push(request.body)
      return leaveAnswers['/sickleave/mine/objections']
    })
    await page.getByRole('button', { name: 'Жалба другостепеној комисији, до 08.06.2026.' }).click()
    await page.getByLabel('Шта није у реду').fill('Још имам тегобе.')
    await axeFindsNothing(page, 'the dialog')
    await page.getByRole('button', { name: 'Пошаљи' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })
  assert.deepEqual(asked, [{ leave: 'l3', kind: 'assessment', text: 'Још имам тегобе.' }])
})

test('on a phone, in the dark and in English the same page scrolls only downwards and holds no Cyrillic word of its own', async () => {
  asPatient()
  await site.visit(path, { viewport: { width: 320, height: 700 }, colorScheme: 'dark', language: 'en' }, async (page) => {
    await page.getByText('Your employer pays you by 8 Jun 2026').waitFor()
    await page.getByText('How it was reckoned').first().click()
    await page.getByText('Average for an hour').waitFor()
    await axeFindsNothing(page, path)
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320)
    const rest = (await page.locator('.patient-page').innerText()).match(/.{0,20}[Ѐ-ӿ].{0,20}/g)?.filter((text) => !/Зрно|трајање|ЗЗО|Закон/.test(text)) ?? []
    assert.deepEqual(rest, [])
  })
})

test('a leave that the employer alone pays promises no request to the Fund, and what the commission decided is said in words', async () => {
  asPatient()
  const known = leaveAnswers['/sickleave/mine'] as Leaves
  const [first] = known.leaves as [LeaveView]
  const step = { at: '2026-05-20T08:00:00Z', happenedAt: '2026-05-20T08:00:00Z', by: 'др Вера Лукић', from: null, signedBy: null }
  const steps = [{ ...step, kind: 'decided', until: '2026-06-06', decision: 'approved' as const, detail: '50/2026' }]
  site.stage.answer('/sickleave/mine', () => ({ ...known, leaves: [{ ...first, hasFundDays: false, steps }] }))
  await site.visit(path, {}, async (page) => {
    await page.getByText('Дане овог боловања плаћа послодавац').waitFor()
    assert.equal(await page.getByText('Још нема захтева').count(), 0)
    await page.getByText('Ток: 1 корак').click()
    await page.getByText('комисија одлучила, до 06.06.2026. (одобрено како је предложено, 50/2026), др Вера Лукић').waitFor()
  })
})
