import type { FastifyReply, FastifyRequest } from 'fastify'
import { whoIs } from '../audit/audit.ts'
import { anonymous } from '../platform/actor.ts'
import type { Routes } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { type Account, demoAccounts } from './account.ts'
import { tryPassword } from './attempt.ts'
import { limit, requireSameOrigin } from './authenticate.ts'
import { languageOfVisitor, rememberLanguage } from './language.ts'
import { isEmbedded, providerOf } from './provider.ts'
import { endingPage, signInPage, type SignInProblem } from './sign-in-page.ts'

/** The known password of every demo account; DEMO is refused on an address others can reach. */
export const demoPassword = 'demo'

type Asked = FastifyRequest<{ Params: { uid: string }; Body: URLSearchParams }>
const page = (reply: FastifyReply, status: number, body: string) =>
  reply.code(status).header('content-type', 'text/html; charset=utf-8').header('cache-control', 'no-store').send(body)

/** The one page of the embedded provider: who are you? */
export const interactionRoutes: Routes = async (app) => {
  await app.register(async (own) => {
    own.removeAllContentTypeParsers()
    own.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: 16_384 }, (_request, body, done) =>
      done(null, new URLSearchParams(String(body))),
    )
    own.get('/oidc/interaction/:uid', { config: { open: true } }, async (request: Asked, reply) => {
      rememberLanguage(request, reply)
      if (!(await isPending(request, reply))) return over(request, reply)
      return show(request, reply, 200)
    })
    own.post('/oidc/interaction/:uid', { config: { open: true } }, submit)
  })
}

async function submit(request: Asked, reply: FastifyReply): Promise<FastifyReply> {
  const { world } = request
  limit(world, 'sign-in', request.ip)
  requireSameOrigin(request)
  if (!(await isPending(request, reply))) return over(request, reply)
  const userName = request.body?.get?.('user') ?? ''
  const password = request.body?.get?.('password') ?? ''
  let account: Account | null
  try {
    account = await tryPassword(world, userName, password, request.ip)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    await auditFailure(request, error.message)
    if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(error.retryAfterSeconds))
    return show(request, reply, error.status, error.kind === 'too-many' ? 'tooMany' : 'busy')
  }
  if (!account) {
    await auditFailure(request, 'wrong user name or password')
    return show(request, reply, 401, 'wrong', userName)
  }
  const provider = await providerOf(world)
  const next = await provider.interactionResult(request.raw, reply.raw, { login: { accountId: account.id, remember: false } })
  return reply.code(303).header('location', next).header('cache-control', 'no-store').send()
}

/** The cookie of the provider ties this page to the browser that began the sign-in. */
async function isPending(request: Asked, reply: FastifyReply): Promise<boolean> {
  if (!isEmbedded(request.world.config)) return false
  const provider = await providerOf(request.world)
  const details = await provider.interactionDetails(request.raw, reply.raw).catch(() => null)
  return details !== null && details.uid === request.params.uid && details.prompt.name === 'login'
}

function over(request: Asked, reply: FastifyReply): FastifyReply {
  return page(reply, 410, endingPage(languageOfVisitor(request), 'over', '/sign-in'))
}

async function show(request: Asked, reply: FastifyReply, status: number, problem?: SignInProblem, userName?: string): Promise<FastifyReply> {
  const accounts = (await demoAccounts(request.world.sql)).map((one) => ({ ...one, userName: one.userName as string }))
  const body = signInPage({
    language: languageOfVisitor(request),
    action: `/oidc/interaction/${encodeURIComponent(request.params.uid)}`,
    accounts,
    demoPassword,
    ...(problem ? { problem } : {}),
    ...(userName ? { userName } : {}),
  })
  return page(reply, status, body)
}

/** Who failed is not known, and what they typed may be anything: neither stands in the row. */
function auditFailure(request: Asked, reason: string): Promise<void> {
  return request.world.ledger.record([
    {
      action: 'sign-in',
      who: whoIs(anonymous),
      patient: null,
      what: 'session',
      purpose: 'access',
      basis: reason,
      decision: 'deny',
      correlation: request.correlation,
    },
  ])
}
