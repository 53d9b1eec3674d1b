import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Entry } from '../audit/audit.ts'
import { whoIs } from '../audit/audit.ts'
import type { Routes } from '../platform/http.ts'
import { certificateOf } from '../platform/client-certificate.ts'
import { Refusal } from '../platform/refusal.ts'
import type { World } from '../platform/world.ts'
import { assertionType, proveClient } from './assertion.ts'
import { limit } from './authenticate.ts'
import { actorOfClient, type Client } from './client.ts'
import { oauthError } from './oauth-error.ts'
import { principalsOf } from './principals.ts'
import { embeddedToken } from './provider.ts'
import { type Grant, narrow, parseScopes, printScopes } from './scope.ts'
import { signToken, tokenSeconds } from './token.ts'

const bodyBytesMax = 65_536

/** `POST /access/token`: the one token endpoint. Systems get a token for five minutes; a code goes to the embedded provider. */
export const tokenEndpoint: Routes = async (app) => {
  await app.register(async (own) => {
    own.removeAllContentTypeParsers()
    own.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: bodyBytesMax }, (_request, body, done) => done(null, body))
    own.addHook('onSend', async (_request, reply) => void reply.header('cache-control', 'no-store').header('pragma', 'no-cache'))
    own.post('/access/token', { config: { open: true } }, async (request, reply) => {
      limit(request.world, 'token', request.ip)
      const body = String(request.body ?? '')
      const form = new URLSearchParams(body)
      for (const name of form.keys()) if (form.getAll(name).length > 1) return oauthError(reply, 400, 'invalid_request', `${name} is given twice`)
      if (form.get('grant_type') === 'client_credentials') return forSystem(request, reply, form)
      return embeddedToken(own, request, reply, body)
    })
  })
}

async function forSystem(request: FastifyRequest, reply: FastifyReply, form: URLSearchParams): Promise<FastifyReply> {
  const { world } = request
  const assertion = form.get('client_assertion')
  if (form.get('client_assertion_type') !== assertionType || !assertion) {
    return oauthError(reply, 400, 'invalid_request', `client_assertion_type must be ${assertionType}, with a client_assertion`)
  }
  const proven = await proveClient(world, assertion)
  if ('wrong' in proven) {
    await audit(request, proven.client, proven.wrong)
    reply.header('www-authenticate', 'Bearer realm="spona"')
    return oauthError(reply, 401, 'invalid_client', proven.wrong)
  }
  const { certificate } = proven.client
  if (certificate !== null && certificateOf(request) !== certificate) {
    const wrong = 'the client is registered with a certificate that the connection does not have'
    await audit(request, proven.client, wrong)
    return oauthError(reply, 401, 'invalid_client', wrong)
  }
  const scopes = grantedScopes(form.get('scope'), proven.client)
  if (scopes instanceof Refusal) {
    await audit(request, proven.client, scopes.message)
    return oauthError(reply, 400, 'invalid_scope', scopes.message)
  }
  const token = await tokenFor(world, proven.client, scopes, tokenSeconds.system)
  await audit(request, proven.client, null)
  return reply.send({ access_token: token, token_type: 'bearer', expires_in: tokenSeconds.system, scope: scopes.join(' ') })
}

/** Also used by the command line: whoever holds the master key needs no assertion. */
export async function tokenFor(world: World, client: Client, scopes: readonly string[], seconds: number): Promise<string> {
  const key = await principalsOf(world).signingKey()
  return signToken(world, key, { kind: 'system', subject: client.id, scopes, certificate: client.certificate, seconds })
}

/** Without a scope parameter the client gets what it is registered for. */
function grantedScopes(asked: string | null, client: Client): string[] | Refusal {
  const registered = parseScopes(client.scopes.join(' ')) as Grant
  if (asked === null || asked.trim() === '') return printScopes(registered)
  const wanted = parseScopes(asked)
  if (wanted instanceof Refusal) return wanted
  const granted = printScopes(narrow(wanted, registered))
  return granted.length > 0 ? granted : new Refusal('incorrect', 'none of these scopes is registered for this client')
}

/** Writes the sign-in of a known system, or its failure, into the log. Attempts of unknown systems are not logged: strangers could fill it. */
async function audit(request: FastifyRequest, client: Client | null, wrong: string | null): Promise<void> {
  if (client === null) return
  const entry: Entry = {
    action: 'sign-in',
    who: whoIs(actorOfClient(client, client.scopes)),
    patient: null,
    what: 'token',
    purpose: 'access',
    basis: wrong,
    decision: wrong === null ? 'permit' : 'deny',
    correlation: request.correlation,
  }
  await request.world.ledger.record([entry])
}
