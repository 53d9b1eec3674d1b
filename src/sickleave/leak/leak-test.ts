import Fastify from 'fastify'
import { type Actor, anonymous } from '../../platform/actor.ts'
import { shortagesOf } from '../../platform/condition.ts'
import { createApp } from '../../platform/http.ts'
import { metricsOf } from '../../platform/metrics.ts'
import { uuidV4 } from '../../platform/uuid.ts'
import { makeLog, type World } from '../../platform/world.ts'
import { startEmployersSide } from '../apart/employers-side.ts'
import { eventsAfter } from '../employer/store.ts'
import { fieldsOf, knownFields } from './leak-fields.ts'
import { leaksOfProcess } from './leak-process.ts'
import { leaksOfRole } from './leak-role.ts'
import { leaksIn, needlesOf, type Secrets, secretsOf, speakingWords } from './leak-secrets.ts'
import { gapsOfStreams } from './leak-streams.ts'
import { addMember, endMember } from '../employer/members.ts'
import { bodiesOf, toldUnasked } from './leak-trials.ts'
import { urlsOf } from './leak-urls.ts'
import { pdfRest } from './pdf-rest.ts'
import { pdfText } from './pdf-text.ts'
import { objectionIds } from '../objection/lists.ts'
import { requestIds } from '../request/lists.ts'
import { sickleaveRoutes } from '../routes.ts'

export type LeakReport = {
  employers: number
  leaves: number
  answers: number
  routes: string[]
  found: string[]
  /** What could not be tried, and why: without this list it would seem to have been tried. */
  untried: string[]
}
/** `only`: tries the routes whose URL contains this text. `apart`: asks through the employers' process, whose memory is searched afterwards. */
export type Trial = { only?: string; apart?: boolean; say?: (sentence: string) => void }

const employersMax = 20
const atOnce = 16
/** Figures contain many short numbers, so short secrets would be found by chance. */
const wordsOfFiguresMin = 5
const eventsOfEach = 200
/**
 * Tries everything that an employer could try: every route below /employer (a new one is included by itself) with right, wrong and hostile values. It
 * compares all answers, every stored event, every error and every line of the log with the real secrets of the leaves, and checks the rights of the
 * database role. It acts as a member of its own, which the access log names, and is removed afterwards.
 */
export async function leakTest(world: World, { only = '', apart = false, say = () => {} }: Trial = {}): Promise<LeakReport> {
  const lines: string[] = []
  const hear = (line: string) => void lines.push(line)
  const listening: World = { ...world, log: makeLog('trace', { write: hear }) }
  const report: LeakReport = {
    employers: 0,
    leaves: 0,
    answers: 0,
    routes: (await employerRoutes()).filter((route) => route.includes(only)),
    found: await leaksOfRole(world.sql),
    untried: [],
  }
  const rows = await world.sql<{ employer: number }>`select employer from sickleave.employer_stream order by last desc, employer limit ${employersMax}`
  delete listening.employersSide
  const side = apart ? await startEmployersSide(listening, null, { say: hear, log: hear }) : null
  await side?.ready
  const ask = await asTester(listening)
  const all: Secrets[] = []
  try {
    if (side && (await ask.get('GET', '/employer')).status >= 500) {
      report.untried.push('the employers’ process: its role cannot sign in; the password is set by the next start of the server')
      delete listening.employersSide
    }
    for (const [at, { employer }] of rows.entries()) {
      say(`employer ${at + 1} of ${rows.length}; ${report.answers} answers until now`)
      const secrets = await tryEmployer(listening, employer, ask, report)
      all.push(...secrets)
      const words = secrets.flatMap((one) => one.words)
      for (const line of lines.splice(0)) if (leaksIn(line, words).length > 0) report.found.push('a line of the log holds a secret word')
    }
    say('looking at figures, numbers and the memory of the process')
    await lookAround(listening, side?.pid(), all, report)
  } finally {
    await ask.close()
    await side?.stop()
  }
  return report
}

/** Looks beside the answers: at the metrics and the state of the system, at gaps in numbered streams, and into the process that gave the answers. */
async function lookAround(world: World, pid: number | undefined, secrets: readonly Secrets[], report: LeakReport): Promise<void> {
  const words = secrets.flatMap((one) => one.words).filter((word) => word.length >= wordsOfFiguresMin)
  const said = `${await metricsOf(world).metrics()}\n${JSON.stringify(shortagesOf(world))}`
  for (const word of leaksIn(said, words)) report.found.push(`the figures hold a secret word of ${word.length} letters`)
  report.found.push(...(await gapsOfStreams(world.sql)))
  if (pid === undefined || world.employersSide === undefined) return
  const found = leaksOfProcess(pid, await needlesOf(world, secrets))
  if (found === null) report.untried.push('the memory of the employers’ process: this system lets nobody look')
  else report.found.push(...found)
}

/** The registered routes themselves, so that none is forgotten. */
async function employerRoutes(): Promise<string[]> {
  const app = Fastify()
  const routes: string[] = []
  app.addHook('onRoute', ({ url, method }) => {
    if (url.startsWith('/employer') && method !== 'HEAD') routes.push(`${String(method)} ${url}`)
  })
  await sickleaveRoutes(app)
  await app.close()
  return routes
}

const testerOf = (world: World): Actor => ({
  ...anonymous,
  kind: 'system',
  id: `leak-test-${uuidV4(world)}`,
  name: 'проба цурења',
  roles: ['system'],
  scopes: ['system/sickleave.employer'],
})

/** `rest`: the parts of a file that its reader does not see. */
type Answer = { status: number; headers: string; body: string; rest?: string }

async function asTester(world: World) {
  const tester = testerOf(world)
  const app = await createApp(world)
  app.addHook('onRequest', async (request) => {
    request.actor = tester
  })
  await app.register(sickleaveRoutes, { prefix: '/sickleave' })
  return {
    member: tester.id,
    async get(method: string, url: string, payload?: unknown): Promise<Answer> {
      const answer = await app.inject({ method: method as 'GET', url: `/sickleave${url}`, ...(payload === undefined ? {} : { payload: payload as object }) })
      const isPdf = String(answer.headers['content-type']).includes('pdf')
      // At a busy moment every answer carries this header about the state of the whole system, in words of its own.
      const { 'spona-status': _condition, ...headers } = answer.headers
      const seen = isPdf ? { body: pdfText(answer.rawPayload), rest: pdfRest(answer.rawPayload) } : { body: answer.body }
      return { status: answer.statusCode, headers: JSON.stringify(headers), ...seen }
    },
    close: () => app.close(),
  }
}
type Ask = Awaited<ReturnType<typeof asTester>>

async function tryEmployer(world: World, employer: number, ask: Ask, report: LeakReport): Promise<Secrets[]> {
  const events = await eventsAfter(world.sql, employer, 0, eventsOfEach)
  const pib = events.find(({ content }) => content.employer)?.content.employer?.pib
  if (!pib) return []
  report.employers++
  const leaves = [...new Set(events.map(({ knownAs }) => knownAs))]
  const secrets = (await Promise.all(leaves.map((leave) => secretsOf(world, leave)))).filter((one) => one !== null)
  report.leaves += secrets.length
  const forms = ['pdf', 'xml', 'slip', 'html']
  const [request, objection] = [await requestIds(world.sql, employer), await objectionIds(world.sql, employer)]
  const others = { form: forms, act: ['submission'], request, objection, id: [nobody], member: [ask.member] }
  const at = world.now()
  await world.sql.begin((tx) => addMember(tx, { member: ask.member, employer, pib, name: 'проба цурења', role: 'administrator', at }))
  try {
    for (const route of report.routes) {
      const [method = '', path = ''] = route.split(' ')
      const isRead = method === 'GET'
      // Routes that change something are tried only with ids that do not exist, so that the trial leaves nothing behind.
      const urls = urlsOf(path, isRead ? { pib, events, others } : { pib, events: [], others: nowhere(others) })
      if ('unknown' in urls) report.found.push(`${route} was not tried: nothing is known that :${urls.unknown} could be`)
      else if (isRead) await sideBySide(urls, async (url) => judge(report, route, await ask.get(method, url), secrets))
      else await sideBySide(bodiesOf(route, pib, leaves), async (body) => judge(report, route, await ask.get(method, urls[0] ?? path, body), secrets))
    }
    for (const { route, text } of await toldUnasked(world, employer, 'проба цурења')) judge(report, route, { status: 200, headers: '', body: text }, secrets)
    // Tries that no other method and no other side answers.
    for (const url of [`/employer/${pib}/events`, '/mine', '/commission/waiting', `/people/${leaves[0]}/leaves`]) {
      for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
        const answer = await ask.get(method, url)
        if (answer.status < 400 && !url.startsWith('/employer')) report.found.push(`${method} ${url} answered an employer`)
        judge(report, `${method} ${url}`, answer, secrets)
      }
    }
  } finally {
    await world.sql.begin((tx) => endMember(tx, ask.member, pib, new Date(at.getTime() + 1)))
  }
  return secrets
}

/** Runs many questions at once: most of the time they wait for their row in the access log, which several share. */
async function sideBySide<T>(all: readonly T[], each: (one: T) => Promise<void>): Promise<void> {
  const rest = all.values()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const one of rest) await each(one)
    }),
  )
}

const nobody = 'ffffffff-ffff-4fff-8fff-ffffffffffff'
const nowhere = (others: Record<string, readonly string[]>) => Object.fromEntries(Object.keys(others).map((name) => [name, [nobody]]))

function judge(report: LeakReport, route: string, { status, headers, body, rest = '' }: Answer, secrets: readonly Secrets[]): void {
  report.answers++
  if (status >= 500) report.found.push(`${route} failed with ${status}`)
  for (const { leave, words } of secrets) {
    const leaks = [
      ...leaksIn(headers + body, words),
      ...leaksIn(
        rest,
        words.filter((word) => word.length >= wordsOfFiguresMin),
      ),
    ]
    // What the employee shared is read at its own URL and nowhere else.
    if (leaks.length > 0 && !(route.endsWith('/shared') && status === 200))
      report.found.push(`${route} lets out ${leaks.length} secret words of the leave ${leave}`)
  }
  if (status >= 400 || route.endsWith('/shared')) return
  for (const field of fieldsOf(body)) if (!knownFields.has(field)) report.found.push(`${route} has a field ${field}`)
  for (const word of leaksIn(headers + body, speakingWords)) report.found.push(`${route} says ${word}`)
}
