import { baseUrl } from '../platform/config.ts'
import type { Routes } from '../platform/http.ts'
import type { World } from '../platform/world.ts'
import { assertionAlgorithms, tokenEndpointOf } from './assertion.ts'
import { principalsOf } from './principals.ts'
import { isEmbedded, providerKeys } from './provider.ts'

const open = { config: { open: true } }
const maxAge = 'public, max-age=300'

/** What a client reads before it asks for a token: SMART App Launch 2.2 "Conformance", OpenID Connect Discovery 1.0, RFC 8414. */
export const discovery: Routes = (app) => {
  for (const path of ['/.well-known/smart-configuration', '/fhir/.well-known/smart-configuration']) {
    app.get(path, open, async (request, reply) => reply.header('cache-control', maxAge).header('access-control-allow-origin', '*').send(smart(request.world)))
  }
  for (const path of ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
    app.get(path, open, async (request, reply) => reply.header('cache-control', maxAge).header('access-control-allow-origin', '*').send(openId(request.world)))
  }
  app.get('/.well-known/jwks.json', open, async (request, reply) => {
    const keys = (await principalsOf(request.world).publishedKeys()).map((key) => key.publicJwk)
    const ofPeople = isEmbedded(request.world.config) ? (await providerKeys(request.world)).map((key) => key.publicJwk) : []
    return reply
      .header('cache-control', maxAge)
      .header('access-control-allow-origin', '*')
      .send({ keys: [...keys, ...ofPeople] })
  })
}

const scopes = ['system/*.cruds', 'system/*.rs', 'system/*.read', 'system/*.write', 'system/Patient.rs', 'system/Observation.rs']

/** No app is launched with a sign-in of people here, so there is no issuer to name: "otherwise, omitted" (SMART App Launch 2.2, Conformance). */
function smart(world: World): object {
  return {
    jwks_uri: `${baseUrl(world.config)}/.well-known/jwks.json`,
    token_endpoint: tokenEndpointOf(world),
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    tls_client_certificate_bound_access_tokens: true,
    grant_types_supported: ['client_credentials'],
    scopes_supported: scopes,
    code_challenge_methods_supported: ['S256'],
    capabilities: ['client-confidential-asymmetric', 'permission-v1', 'permission-v2'],
  }
}

/** With the embedded provider people sign in here; with an issuer outside this server gives tokens to systems only. */
function openId(world: World): object {
  const base = baseUrl(world.config)
  const forAll = {
    issuer: base,
    jwks_uri: `${base}/.well-known/jwks.json`,
    token_endpoint: tokenEndpointOf(world),
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    id_token_signing_alg_values_supported: ['ES256'],
    subject_types_supported: ['public'],
    claims_supported: ['sub', 'name', 'preferred_username'],
    code_challenge_methods_supported: ['S256'],
  }
  if (!isEmbedded(world.config)) {
    return {
      ...forAll,
      scopes_supported: scopes,
      response_types_supported: [],
      grant_types_supported: ['client_credentials'],
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
    }
  }
  return {
    ...forAll,
    authorization_endpoint: `${base}/oidc/auth`,
    userinfo_endpoint: `${base}/oidc/me`,
    scopes_supported: ['openid', 'profile', ...scopes],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'client_credentials'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
    authorization_response_iss_parameter_supported: true,
  }
}
