import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider'
import { baseUrl, type Config } from '../platform/config.ts'
import type { Routes } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import type { World } from '../platform/world.ts'
import { accountById } from './account.ts'
import { oauthError } from './oauth-error.ts'
import { adapterOn } from './provider-adapter.ts'
import { loadSigningKeys, type SigningKey } from './signing-keys.ts'

/**
 * The OpenID provider of the demo. It stands in for the national eID, so the portals sign people in by the same code flow
 * in the demo and in earnest; a real installation sets OIDC_ISSUER and this one does not exist.
 */
export const isEmbedded = (config: Config) => config.DEMO && config.OIDC_ISSUER === ''

export const returnPath = '/sign-in/return'
const minutes = 60
const interactionSeconds = 20 * minutes

export const providerSecret = (world: World) => world.keys.derive('access/portal-client').toString('base64url')
export const providerKeys = (world: World): Promise<SigningKey[]> => loadSigningKeys(world, 'provider')

const providers = new WeakMap<World, { base: string; provider: Promise<Provider> }>()

/** Made at the first sign-in: it costs a tenth of a second that a start need not pay. */
export function providerOf(world: World): Promise<Provider> {
  const base = baseUrl(world.config)
  let found = providers.get(world)
  if (found?.base !== base) {
    found = { base, provider: makeProvider(world, base) }
    found.provider.catch(() => providers.delete(world))
    providers.set(world, found)
  }
  return found.provider
}

async function makeProvider(world: World, base: string): Promise<Provider> {
  const [{ Provider: Made }, keys] = await Promise.all([importQuietly(), providerKeys(world)])
  const provider = new Made(base, configuration(world, base, keys))
  provider.on('server_error', (_context, error) => world.log.error({ err: error }, 'embedded OpenID provider'))
  return provider
}

/** The library warns about every Node release that is not yet called LTS; the one we ship is our choice and not the reader's concern. */
async function importQuietly(): Promise<typeof import('oidc-provider')> {
  const { warn } = console
  console.warn = (...words: unknown[]) => {
    if (!String(words[0]).includes('Unsupported runtime')) warn(...words)
  }
  try {
    return await import('oidc-provider')
  } finally {
    console.warn = warn
  }
}

function configuration(world: World, base: string, keys: readonly SigningKey[]): Configuration {
  const off = { enabled: false }
  return {
    adapter: adapterOn(world),
    clients: [
      {
        client_id: world.config.OIDC_CLIENT_ID,
        client_secret: providerSecret(world),
        redirect_uris: [`${base}${returnPath}`],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_post',
        id_token_signed_response_alg: 'ES256',
      },
    ],
    jwks: { keys: keys.map((key) => ({ ...key.privateKey.export({ format: 'jwk' }), kid: key.kid, alg: 'ES256', use: 'sig' })) },
    routes: {
      authorization: '/oidc/auth',
      token: '/oidc/token',
      userinfo: '/oidc/me',
      jwks: '/oidc/jwks',
      end_session: '/oidc/session/end',
    },
    cookies: {
      keys: [world.keys.derive('access/provider-cookies').toString('base64url')],
      names: { session: 'spona_oidc', interaction: 'spona_oidc_page', resume: 'spona_oidc_resume' },
    },
    features: { devInteractions: off, rpInitiatedLogout: off },
    pkce: { required: () => true },
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'] },
    interactions: { url: (_context, interaction) => `/oidc/interaction/${interaction.uid}` },
    ttl: {
      AccessToken: 5 * minutes,
      AuthorizationCode: minutes,
      IdToken: 5 * minutes,
      Interaction: interactionSeconds,
      Session: interactionSeconds,
      Grant: interactionSeconds,
    },
    async findAccount(_context, id) {
      const account = await accountById(world.sql, id)
      if (!account || account.revokedAt) return undefined
      return { accountId: id, claims: () => ({ sub: id, name: account.name, preferred_username: account.userName ?? undefined }) }
    },
    loadExistingGrant,
    renderError(context, out) {
      context.type = 'text/plain; charset=utf-8'
      context.body = `${out.error}: ${out.error_description ?? ''}\n`
    },
  }
}

/** The portals are our own, so nobody is asked whether they may know the person's name. */
async function loadExistingGrant(context: KoaContextWithOIDC) {
  const { client, session, provider } = context.oidc
  const grant = new provider.Grant({ clientId: client?.clientId as string, accountId: session?.accountId as string })
  grant.addOIDCScope('openid profile')
  await grant.save()
  return grant
}

/** The provider's own addresses. It reads the raw request, so nothing of Fastify may touch the body first. */
export const providerRoutes: Routes = async (app) => {
  await app.register(async (own) => {
    own.removeAllContentTypeParsers()
    own.addContentTypeParser('*', (_request, _payload, done) => done(null))
    for (const path of ['/oidc/auth', '/oidc/auth/:uid', '/oidc/token', '/oidc/me', '/oidc/jwks']) {
      own.all(path, { config: { open: true } }, async (request, reply) => {
        if (!isEmbedded(request.world.config)) throw new Refusal('not-found', 'people sign in elsewhere')
        const provider = await providerOf(request.world)
        reply.hijack()
        for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value)
        await provider.callback()(request.raw, reply.raw)
      })
    }
  })
}

/** Codes are exchanged at the same token endpoint that systems use, and passed on to the provider. */
export async function embeddedToken(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply, body: string): Promise<FastifyReply> {
  if (!isEmbedded(request.world.config)) return oauthError(reply, 400, 'unsupported_grant_type', 'only client_credentials is served here')
  const answer = await app.inject({
    method: 'POST',
    url: '/oidc/token',
    payload: body,
    headers: { host: request.headers.host ?? 'localhost', 'content-type': 'application/x-www-form-urlencoded' },
  })
  return reply
    .code(answer.statusCode)
    .header('content-type', answer.headers['content-type'] ?? 'application/json')
    .send(answer.body)
}
