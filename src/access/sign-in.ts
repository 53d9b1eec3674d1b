import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as openid from 'openid-client'
import { type Entry, whoIs } from '../audit/audit.ts'
import { type Actor, anonymous } from '../platform/actor.ts'
import { baseUrl, type Config } from '../platform/config.ts'
import type { Routes } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { type Account, accountById, accountBySubject, actorOfAccount } from './account.ts'
import { limit } from './authenticate.ts'
import { type CitizenOf, letCitizenIn } from './citizen.ts'
import { readCookie, writeCookie } from './cookies.ts'
import { issuerOf } from './issuer.ts'
import { languageOfVisitor, rememberLanguage } from './language.ts'
import { localPath } from './local-path.ts'
import { principalsOf } from './principals.ts'
import { isEmbedded, returnPath } from './provider.ts'
import { seal, unseal } from './sealed.ts'
import { absoluteHours, cookieName, endSession, openSession } from './session.ts'
import { type Ending, endingPage, styleSheet } from './sign-in-page.ts'
import type { SignedOut } from './wire.ts'

/**
 * People sign in by the OpenID Connect code flow with PKCE, state and nonce. The server is the relying party: the browser
 * never holds a token, only a session cookie. What must survive the round trip rides in a sealed cookie, so any process can end it.
 */
const flowCookie = 'spona_sign_in'
const flowSeconds = 1200
type Flow = { state: string; nonce: string; verifier: string; to: string | null; expires: number }

const open = { config: { open: true } }

export const signInRoutes =
  (citizenOf: CitizenOf): Routes =>
  (app) => {
    app.get('/sign-in', open, (request: Begin, reply) => begin(app, request, reply))
    app.get(returnPath, open, (request, reply) => finish(app, request, reply, citizenOf))
    app.get('/sign-in/style.css', open, async (_request, reply) =>
      reply.header('content-type', 'text/css; charset=utf-8').header('cache-control', 'public, max-age=3600').send(styleSheet),
    )
    app.post('/sign-out', (request, reply) => leave(app, request, reply))
  }

type Begin = FastifyRequest<{ Querystring: { to?: unknown; canonical?: unknown } }>

async function begin(app: FastifyInstance, request: Begin, reply: FastifyReply): Promise<FastifyReply> {
  const { world } = request
  limit(world, 'sign-in', request.ip)
  rememberLanguage(request, reply)
  const to = request.query.to === undefined ? null : localPath(request.query.to)
  const elsewhere = canonicalAddress(request, to)
  if (elsewhere) return reply.redirect(elsewhere, 302)

  const configuration = await issuerOf(app, world)
  const flow: Flow = {
    state: world.random(24).toString('base64url'),
    nonce: world.random(24).toString('base64url'),
    verifier: world.random(48).toString('base64url'),
    to,
    expires: world.now().getTime() + flowSeconds * 1000,
  }
  writeCookie(request, reply, {
    name: flowCookie,
    value: seal(world, 'sign-in', Buffer.from(JSON.stringify(flow))).toString('base64url'),
    seconds: flowSeconds,
  })
  const url = openid.buildAuthorizationUrl(configuration, {
    redirect_uri: `${baseUrl(world.config)}${returnPath}`,
    scope: world.config.OIDC_SCOPE,
    state: flow.state,
    nonce: flow.nonce,
    response_type: 'code',
    code_challenge: await openid.calculatePKCECodeChallenge(flow.verifier),
    code_challenge_method: 'S256',
    ...(world.config.OIDC_NUMBER_ACR.length > 0 ? { acr_values: world.config.OIDC_NUMBER_ACR.join(' ') } : {}),
    ...(isEmbedded(world.config) ? { prompt: 'login' } : {}),
  })
  return reply.header('cache-control', 'no-store').redirect(url.href, 302)
}

/** The cookie must be set for the host the issuer sends people back to: 127.0.0.1 and localhost are two hosts to a browser. */
function canonicalAddress(request: Begin, to: string | null): string | null {
  const base = new URL(baseUrl(request.world.config))
  if (request.query.canonical !== undefined || request.headers.host === base.host) return null
  base.pathname = '/sign-in'
  if (to) base.searchParams.set('to', to)
  base.searchParams.set('canonical', '1') // Behind a proxy that renames the host this would go round for ever.
  return base.href
}

async function finish(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply, citizenOf: CitizenOf): Promise<FastifyReply> {
  const { world } = request
  limit(world, 'sign-in', request.ip)
  const flow = readFlow(request)
  writeCookie(request, reply, { name: flowCookie, value: '', seconds: 0 })
  if (!flow) return endWith(request, reply, 400, 'over')

  const configuration = await issuerOf(app, world)
  const url = new URL(request.url, baseUrl(world.config))
  let claims: { sub: string }
  try {
    const tokens = await openid.authorizationCodeGrant(configuration, url, {
      expectedState: flow.state,
      expectedNonce: flow.nonce,
      pkceCodeVerifier: flow.verifier,
      idTokenExpected: true,
    })
    claims = { ...(await more(configuration, world.config, tokens)), ...(tokens.claims() ?? { sub: '' }) }
  } catch (error) {
    world.log.warn({ reason: (error as { code?: string }).code ?? (error as Error).name, correlation: request.correlation }, 'a sign-in did not succeed')
    await audit(request, anonymous, 'the issuer did not confirm the sign-in', 'deny')
    return endWith(request, reply, 400, 'failed')
  }
  const account = isEmbedded(world.config) ? await accountById(world.sql, claims.sub) : await accountAt(request, claims, citizenOf)
  if (!account || account.revokedAt) {
    await audit(request, account ? actorOfAccount(account, null) : anonymous, account ? 'the account is revoked' : 'no account of this subject', 'deny')
    return endWith(request, reply, 403, 'noAccount')
  }
  return enter(request, reply, account, flow.to)
}

/** A health worker who left is a citizen like others; a citizen's closed account is not opened again. */
async function accountAt({ world, correlation }: FastifyRequest, claims: { sub: string }, citizenOf: CitizenOf): Promise<Account | null> {
  const known = await accountBySubject(world.sql, world.config.OIDC_ISSUER, claims.sub)
  const hasLeft = known !== null && known.revokedAt !== null && known.worker !== null
  return known === null || hasLeft ? ((await letCitizenIn(world, claims, citizenOf, correlation)) ?? known) : known
}

/** What the ID token leaves for UserInfo (OpenID Connect Core 5.3), asked for only where a citizen's number is wanted. */
async function more(configuration: openid.Configuration, config: Config, tokens: openid.TokenEndpointResponse & openid.TokenEndpointResponseHelpers) {
  const said = tokens.claims()
  const { OIDC_NUMBER_CLAIM: claim } = config
  if (claim === '' || !said || claim in said || !configuration.serverMetadata().userinfo_endpoint) return {}
  return openid.fetchUserInfo(configuration, tokens.access_token, said.sub)
}

/** A new session each time, so that a cookie planted before the sign-in is worth nothing after it. */
async function enter(request: FastifyRequest, reply: FastifyReply, account: Account, to: string | null): Promise<FastifyReply> {
  const { world } = request
  const before = readCookie(request, cookieName)
  const previous = before === undefined ? null : await principalsOf(world).ofCookie(before)
  if (previous?.session) await world.sql.begin((tx) => endSession(tx, previous.session as string, world.now()))
  const cookie = await openSession(world, account.id)
  await audit(request, actorOfAccount(account, null), null, 'permit')
  writeCookie(request, reply, { name: cookieName, value: cookie, seconds: absoluteHours * 3600 })
  return reply.header('cache-control', 'no-store').redirect(to ?? homeOf(account), 303)
}

function homeOf(account: Account): string {
  if (account.roles.some((role) => role === 'doctor' || role === 'nurse' || role === 'laboratory')) return '/doctor/'
  if (account.roles.some((role) => role === 'operator' || role === 'ministry')) return '/operator/'
  if (account.roles.includes('data-officer')) return '/doctor/completeness'
  return account.roles.includes('patient') ? '/patient/' : '/'
}

function readFlow(request: FastifyRequest): Flow | null {
  const sealed = readCookie(request, flowCookie)
  const plain = sealed === undefined ? null : unseal(request.world, 'sign-in', Buffer.from(sealed, 'base64url'))
  if (!plain) return null
  const flow = JSON.parse(plain.toString()) as Flow
  return flow.expires > request.world.now().getTime() ? flow : null
}

function endWith(request: FastifyRequest, reply: FastifyReply, status: number, ending: Ending): FastifyReply {
  return reply
    .code(status)
    .header('content-type', 'text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(endingPage(languageOfVisitor(request), ending, '/sign-in'))
}

function audit(request: FastifyRequest, actor: Actor, basis: string | null, decision: Entry['decision'], action: Entry['action'] = 'sign-in'): Promise<void> {
  return request.world.ledger.record([
    { action, who: whoIs(actor), patient: null, what: 'session', purpose: 'access', basis, decision, correlation: request.correlation },
  ])
}

/** Ends the session here and in every process; the page goes on to where the answer says, for an outside issuer to its own sign-out. */
async function leave(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply): Promise<SignedOut> {
  const { world, actor } = request
  if (actor.session === null) throw new Refusal('incorrect', 'only a signed-in browser can sign out')
  await world.sql.begin((tx) => endSession(tx, actor.session as string, world.now()))
  await audit(request, actor, null, 'permit', 'sign-out')
  writeCookie(request, reply, { name: cookieName, value: '', seconds: 0 })
  return { to: isEmbedded(world.config) ? '/' : await outsideSignOut(app, request) }
}

async function outsideSignOut(app: FastifyInstance, request: FastifyRequest): Promise<string> {
  const configuration = await issuerOf(app, request.world).catch(() => null)
  if (!configuration?.serverMetadata().end_session_endpoint) return '/'
  return openid.buildEndSessionUrl(configuration, { post_logout_redirect_uri: `${baseUrl(request.world.config)}/` }).href
}
