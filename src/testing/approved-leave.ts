import assert from 'node:assert/strict'
import type { LeaveTown, Worker } from './sickleave.ts'

/** A leave from 2 March that the commission has extended to 20 April, which is today then; its report is not issued yet. */
export async function approvedLeave(town: LeaveTown, person: Worker): Promise<{ leave: string; url: string }> {
  const leaves = `/sickleave/people/${person.handle}/leaves`
  town.at('2026-03-02T08:00:00Z')
  const opened = await town.as(town.doctor)('POST', leaves, { from: '2026-03-02', until: '2026-03-31', reason: '01', diagnosis: 'M54.5' })
  assert.equal(opened.status, 201, opened.text)
  const url = `${leaves}/${opened.body.id}`
  town.at('2026-03-30T08:00:00Z')
  const referred = await town.as(town.doctor)('POST', `${url}/referral`, { until: '2026-04-20' })
  assert.equal(referred.status, 200, referred.text)
  const decision = { decision: 'approved', until: '2026-04-20', number: '1/2026' }
  const decided = await town.as(town.commission)('POST', `/sickleave/commission/people/${person.handle}/leaves/${opened.body.id}/decision`, decision)
  assert.equal(decided.status, 200, decided.text)
  town.at('2026-04-20T08:00:00Z')
  return { leave: opened.body.id, url }
}

/** The doctor's report of all of `approvedLeave`, on its last day. */
export async function reportOf(town: LeaveTown, url: string): Promise<void> {
  const report = await town.as(town.doctor)('POST', `${url}/report`, { until: '2026-04-20' })
  assert.equal(report.status, 200, report.text)
}

/** The twelve months before `approvedLeave`, from which its base is reckoned. */
export const monthsBefore = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2025, 2 + month, 1)).toISOString().slice(0, 7))

/** Evidence for a request: a file that is a PDF as far as anybody looks. */
export const evidence = (kind: string, name = `${kind}.pdf`) => ({
  kind,
  name,
  type: 'application/pdf',
  content: Buffer.from(`%PDF-1.7 ${kind}`).toString('base64'),
})
