import { createHash } from 'node:crypto'
import { numbers } from '../../identity/identity.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isUniqueViolation } from '../../platform/sql.ts'
import { isUuid, uuidV4, uuidV7 } from '../../platform/uuid.ts'
import { type Asking, entryOf } from '../asking.ts'
import { loadRules, lockPerson } from '../case-store.ts'
import { type Body, bodyOf, countOf, dayOf, oneOf, optional, textOf, uuidOf } from '../read-body.ts'
import { dayAt, type Day, lengthOf } from '../rules/days.ts'
import { wordsFor } from '../said/said.ts'
import { addSteps, daysAskedAlready, personOfKey, stepRequest } from './act.ts'
import { evidenceKinds, type Missing } from './completeness.ts'
import { fileOf } from './evidence.ts'
import { addEvidence, addRequest, nextRequestNumber, requestOf, type Row } from './request-store.ts'
import { leaveOfSide, type Side } from './side.ts'
import { type Own, signSubmission } from './sign.ts'
import { addSigned, formOf, holderOf, signedFileOf } from './signed-file.ts'
import { type Content, kinds, mayFollow, type Step } from './state.ts'
import type { RequestShown } from './wire.ts'

// What a requester does: write, attach, submit, withdraw, confirm that the employee has the money.

const contentFields = ['from', 'until', 'payoutDay', 'account', 'week', 'monthsWithoutWage', 'note']
const daysMax = 400
const dayHoursMax = 2400
const monthsMax = 12
const filesMax = 20

function accountOf(body: Body, name: string): string {
  const text = typeof body[name] === 'string' ? (body[name] as string).trim() : ''
  const check = numbers.checkAccount(text)
  if (!check.ok) throw new Refusal('incorrect', check.reason ?? 'this is no account number', { expression: name, ...(check.hint ? { hint: check.hint } : {}) })
  const [, bank = '', account = '', control = ''] = /^(\d{3})-?(\d{1,13}?)-?(\d{2})$/.exec(text) ?? []
  return `${bank}-${account.padStart(13, '0')}-${control}`
}

function monthsOf(body: Body, name: string): string[] {
  const value = body[name]
  const isList =
    Array.isArray(value) && value.length <= monthsMax && value.every((one) => typeof one === 'string' && /^(19|20|21)\d{2}-(0[1-9]|1[0-2])$/.test(one))
  if (!isList) throw new Refusal('incorrect', `${name} is a list of at most ${monthsMax} months, written 2026-03`, { expression: name })
  return [...new Set(value as string[])].sort()
}

function weekOf(body: Body, name: string): number[] {
  const value = body[name]
  const isWeek =
    Array.isArray(value) && value.length === 7 && value.every((one) => Number.isInteger(one) && one >= 0 && one <= dayHoursMax) && value.some((one) => one > 0)
  if (!isWeek)
    throw new Refusal('incorrect', `${name} has the hundredths of hours from Monday to Sunday, as [800, 800, 800, 800, 800, 0, 0]`, { expression: name })
  return value as number[]
}

function contentOf(body: Body, today: Day): Content {
  const [from, until] = [dayOf(body, 'from'), dayOf(body, 'until')]
  if (until < from) throw new Refusal('unprocessable', `the period would end (${until}) before it begins (${from})`, { expression: 'until' })
  if (lengthOf({ from, until }) > daysMax) throw new Refusal('unprocessable', `a request is for at most ${daysMax} days`, { expression: 'until' })
  const payoutDay = optional(body, 'payoutDay', dayOf) ?? null
  if (payoutDay !== null && payoutDay > today) throw new Refusal('unprocessable', 'the payout is still to come', { expression: 'payoutDay' })
  const monthsWithoutWage = optional(body, 'monthsWithoutWage', monthsOf) ?? []
  return {
    from,
    until,
    payoutDay,
    account: optional(body, 'account', accountOf) ?? null,
    week: optional(body, 'week', weekOf) ?? null,
    monthsWithoutWage,
    note: optional(body, 'note', textOf) ?? null,
  }
}

export async function writeRequest(asking: Asking, side: Side, given: unknown): Promise<RequestShown> {
  const { world } = asking
  const body = bodyOf(given, ['id', 'kind', 'leave', ...contentFields])
  const kind = oneOf(body, 'kind', kinds)
  const content = contentOf(body, dayAt(world.now()))
  const id = optional(body, 'id', uuidOf) ?? uuidV4(world)
  const place = await leaveOfSide(world.sql, side, String(body['leave']))
  const { root, employee } = await personOfKey(asking, place.patient)
  if (kind === 'refund' && side.employer === null) throw new Refusal('unprocessable', 'a refund is for an employer that has paid', { expression: 'kind' })
  try {
    return await world.ledger.transaction(async (tx) => {
      await lockPerson(tx, root)
      const there = await requestOf(tx, id)
      if (there) return sameAgain(there.row, place, kind, content)
      const at = world.now()
      tx.audit([entryOf(asking, place.patient, { action: 'create', basis: side.basis, what: `sick-leave-request ${id}` })])
      const row = {
        ...{ patient: place.patient, id, number: await nextRequestNumber(tx, Number(dayAt(at).slice(0, 4))), kind, leave: place.leave },
        ...{ employer: side.employer, knownAs: place.knownAs, fromDay: content.from, untilDay: content.until },
      }
      await addRequest(tx, row, at)
      return addSteps(asking, tx, { row, steps: [] }, [{ kind: 'written', content }], { rules: await loadRules(tx), employee })
    })
  } catch (error) {
    if (isUniqueViolation(error)) throw daysAskedAlready()
    throw error
  }
}

/** The same draft sent twice is one draft; a different one under the same id is a mistake of the sender. */
function sameAgain(
  { patient, leave, kind: was, fromDay, untilDay, shown }: Row,
  place: { patient: number; leave: string },
  kind: string,
  { from, until }: Content,
) {
  if (patient === place.patient && leave === place.leave && was === kind && fromDay === from && untilDay === until) return shown
  throw new Refusal('conflict', 'there is a request of this id already', { expression: 'id' })
}

/** The request of this side; the request of another side is not found. */
export async function requestOfSide({ world }: Asking, { employer, keys }: Side, id: string): Promise<Row> {
  const found = isUuid(id) ? await requestOf(world.sql, id) : null
  const isTheirs = found !== null && (keys === null ? found.row.employer === employer : keys.includes(found.row.patient))
  if (!isTheirs) throw new Refusal('not-found', 'there is no such request')
  return found.row
}

/** The person sees a request that the employer made about them; only the employer changes it. */
function requireOwner(row: Row, side: Side): void {
  if (row.employer === side.employer) return
  const reason = 'your employer made this request; only the employer changes it'
  throw new Refusal('forbidden', reason, { details: { reason, opens: [] } })
}

export async function rewriteRequest(asking: Asking, side: Side, id: string, given: unknown): Promise<RequestShown> {
  const row = await requestOfSide(asking, side, id)
  requireOwner(row, side)
  const body = bodyOf(given, [...contentFields, 'seen'])
  const content = contentOf(body, dayAt(asking.world.now()))
  return stepRequest(asking, row, { basis: side.basis, seen: optional(body, 'seen', countOf), plan: async () => [{ kind: 'written', content }] })
}

export async function attachEvidence(asking: Asking, side: Side, id: string, given: unknown): Promise<RequestShown> {
  const row = await requestOfSide(asking, side, id)
  requireOwner(row, side)
  const body = bodyOf(given, ['kind', 'name', 'type', 'content'])
  const file = fileOf(body)
  const one = { id: uuidV7(asking.world), kind: oneOf(body, 'kind', evidenceKinds), ...file, sha256: createHash('sha256').update(file.content).digest() }
  return stepRequest(asking, row, {
    basis: side.basis,
    async plan({ tx, found, evidence }) {
      const refusal = mayFollow(found.standing, 'written')
      if (refusal) return refusal
      if (evidence.some(({ kind, sha256 }) => kind === one.kind && sha256.equals(one.sha256))) return null
      if (evidence.length >= filesMax) return new Refusal('unprocessable', `a request has at most ${filesMax} files`)
      await addEvidence(tx, row, one, asking.world.now(), asking.actor.id)
      return [{ kind: 'written', content: found.standing.content }]
    },
  })
}

const acts = ['submission', 'withdrawal', 'confirmation'] as const
export type RequesterAct = (typeof acts)[number]
export const isRequesterAct = (word: string): word is RequesterAct => acts.includes(word as RequesterAct)

export async function actOnRequest(asking: Asking, side: Side, id: string, act: RequesterAct, given: unknown): Promise<RequestShown> {
  const row = await requestOfSide(asking, side, id)
  requireOwner(row, side)
  if (act === 'submission') return submit(asking, side, row, given)
  const body = bodyOf(given, act === 'withdrawal' ? ['why', 'seen'] : ['on', 'seen'])
  const seen = optional(body, 'seen', countOf)
  if (act === 'withdrawal') {
    const why = textOf(body, 'why', 300)
    return stepRequest(asking, row, { basis: side.basis, seen, plan: async () => [{ kind: 'withdrawn', why }] })
  }
  const on = dayOf(body, 'on')
  return stepRequest(asking, row, {
    basis: side.basis,
    seen,
    async plan({ found: { standing } }) {
      if (row.kind === 'refund') return new Refusal('conflict', 'a refund is for what was paid already; there is nothing to confirm')
      if (standing.state === 'confirmed' && standing.confirmedOn === on) return null
      if (on > dayAt(asking.world.now())) return new Refusal('unprocessable', 'this day is still to come', { expression: 'on' })
      if (standing.paidOn !== null && on < standing.paidOn)
        return new Refusal('unprocessable', `the money came ${standing.paidOn}; the employee cannot have it earlier`, { expression: 'on' })
      return [{ kind: 'confirmed', on }]
    },
  })
}

function ownOf(body: Body, name: string): Own {
  const { certificate, value } = bodyOf(body[name], ['certificate', 'value'])
  const isText = (text: unknown, max: number): text is string => typeof text === 'string' && text.length <= max
  if (isText(certificate, 16_000) && isText(value, 4000)) return { certificate, value }
  throw new Refusal('incorrect', `${name} has a certificate as PEM and a value in base64`, { expression: name })
}

async function submit(asking: Asking, side: Side, row: Row, given: unknown): Promise<RequestShown> {
  const { world, actor } = asking
  const body = bodyOf(given, ['seen', 'signature', 'signed'])
  const signed = optional(body, 'signed', signedFileOf)
  const own: Own | null = signed ? { document: signed } : (optional(body, 'signature', ownOf) ?? null)
  const holder = await holderOf(asking, side)
  return stepRequest(asking, row, {
    basis: side.basis,
    seen: optional(body, 'seen', countOf),
    async plan({ tx, found, evidence, missing }): Promise<Step[] | Refusal | null> {
      if (found.standing.state === 'submitted') return null
      const refusal = mayFollow(found.standing, 'submitted')
      if (refusal) return refusal
      const lacking = await missing()
      if (lacking.length > 0) return incomplete(lacking, asking.language)
      const at = world.now()
      const signature = await signSubmission(world, { form: formOf(found, evidence), holder, by: actor.id, at }, own)
      if (signature instanceof Refusal) return signature
      if (signed) await addSigned(tx, row, { content: signed, at, actor: actor.id })
      return [{ kind: 'submitted', signature }]
    },
  })
}

/** Names everything that is missing at once, each with the place where it is entered. */
function incomplete(missing: readonly Missing[], language: string | undefined): Refusal {
  const words = wordsFor(language)
  return new Refusal('unprocessable', 'the request is not complete', {
    issues: missing.map((one) => ({ severity: 'error', code: 'required', diagnostics: one[words], expression: one.where })),
  })
}
