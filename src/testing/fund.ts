import assert from 'node:assert/strict'
import { addEarnings, addEmployees } from '../sickleave/earnings/store.ts'
import { approvedLeave, evidence, monthsBefore, reportOf } from './approved-leave.ts'
import type { Ending } from './for-file.ts'
import type { Answer } from './server.ts'
import { type LeaveTown, startLeaveTown, type Worker } from './sickleave.ts'

export type FundTown = LeaveTown & {
  /** The first of `employers`, and who submits its requests. */
  employer: { id: number; pib: string }
  signer: string
  /** Two officers of the Fund: what one proposes, the other approves. */
  zora: string
  mira: string
  /** Where the employer finds its requests. */
  requests(path?: string): string
  /** A request for April that was submitted on 5 May, with its person and leave; `named`: other names for the files of its evidence. */
  asked(named?: Record<string, string>): Promise<{ person: Worker; request: string; leave: string }>
  /** An act of an officer upon a request. */
  act(who: string, request: string, word: string, body?: object): Promise<Answer>
  /** To the payment: calculated and proposed by one, approved by the other, in a file by one, executed by the other. */
  paid(request: string): Promise<void>
}

/** A town whose requests are decided: an employer with its signer, and two officers of the Fund. */
export async function startFundTown(t: Ending): Promise<FundTown> {
  const town = await startLeaveTown(t)
  const [employer] = town.employers as [FundTown['employer']]
  const signer = await town.clerk(0, 'signer')
  const zora = await town.account(['fund'], { name: 'Зора Пајић' })
  const mira = await town.account(['fund'], { name: 'Мира Станић' })
  const requests = (path = '') => `/sickleave/employer/${employer.pib}/requests${path}`
  const act = (who: string, request: string, word: string, body: object = {}) => town.as(who)('POST', `/sickleave/fund/requests/${request}/${word}`, body)

  /** Twelve months of 120,000 dinars for 174 hours, as the worked example X4 has them. */
  async function earn(person: Worker): Promise<void> {
    const id = crypto.randomUUID()
    const rows = monthsBefore.map((month) => ({ employee: id, month, hours: 17_400, net: 8_500_000n, gross: 12_000_000n, paidOn: `${month}-28` }))
    await town.sql.begin(async (tx) => {
      await addEmployees(tx, [{ employer: employer.id, patient: person.root, id }])
      await addEarnings(tx, employer.id, rows, { source: 'form', at: new Date('2026-03-01T00:00:00Z'), by: 'test' })
    })
  }

  async function asked(named: Record<string, string> = {}) {
    const person = await town.worker([{ employer: employer.id }])
    await earn(person)
    const { leave, url } = await approvedLeave(town, person)
    await reportOf(town, url)
    const { body: known } = await town.as(signer)('GET', `/sickleave/employer/${employer.pib}/leaves`)
    const [{ leave: knownAs }] = known.events.filter(({ document }: { document: unknown }) => document)
    town.at('2026-05-05T08:00:00Z')
    const clerk = town.as(signer)
    const wish = { kind: 'compensation', leave: knownAs, from: '2026-04-01', until: '2026-04-20', payoutDay: '2026-05-04', account: '840-4848-37' }
    const draft = await clerk('POST', requests(), wish)
    assert.equal(draft.status, 201, draft.text)
    for (const kind of ['tax-return', 'account-contract', 'payment-proof'])
      await clerk('POST', requests(`/${draft.body.id}/evidence`), evidence(kind, named[kind]))
    const submitted = await clerk('POST', requests(`/${draft.body.id}/submission`), {})
    assert.equal(submitted.status, 200, submitted.text)
    return { person, request: draft.body.id as string, leave }
  }

  async function paid(request: string): Promise<void> {
    const calculated = await act(zora, request, 'calculation')
    assert.equal(calculated.status, 200, calculated.text)
    const { id } = calculated.body.calculation
    const proposed = await act(zora, request, 'proposal', { decision: 'pay', number: '88-1', why: 'потпун', calculation: id })
    assert.equal(proposed.status, 200, proposed.text)
    assert.equal((await act(mira, request, 'approval', { accept: true })).body.request.state, 'calculated')
    const made = await town.as(zora)('POST', '/sickleave/fund/payments', {})
    assert.equal(made.status, 201, made.text)
    const { lines, total } = made.body
    const executed = await town.as(mira)('POST', `/sickleave/fund/payments/${made.body.id}/execution`, { on: '2026-05-05', lines, total })
    assert.equal(executed.status, 200, executed.text)
  }

  return { ...town, employer, signer, zora, mira, requests, asked, act, paid }
}
