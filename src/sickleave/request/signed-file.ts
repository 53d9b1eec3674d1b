import { createHash } from 'node:crypto'
import { numbers } from '../../identity/identity.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Runner, Transaction } from '../../platform/sql.ts'
import { companies } from '../../registry/registry.ts'
import { type Asking, entryOf } from '../asking.ts'
import { type DocumentLanguage, documentLanguages } from '../document/words.ts'
import type { PaperFile } from '../document/paper.ts'
import { base64In, type Body, wrong } from '../read-body.ts'
import { type Form, formAsPdf, formAsXml } from '../signed/form.ts'
import type { Holder } from '../signed/judge.ts'
import { type Evidence, evidenceOf, type Request, requestOf, type Row } from './request-store.ts'
import { requestOfSide } from './requester.ts'
import type { Side } from './side.ts'
import { digestOf } from './sign.ts'

// A request goes to its requester for signing, and comes back.

const bytesMax = 3 * 1024 * 1024

export function formOf({ row, standing, steps }: Request, evidence: readonly Evidence[]): Form {
  const { number, kind, shown } = row
  const digest = digestOf({ number, kind, content: standing.content, evidence })
  return {
    number,
    kind,
    content: standing.content,
    employee: shown.employee,
    employer: shown.employer,
    evidence,
    digest,
    changedAt: steps.at(-1)?.at ?? row.createdAt,
  }
}

/** Gives out only complete requests: otherwise a missing day of payout would make somebody sign twice. */
export async function requestToSign(asking: Asking, side: Side, id: string, wish: { form: string; language?: string | undefined }): Promise<PaperFile> {
  const row = await requestOfSide(asking, side, id)
  const language = documentLanguages.find((one) => one === (wish.language ?? 'sr-Cyrl'))
  if (!language) throw new Refusal('incorrect', `language is one of ${documentLanguages.join(', ')}`, { expression: 'language' })
  if (wish.form !== 'pdf' && wish.form !== 'xml') throw new Refusal('not-found', 'a request to sign comes as pdf or xml')
  if (row.shown.state !== 'draft' && row.shown.state !== 'incomplete') throw new Refusal('conflict', 'this request is submitted; there is nothing to sign')
  if (row.shown.missing.length > 0)
    throw new Refusal('conflict', 'the request is not complete yet; what is signed would change', { hint: 'Read the request: missing says what it needs.' })
  await asking.world.ledger.record([entryOf(asking, row.patient, { action: 'export', basis: side.basis, what: `sick-leave-request ${row.id}` })])
  return drawn(asking.world.sql, row, wish.form, language)
}

async function drawn(sql: Runner, { id, patient }: Row, as: 'pdf' | 'xml', language: DocumentLanguage): Promise<PaperFile> {
  const found = await requestOf(sql, id, patient)
  if (!found) throw new Error('a request that was just there is not')
  const form = formOf(found, await evidenceOf(sql, found.row))
  const name = `zahtev-${form.number}.${as}`
  return as === 'xml' ? { type: 'application/xml', name, bytes: formAsXml(form) } : { type: 'application/pdf', name, bytes: await formAsPdf(form, language) }
}

export function signedFileOf(body: Body, name: string): Buffer {
  const content = base64In(body[name])
  if (content === null) throw wrong(name, 'is the signed document in base64')
  if (content.length === 0 || content.length > bytesMax) throw wrong(name, `is a file of at most ${bytesMax / 1024 / 1024} MB`)
  return content
}

const signersMax = 200

/**
 * Whose signature is valid: for a person that of the person themselves, for a payroll system that of somebody who may sign for the firm, or for the
 * agency that has its mandate.
 */
export async function holderOf({ world, actor }: Asking, { employer, pib }: Side): Promise<Holder> {
  const jmbg = actor.patient === null ? null : ((await numbers.inClear(world, [actor.patient], 'jmbg')).get(actor.patient) ?? null)
  if (employer === null || pib === null) return { names: [actor.name], jmbg, firms: null }
  const at = world.now()
  const own = await world.sql<{ employer: number; pib: string }>`
    select employer, pib from sickleave.employer_member
     where member = ${actor.id} and from_at <= ${at} and (ended_at is null or ended_at > ${at})
     limit ${signersMax}`
  const isDirect = own.some((one) => one.employer === employer)
  const firms = await companies.byPibs(world.sql, isDirect ? [pib] : [pib, ...own.map((one) => one.pib)])
  if (actor.kind === 'person') return { names: [actor.name], jmbg, firms }
  const members = await world.sql<{ personName: string }>`
    select person_name
      from sickleave.employer_member
     where pib = any(${firms.map((one) => one.pib)}::text[]) and not is_system and role in ('signer', 'administrator')
       and from_at <= ${at} and (ended_at is null or ended_at > ${at})
     order by from_at
     limit ${signersMax}`
  return { names: members.map(({ personName }) => personName), jmbg, firms }
}

type Signed = { content: Buffer; at: Date; actor: string }
const isPdf = (content: Buffer) => content.subarray(0, 5).toString('latin1') === '%PDF-'

export async function addSigned(tx: Transaction, { patient, id }: Row, { content, at, actor }: Signed): Promise<void> {
  const type = isPdf(content) ? 'application/pdf' : 'application/pkcs7-signature'
  await tx`
    insert into sickleave.signed_request (patient, request, sha256, type, content, at, actor)
    values (${patient}, ${id}, ${createHash('sha256').update(content).digest()}, ${type}, ${content}, ${at}, ${actor})
    on conflict do nothing`
}

export async function signedRequest(asking: Asking, side: Side, id: string): Promise<PaperFile> {
  const row = await requestOfSide(asking, side, id)
  const file = await signedFile(asking.world.sql, row)
  await asking.world.ledger.record([entryOf(asking, row.patient, { action: 'export', basis: side.basis, what: `sick-leave-request ${row.id}` })])
  return file
}

/** The newest signed file: a request that was sent back is signed anew. */
export async function signedFile(sql: Runner, { patient, id, number }: Row): Promise<PaperFile> {
  const [found] = await sql<{ type: string; content: Buffer }>`
    select type, content from sickleave.signed_request where patient = ${patient} and request = ${id} order by at desc, sha256 limit 1`
  if (!found)
    throw new Refusal('not-found', 'no signed document is kept of this request', { hint: 'It was sealed by the centre alone, or signed by a program.' })
  return { type: found.type, name: `zahtev-${number}-potpisan.${found.type === 'application/pdf' ? 'pdf' : 'p7s'}`, bytes: found.content }
}
