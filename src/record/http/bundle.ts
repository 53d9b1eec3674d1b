import { access, type Interaction } from '../../access/access.ts'
import { type BundleEntry, type BundlePlan, type Issue, planBundle, type Resource } from '../../fhir/fhir.ts'
import { answerOf, Refusal } from '../../platform/refusal.ts'
import type { Asking } from '../asking.ts'
import { type Applied, type Expected, nothingDone } from '../write/apply.ts'
import { createConditionally } from '../write/conditional.ts'
import { writeConditionally } from '../write/conditional-write.ts'
import { createOne, deleteOne, patchOne, requireInstitution, updateOne } from '../write/create.ts'
import type { Inner } from './inner-request.ts'
import { patchOfEntry } from '../write/patch.ts'
import { requireValid } from '../write/prepare.ts'
import { readOne } from '../read/read.ts'
import { etagOf, isUnchanged, outcomeOfApplied, type Preference, versionsTagged } from './respond.ts'
import { allow } from '../scope.ts'
import { searchType } from '../search/search.ts'
import { isWrite } from '../write/intent.ts'
import { runTransaction, type Sharer } from '../write/transaction.ts'
import { readBefore } from './reads-before.ts'

/** POST /fhir: a batch, entry by entry, or a transaction, all or nothing. The answer holds one entry for each, in the same order. */
export async function runBundle(asking: Asking, read: () => unknown, preference: Preference, inner: Inner): Promise<string> {
  const bundle = read() as Resource
  if (bundle === null || typeof bundle !== 'object' || bundle.resourceType !== 'Bundle') {
    throw new Refusal('incorrect', 'only a Bundle may be posted to the base address', { expression: 'Bundle', hint: 'Post a single resource to /fhir/Type.' })
  }
  const plan = planBundle(bundle, asking.base)
  if (plan.issues.length > 0) throw refusalOf(plan.issues)
  await allowAll(asking, plan)
  requireValidBundle(asking, bundle, plan)
  return plan.kind === 'transaction'
    ? transaction(asking, plan, () => planBundle(read() as Resource, asking.base), preference, inner)
    : batch(asking, plan, preference, inner)
}

/** A transaction with more entries than this is not shared: it fills a database transaction by itself. */
const sharedEntriesMax = 60

/**
 * Prepares a bundle that may share a database transaction with others, judged as `runBundle` judges it: a small transaction that only writes. Null
 * for any other bundle, and for one that `runBundle` would refuse.
 */
export function sharing(asking: Asking, read: () => Resource): Sharer | null {
  const bundle = read()
  const plan = planBundle(bundle, asking.base)
  let known: BundlePlan | null = plan
  if (plan.kind !== 'transaction' || plan.issues.length > 0 || plan.entries.length > sharedEntriesMax || !plan.entries.every(mayShare)) return null
  // A denial is logged once, by `runBundle`, which refuses the bundle.
  if (!neededFor(plan).every(({ type, letter }) => access.hasScope(asking.actor, type, letter))) return null
  requireInstitution(asking)
  requireValidBundle(asking, bundle, plan)
  return {
    asking,
    plan() {
      const now = known ?? planBundle(read(), asking.base)
      known = null // An attempt replaces references in place, so the next one needs a fresh plan.
      return now
    },
  }
}

/** A Subscription is more than its rows, and one condition may delete a thousand resources: neither may share. */
function mayShare(entry: BundleEntry): boolean {
  const { method, target } = entry
  return isWrite(entry) && target.kind !== 'other' && target.type !== 'Subscription' && !(method === 'DELETE' && target.kind === 'search')
}

const letters = { GET: 'r', HEAD: 'r', POST: 'c', PUT: 'u', PATCH: 'u', DELETE: 'd' } as const

async function allowAll(asking: Asking, plan: BundlePlan): Promise<void> {
  if (plan.kind === 'batch') return // Each entry of a batch is judged by itself.
  for (const { type, letter } of neededFor(plan)) await allow(asking, type, letter)
}

function neededFor(plan: BundlePlan): { type: string; letter: Interaction }[] {
  const needed: { type: string; letter: Interaction }[] = []
  for (const entry of plan.entries) {
    const { method, target, conditional } = entry
    if (target.kind === 'other') continue
    needed.push({ type: target.type, letter: target.kind !== 'instance' && isRead(entry) ? 's' : letters[method] })
    // A condition is a search: to learn what it finds, or that it finds nothing, needs the scope to search.
    if (entry.ifNoneExist !== null || (target.kind === 'search' && !isRead(entry))) needed.push({ type: target.type, letter: 's' })
    for (const { type } of conditional) needed.push({ type, letter: 's' })
  }
  return needed
}

/** `versions`: the packages by which a validator judged. */
export function refusalOf(issues: readonly Issue[], versions: readonly string[] = []): Refusal {
  const checkedWith = { severity: 'information' as const, code: 'informational', diagnostics: `checked with ${versions.join(', ')}` }
  return new Refusal('incorrect', 'the bundle cannot be processed', { issues: [...issues.slice(0, 50), ...(versions.length > 0 ? [checkedWith] : [])] })
}

async function transaction(asking: Asking, plan: BundlePlan, again: () => BundlePlan, preference: Preference, inner: Inner): Promise<string> {
  requireInstitution(asking)
  for (const entry of plan.entries) if (!isRead(entry) && entry.target.kind === 'other') throw onlyInBatch(entry)
  const known = await readBefore(asking, plan.entries, createReader(asking, inner))
  const applied = await runTransaction(asking, plan, again)
  const read = createReader(asking, inner)
  const entries: string[] = []
  for (const entry of plan.entries) {
    const done = applied.get(entry.index)
    entries.push(done ? responseOf(asking, done, preference) : (known.get(entry.index) ?? (await readOrFailure(asking, read, entry))))
  }
  return bundleText('transaction-response', entries)
}

/** How many bytes the reads of one bundle may bring back together: a small request must not ask for an answer that does not fit in memory. */
const readBytesMax = 16 * 1_048_576

/** Reads entries until the answer is full. Every later entry is refused; the earlier answers stay. */
function createReader(asking: Asking, inner: Inner): (entry: BundleEntry) => Promise<string> {
  let bytes = 0
  return async (entry) => {
    if (bytes > readBytesMax) {
      throw new Refusal('too-large', `the reads of this bundle bring more than ${readBytesMax / 1_048_576} MB`, {
        hint: 'Ask this in a bundle or request of its own.',
      })
    }
    const text = await readEntry(asking, entry, inner)
    bytes += text.length
    return text
  }
}

const isRead = ({ method }: BundleEntry) => method === 'GET' || method === 'HEAD'

/** After the commit only a race can make a read fail. Its own entry says so: a 4xx for the whole would deny what is stored. */
async function readOrFailure(asking: Asking, read: (entry: BundleEntry) => Promise<string>, entry: BundleEntry): Promise<string> {
  try {
    return await read(entry)
  } catch (error) {
    if (!(error instanceof Refusal)) asking.world.log.error({ err: error, correlation: asking.correlation }, 'bundle entry')
    return failureOf(error, asking.correlation)
  }
}

/**
 * A transaction is judged as a whole: every wrong entry is named at once, with its place. For a batch only the frame is judged here, because one
 * wrong entry must not keep the others out.
 */
function requireValidBundle(asking: Asking, bundle: Resource, plan: BundlePlan): void {
  const wrong = plan.kind === 'transaction' ? plan.entries.flatMap((entry) => entry.issues) : []
  const judged = plan.kind === 'transaction' ? bundle : frameOf(bundle)
  const errors = asking.world.fhir.validate(judged).filter((issue) => issue.severity === 'error')
  if (wrong.length + errors.length > 0) throw refusalOf([...wrong, ...errors], asking.world.fhir.versions)
}

/** The frame of a batch, whose entries are judged one by one: a valid resource takes the place of each entry's own. */
function frameOf(bundle: Resource): Resource {
  const entries = bundle['entry'] as Record<string, unknown>[] | undefined
  const stand = ({ resource, ...frame }: Record<string, unknown>) => (resource === undefined ? frame : { ...frame, resource: { resourceType: 'Parameters' } })
  return entries === undefined ? bundle : { ...bundle, entry: entries.map(stand) }
}

function responseOf(asking: Asking, applied: Applied, preference: Preference): string {
  const address = `${asking.base}/${applied.type}/${applied.id}`
  // Joined by hand: only the quotes of the tag need escaping, and there are thousands of entries.
  const location = applied.status === 204 ? '' : `,"location":"${address}/_history/${applied.version}"`
  const version = applied.version > 0 ? `,"etag":"W/\\"${applied.version}\\"","lastModified":"${applied.at.toISOString()}"` : ''
  const isTold = preference.give === 'OperationOutcome' || applied.warnings.length > 0 || applied.temporaryNumber !== null
  const outcome = isTold ? `,"outcome":${JSON.stringify(outcomeOfApplied(applied))}` : ''
  // The answer holds the resources only when the client asks for them.
  const resource = preference.give === 'representation' && applied.body !== null && preference.isGiven ? `"resource":${applied.body},` : ''
  const fullUrl = applied.status === 204 ? '' : `"fullUrl":"${address}",`
  return `{${fullUrl}${resource}"response":{"status":"${statusText[applied.status]}"${location}${version}${outcome}}}`
}

const statusText = { 200: '200 OK', 201: '201 Created', 204: '204 No Content' }

async function batch(asking: Asking, plan: BundlePlan, preference: Preference, inner: Inner): Promise<string> {
  const entries: string[] = new Array(plan.entries.length)
  const read = createReader(asking, inner)
  for (const index of plan.order) {
    const entry = plan.entries[index] as BundleEntry
    try {
      if (entry.issues.length > 0) throw refusalOf(entry.issues)
      const done = await runEntry(asking, entry)
      entries[index] = done ? responseOf(asking, done, preference) : await read(entry)
    } catch (error) {
      if (!(error instanceof Refusal)) asking.world.log.error({ err: error, correlation: asking.correlation }, 'bundle entry')
      entries[index] = failureOf(error, asking.correlation)
    }
  }
  return bundleText('batch-response', entries)
}

async function runEntry(asking: Asking, entry: BundleEntry): Promise<Applied | null> {
  const { method, target, resource } = entry
  if (target.kind === 'other' || isRead(entry)) return null
  await allow(asking, target.type, letters[method])
  const path = `Bundle.entry[${entry.index}].resource`
  const expected = expectedBy(entry)
  const valid = method === 'DELETE' || method === 'PATCH' ? null : requireValid(asking.world, resource, target.type, path)
  const patch = method === 'PATCH' ? patchOfEntry(asking.world, resource as Resource, path) : undefined
  if (target.kind === 'search') {
    const expression = `Bundle.entry[${entry.index}].request.url`
    const of = { method: method as 'PUT' | 'PATCH' | 'DELETE', type: target.type, query: target.query, resource: valid, expected, path, expression }
    return (await writeConditionally(asking, patch ? { ...of, patch } : of)) ?? nothingDone(asking.world)
  }
  if (target.kind === 'type') {
    const created = valid as Resource
    return entry.ifNoneExist ? createConditionally(asking, created, entry.ifNoneExist) : createOne(asking, created)
  }
  if (patch) return patchOne(asking, target.type, target.id, patch, expected, path)
  return method === 'PUT' ? updateOne(asking, valid as Resource, target.id, expected) : deleteOne(asking, target.type, target.id, expected)
}

const onlyInBatch = (entry: BundleEntry) =>
  new Refusal('incorrect', 'an operation by POST is not part of a transaction', {
    expression: `Bundle.entry[${entry.index}].request`,
    hint: 'Send it by itself or in a batch.',
  })

export function expectedBy({ index, ifMatch, ifNoneMatch }: BundleEntry): Expected {
  const at = `Bundle.entry[${index}].request`
  return {
    ifMatch: ifMatch === null ? null : versionsTagged(ifMatch, `${at}.ifMatch`),
    ifNoneMatch: ifNoneMatch === null ? null : versionsTagged(ifNoneMatch, `${at}.ifNoneMatch`),
  }
}

/** Answers GET and HEAD inside a bundle: a read by id, a search with a Bundle of its own, or any other request. */
async function readEntry(asking: Asking, entry: BundleEntry, inner: Inner): Promise<string> {
  const { target } = entry
  const withoutBody = entry.method === 'HEAD'
  if (target.kind === 'instance') {
    await allow(asking, target.type, 'r')
    const { row, body } = await readOne(asking, target.type, target.id)
    const isKnown = isUnchanged(row, entry)
    const response = { status: isKnown ? '304 Not Modified' : '200 OK', etag: etagOf(row.version), lastModified: row.at.toISOString() }
    const resource = isKnown || withoutBody ? '' : `"resource":${body},`
    return `{"fullUrl":"${asking.base}/${target.type}/${target.id}",${resource}"response":${JSON.stringify(response)}}`
  }
  if (target.kind === 'other') return inner(entry)
  await allow(asking, target.type, 's')
  const found = await searchType(asking, target.type, target.kind === 'search' ? target.query : [], false)
  return `{${withoutBody ? '' : `"resource":${found},`}"response":{"status":"200 OK"}}`
}

function failureOf(error: unknown, correlation: string): string {
  const { status, body } = answerOf(error, correlation)
  return JSON.stringify({ response: { status: String(status), outcome: body } })
}

const bundleText = (type: string, entries: readonly string[]) =>
  `{"resourceType":"Bundle","type":"${type}"${entries.length > 0 ? `,"entry":[${entries.join(',')}]` : ''}}`
