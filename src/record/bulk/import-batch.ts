import { isUtf8 } from 'node:buffer'
import { access } from '../../access/access.ts'
import { parseJson } from '../../fhir/fhir.ts'
import { isUniqueViolation, isUnstorableText, type Runner } from '../../platform/sql.ts'
import { answerOf, Refusal } from '../../platform/refusal.ts'
import { applyAll, type Operation, placeExisting, placeNew, whatever } from '../write/apply.ts'
import type { Asking } from '../asking.ts'
import { auditDenial } from '../write/create.ts'
import { isFhirId } from '../ids.ts'
import type { Line } from './import-lines.ts'
import { requireValid } from '../write/prepare.ts'
import { namesIn } from '../write/names.ts'
import { noCharts } from '../write/subject.ts'

/** A part of an import. `source`: the file that its lines were in, or the body; lines are numbered in each from 1. */
export type Part = { job: string; part: number; source: string; firstLine: number }
/** A line to store, or a line with its error. */
export type Wanted = { number: number; operation: Operation }
export type Wrong = { number: number; error: unknown }
export type Batch = { wanted: Wanted[]; wrong: Wrong[]; blank: number; upTo: number }

/** How many errors of a part are written out; further ones are only counted. */
const errorsOfPartMax = 10_000
const conflictsMax = 3

/** Reads one line as an operation: with an id it is put there (R4 update-as-create), without one it is created. */
export function readLine(asking: Asking, { bytes, number }: Line): Wanted | Wrong {
  try {
    if (bytes === null) throw new Refusal('too-large', 'the line is longer than a resource may be')
    if (!isUtf8(bytes)) throw new Refusal('incorrect', 'the line is not UTF-8 text')
    const resource = requireValid(asking.world, parseJson(bytes.toString('utf8')), null)
    const { resourceType: type, id } = resource
    const needed = id === undefined ? 'c' : 'u'
    if (!access.hasScope(asking.actor, type, needed)) throw new Refusal('forbidden', `the token lacks the scope system/${type}.${needed}`)
    if (id !== undefined && !isFhirId(id)) throw new Refusal('incorrect', 'the id is not one of FHIR', { expression: `${type}.id` })
    return { number, operation: { kind: id === undefined ? 'create' : 'update', type, id: id ?? null, resource, expected: whatever, path: type } }
  } catch (error) {
    return { number, error }
  }
}

/**
 * Stores a batch of lines and moves the part's place in one transaction. A line that cannot be stored must not keep the others out: a batch that
 * fails is halved until the line is alone, and then it is reported as an error.
 */
export async function storeBatch(asking: Asking, part: Part, batch: Batch): Promise<void> {
  for (let conflicts = 0; ; conflicts++) {
    try {
      await storeTogether(asking, part, batch)
      return
    } catch (error) {
      if (!isOfALine(error)) throw error
      // Another process wrote the same name or resource first; the next attempt will see it.
      if (isConflict(error) && conflicts < conflictsMax) continue
      if (batch.wanted.length > 1) {
        for (const half of halvesOf(batch)) await storeBatch(asking, part, half)
        return
      }
      const [only] = batch.wanted
      if (!only) throw error
      await auditDenial(asking, only.operation.kind === 'create' ? 'create' : 'update', only.operation.type, error)
      await storeTogether(asking, part, { ...batch, wanted: [], wrong: [...batch.wrong, { number: only.number, error }] })
      return
    }
  }
}

const isConflict = (error: unknown) => isUniqueViolation(error) || (error instanceof Refusal && error.kind === 'conflict')
/** Whether the line itself is to blame. A database that is away or full is not its fault. */
function isOfALine(error: unknown): boolean {
  if (error instanceof Refusal) return error.kind !== 'busy' && error.kind !== 'full'
  return isUniqueViolation(error) || isUnstorableText(error)
}

function halvesOf({ wanted, wrong, blank, upTo }: Batch): Batch[] {
  const middle = Math.ceil(wanted.length / 2)
  const [first, second] = [wanted.slice(0, middle), wanted.slice(middle)]
  const border = (first.at(-1) as Wanted).number
  return [
    { wanted: first, wrong: wrong.filter(({ number }) => number <= border), blank: 0, upTo: border },
    { wanted: second, wrong: wrong.filter(({ number }) => number > border), blank, upTo },
  ]
}

async function storeTogether(asking: Asking, part: Part, { wanted, wrong, blank, upTo }: Batch): Promise<void> {
  await asking.world.ledger.transaction(async (tx) => {
    const operations = wanted.map(({ operation }) => operation)
    const charts = { ...noCharts(), found: await namesIn(asking.world.fhir, tx, operations, asking.base) }
    // Patients first: resources about them are filed under their keys.
    const ordered = [...operations.filter(({ type }) => type === 'Patient'), ...operations.filter(({ type }) => type !== 'Patient')]
    const placed = []
    for (const operation of ordered)
      placed.push(operation.id === null ? await placeNew(asking, tx, operation, charts) : await placeExisting(asking, tx, operation, charts))
    if (placed.length > 0) await applyAll(asking, tx, placed, charts)
    await noteErrors(tx, part, wrong)
    await tx`
      update record.job_part set place = ${upTo}, failed = failed + ${wrong.length}, blank = blank + ${blank}
       where job = ${part.job} and part = ${part.part}`
  })
}

async function noteErrors(tx: Runner, { job, part, source, firstLine }: Part, wrong: readonly Wrong[]): Promise<void> {
  if (wrong.length === 0) return
  const outcomes = wrong.map(({ number, error }) => {
    const { body } = answerOf(error, job)
    const place = [
      { url: 'urn:spona:import-line', valuePositiveInt: firstLine + number - 1 },
      { url: 'urn:spona:import-source', valueString: source },
    ]
    return JSON.stringify({ ...body, extension: place })
  })
  await tx`
    insert into record.job_error (job, part, line, outcome)
    select ${job}, ${part}, line, outcome::jsonb
      from unnest(${wrong.map(({ number }) => firstLine + number - 1)}::int8[], ${outcomes}::text[]) as w (line, outcome)
     where (select failed from record.job_part where job = ${job} and part = ${part}) < ${errorsOfPartMax}`
}
