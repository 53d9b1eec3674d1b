import type { Asking } from '../asking.ts'
import type { PaperFile } from '../document/paper.ts'
import { loadRules } from '../case-store.ts'
import { nameFor } from '../request/evidence.ts'
import { calculationOf, evidenceContent, reportsOf, type Request } from '../request/request-store.ts'
import { dayOfClock } from '../request/show.ts'
import { forReader } from '../said/said.ts'
import { signedFile } from '../request/signed-file.ts'
import { mayFollow, type Step } from '../request/state.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isUuid } from '../../platform/uuid.ts'
import { correctionOf, reckon } from './calculation.ts'
import { recordLooks, requestForFund } from './fund.ts'
import { isSupervisor, officerNames } from './officers.ts'
import type { FundFile } from './wire.ts'

/** The whole file of a request, on which an officer decides. */
export async function fundFile(asking: Asking, id: string): Promise<FundFile> {
  const found = await requestForFund(asking, id, 'read')
  await recordLooks(asking, [found.row.patient])
  return fileOf(asking, found)
}

export async function fileOf(asking: Asking, found: Request): Promise<FundFile> {
  const { world, actor } = asking
  const { row, steps, standing } = found
  const isOpen = standing.calculation === null && (standing.state === 'submitted' || standing.state === 'in-process')
  const [reports, calculation] = await Promise.all([reportsOf(world.sql, row), calculationOf(world.sql, row, standing.calculation)])
  // Calculated anew at each look, so that the officer sees a correction of earnings or of a report before anybody pays the former sum.
  const now = isOpen || calculation ? await reckon(world.sql, found, await loadRules(world.sql)) : null
  const { proposal } = standing
  const proposed = steps.findLast(({ step }) => step.kind === 'proposed')
  return {
    request: { ...row.shown, state: standing.state },
    seen: steps.length,
    dayOfClock: dayOfClock(standing.completeOn, world.now()),
    isMine: standing.officer === actor.id,
    officer: standing.officer === null ? null : ((await officerNames(world.sql)).get(standing.officer) ?? null),
    mayAssign: isSupervisor(asking) && mayFollow(standing, 'assigned') === null,
    proposal: proposal && {
      ...{ decision: proposal.decision, number: proposal.number, why: proposal.why },
      ...{ by: proposed?.actorName ?? '', isMine: standing.proposer === actor.id },
    },
    reports: reports.map(({ number, from, until, fund }) => ({ number, from, until, fund: [...fund] })),
    calculation: calculation && { ...calculation, at: calculation.at.toISOString() },
    delta: now === null || now instanceof Refusal ? [] : await correctionOf(world.sql, row, calculation, now.view),
    trouble: isOpen && now instanceof Refusal ? forReader(now, asking.language).message : null,
    steps: steps.map(({ step, at, actorName }) => ({ kind: step.kind, at: at.toISOString(), by: actorName, detail: detailOf(step) })),
  }
}

function detailOf(step: Step): string | null {
  if (step.kind === 'returned') return step.missing
  if (step.kind === 'assigned') return step.name
  if (step.kind === 'proposed') return `${step.number}: ${step.why}`
  return 'why' in step ? step.why : null
}

/** An attached file. It is offered for saving and never shown inside the page. */
export async function fundEvidence(asking: Asking, id: string, evidence: string): Promise<{ name: string; type: string; content: Buffer }> {
  const { row } = await requestForFund(asking, id, 'read')
  const found = isUuid(evidence) ? await evidenceContent(asking.world.sql, row, evidence) : null
  if (!found) throw new Refusal('not-found', 'there is no such file with this request')
  await recordLooks(asking, [row.patient])
  return { ...found, name: nameFor(found.type, found.name) }
}

/** The file that the requester signed with a certificate of their own. */
export async function fundSigned(asking: Asking, id: string): Promise<PaperFile> {
  const { row } = await requestForFund(asking, id, 'read')
  const file = await signedFile(asking.world.sql, row)
  await recordLooks(asking, [row.patient])
  return file
}
