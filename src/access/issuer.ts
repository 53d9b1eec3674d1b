import type { FastifyInstance } from 'fastify'
import * as openid from 'openid-client'
import { baseUrl } from '../platform/config.ts'
import { Refusal } from '../platform/refusal.ts'
import type { World } from '../platform/world.ts'
import { isEmbedded, providerSecret } from './provider.ts'

/** Who says who people are: the issuer of OIDC_ISSUER, read from its discovery document, or our own embedded one. */
const answerSecondsMax = 10
const configurations = new WeakMap<World, { base: string; configuration: Promise<openid.Configuration> }>()

export async function issuerOf(app: FastifyInstance, world: World): Promise<openid.Configuration> {
  const base = baseUrl(world.config)
  let found = configurations.get(world)
  if (found?.base !== base) {
    found = { base, configuration: isEmbedded(world.config) ? Promise.resolve(embedded(app, world, base)) : outside(world) }
    found.configuration.catch(() => configurations.delete(world)) // The issuer may be back for the next one who signs in.
    configurations.set(world, found)
  }
  return found.configuration.catch((error: unknown) => {
    world.log.error({ err: error }, 'the OpenID Connect issuer cannot be read')
    throw new Refusal('busy', 'the sign-in service cannot be reached; try again', { retryAfterSeconds: 10 })
  })
}

async function outside(world: World): Promise<openid.Configuration> {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: id, OIDC_CLIENT_SECRET: secret } = world.config
  if (issuer === '') throw new Error('OIDC_ISSUER is not set')
  const url = new URL(issuer)
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  const found = await openid.discovery(url, id, secret, openid.ClientSecretPost(secret), {
    timeout: answerSecondsMax,
    ...(url.protocol === 'http:' && isLocal ? { execute: [openid.allowInsecureRequests] } : {}),
  })
  openid.enableNonRepudiationChecks(found)
  return found
}

/** The server asks itself without the network, so the demo works behind any port mapping. */
function embedded(app: FastifyInstance, world: World, base: string): openid.Configuration {
  const secret = providerSecret(world)
  const made = new openid.Configuration(
    {
      issuer: base,
      authorization_endpoint: `${base}/oidc/auth`,
      token_endpoint: `${base}/access/token`,
      jwks_uri: `${base}/.well-known/jwks.json`,
      id_token_signing_alg_values_supported: ['ES256'],
      authorization_response_iss_parameter_supported: true,
    },
    world.config.OIDC_CLIENT_ID,
    { client_secret: secret, id_token_signed_response_alg: 'ES256' },
    openid.ClientSecretPost(secret),
  )
  openid.allowInsecureRequests(made)
  openid.enableNonRepudiationChecks(made)
  made[openid.customFetch] = async (url, options) => {
    const { pathname, search, host } = new URL(url)
    const answer = await app.inject({
      method: options.method as 'GET' | 'POST',
      url: pathname + search,
      headers: { ...options.headers, host },
      ...(options.body ? { payload: String(options.body) } : {}),
    })
    return new Response(answer.body, { status: answer.statusCode, headers: { 'content-type': String(answer.headers['content-type']) } })
  }
  return made
}
