import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Routes } from '../../platform/http.ts'
import { Refusal } from '../../platform/refusal.ts'
import { type Asking, entryOf } from '../asking.ts'
import { type ExportWish, type Level, startExport } from './export.ts'
import type { ImportWish } from './import.ts'
import { readPart } from './job-files.ts'
import { cancel, type Job, jobOf, type Output } from './jobs.ts'
import { wordsOf } from '../http/operation-words.ts'
import { preferenceOf } from '../http/respond.ts'
import { askingOf } from '../http/asking-of.ts'
import { maySeeType, requireSeen } from '../scope.ts'

type OfJob = { Params: { job: string } }
type OfFile = { Params: { job: string; file: string } }
type OfGroup = { Params: { id: string } }

const downloadsMax = 32
const retrySeconds = 1
let downloads = 0

/** Bulk Data Access 2.0: clients ask for exports, watch, fetch and remove them; imports are watched and removed the same way. */
export const bulkRoutes: Routes = (app) => {
  const kickOff = (levelOf: (request: FastifyRequest) => Level) => async (request: FastifyRequest, reply: FastifyReply) => {
    requireAsync(request)
    const asking = askingOf(request)
    // A client may have written a personal number into the address, which no table may keep.
    const address = `${asking.base.replace(/\/fhir$/, '')}${request.url}`.replace(/\d{11,}/g, '…')
    const id = await startExport(asking, levelOf(request), wordsOf(request), { isLenient: preferenceOf(request).lenient, request: address })
    return accepted(asking, reply, id)
  }
  for (const method of ['GET', 'POST'] as const) {
    app.route({ method, url: '/$export', handler: kickOff(() => ({ level: 'system' })) })
    app.route({ method, url: '/Patient/$export', handler: kickOff(() => ({ level: 'patient' })) })
    app.route<OfGroup>({
      method,
      url: '/Group/:id/$export',
      handler: kickOff(({ params }) => ({ level: 'group', id: (params as { id: string }).id })) as never,
    })
  }
  app.get<OfJob>('/$jobs/:job', async (request, reply) => {
    const asking = askingOf(request)
    return answerStatus(asking, reply, await jobOf(asking, request.params.job))
  })
  app.delete<OfJob>('/$jobs/:job', async (request, reply) => {
    await cancel(askingOf(request), request.params.job)
    return reply.code(202).send()
  })
  app.get<OfFile>('/$jobs/:job/:file', async (request, reply) => sendFile(askingOf(request), reply, request.params))
}

/** A long job starts only when the client asks for an asynchronous answer (FHIR R4 async, and Bulk Data Access 2.0). */
export function requireAsync(request: FastifyRequest): void {
  const prefer = [request.headers.prefer ?? ''].flat().join(',')
  if (/(?:^|[,;\s])respond-async(?:$|[,;\s])/.test(prefer)) return
  throw new Refusal('incorrect', 'this takes longer than a request may', {
    expression: 'Prefer',
    hint: 'Send the header Prefer: respond-async and follow Content-Location.',
  })
}

export function accepted(asking: Asking, reply: FastifyReply, id: string): FastifyReply {
  return reply.code(202).header('content-location', `${asking.base}/$jobs/${id}`).send()
}

function answerStatus(asking: Asking, reply: FastifyReply, job: Job): FastifyReply {
  reply.header('cache-control', 'no-store')
  if (job.state === 'done') return reply.header('expires', job.expiresAt.toUTCString()).header('content-type', 'application/json').send(manifestOf(asking, job))
  if (job.state === 'failed') {
    const isFull = job.problem?.issue[0]?.code === 'no-store'
    return reply
      .code(isFull ? 507 : 500)
      .header('content-type', 'application/fhir+json')
      .send(JSON.stringify(job.problem))
  }
  return reply.code(202).header('retry-after', String(retrySeconds)).header('x-progress', progressOf(job)).send()
}

function progressOf({ state, done, total }: Job): string {
  if (state === 'waiting') return 'waiting for its turn'
  return total === null || total === 0 ? `${done} done` : `${Math.min(100, Math.floor((done / total) * 100))} % (${done} of ${total})`
}

function manifestOf(asking: Asking, job: Job): string {
  if (job.kind === 'import') return importManifestOf(asking, job)
  const { moment, request } = job.asked.wish as ExportWish
  const of = (kind: string) =>
    job.outputs.filter((one) => one.kind === kind).map(({ type, file, count }) => ({ type, url: `${asking.base}/$jobs/${job.id}/${file}`, count }))
  return JSON.stringify({
    transactionTime: new Date(moment.at).toISOString(),
    request,
    requiresAccessToken: true,
    output: of('output'),
    deleted: of('deleted'),
    error: of('error'),
  })
}

/** The result of an import: each line that was not stored is an OperationOutcome in the error file. */
function importManifestOf(asking: Asking, job: Job): string {
  const failed = job.outputs.reduce((sum, { count }) => sum + count, 0)
  return JSON.stringify({
    transactionTime: job.createdAt.toISOString(),
    request: (job.asked.wish as ImportWish).request,
    requiresAccessToken: true,
    output: [{ type: 'Resource', count: job.done - failed }],
    error: job.outputs.map(({ type, file, count }) => ({ type, url: `${asking.base}/$jobs/${job.id}/${file}`, count })),
  })
}

/** A client that fetches with a narrower token than at the start gets only the types of that token. */
async function requireScopesOf(asking: Asking, job: Job, { kind, type }: Output): Promise<void> {
  const { types } = asking.world.fhir
  const named = job.kind === 'export' && kind === 'output' ? [type] : kind === 'deleted' ? types.filter((one) => maySeeType(job.asked.actor, one)) : []
  for (const one of named) await requireSeen(asking, one)
}

/** Sends a file of the client's own finished job. The name must be one that the job lists, so it cannot lead elsewhere. */
async function sendFile(asking: Asking, reply: FastifyReply, { job: id, file }: { job: string; file: string }): Promise<FastifyReply> {
  const job = await jobOf(asking, id)
  const output = job.state === 'done' ? job.outputs.find((one) => one.file === file) : undefined
  if (!output) throw new Refusal('not-found', 'there is no such file')
  await requireScopesOf(asking, job, output)
  if (downloads >= downloadsMax) throw new Refusal('busy', 'too many files are being fetched; try again in a moment', { retryAfterSeconds: 5 })
  downloads++
  reply.raw.once('close', () => downloads--)
  await asking.world.ledger.record([entryOf(asking, 'export', null, output.type, { basis: 'own-submissions', count: output.count })])
  const content = readPart(asking.world, job.id, file)
  content.on('error', (error) => asking.world.log.error({ err: error, job: job.id }, 'a file of a job could not be read to its end'))
  return reply.header('content-type', 'application/fhir+ndjson').header('cache-control', 'no-store').send(content)
}
