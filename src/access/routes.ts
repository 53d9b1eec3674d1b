import type { FastifyRequest } from 'fastify'
import type { Routes } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { accountById } from './account.ts'
import { confirmClaim, openClaims } from './claim.ts'
import { discovery } from './discovery.ts'
import { interactionRoutes } from './interaction.ts'
import { represented } from './represented.ts'
import { principalsOf } from './principals.ts'
import { providerRoutes } from './provider.ts'
import { csrfOf } from './session.ts'
import type { CitizenOf } from './citizen.ts'
import { signInRoutes } from './sign-in.ts'
import { signToken, tokenSeconds } from './token.ts'
import { tokenEndpoint } from './token-endpoint.ts'
import { visitEntry } from './visit.ts'
import type { Claims, ConfirmedClaim, Me } from './wire.ts'

/** Everything of access that answers by HTTP; mounted at the root, because its addresses are fixed by the standards it follows. */
export const routes =
  ({ citizenOf }: { citizenOf: CitizenOf }): Routes =>
  async (app) => {
    await app.register(discovery)
    await app.register(tokenEndpoint)
    await app.register(signInRoutes(citizenOf))
    await app.register(interactionRoutes)
    await app.register(providerRoutes)
    app.get('/access/me', me)
    app.post('/access/session/token', sessionToken)
    app.get('/access/claims', async (request): Promise<Claims> => ({ claims: await openClaims(request.world.sql, request.actor, request.world.now()) }))
    app.post('/access/claims/:id/confirmation', async (request: FastifyRequest<{ Params: { id: string } }>, reply) => {
      const answer = await confirm(request)
      return reply.code(201).send(answer)
    })
  }

async function me(request: FastifyRequest): Promise<Me> {
  const { world, actor } = request
  if (actor.kind !== 'person' || actor.session === null) throw new Refusal('forbidden', 'this page is for people who signed in')
  const account = await accountById(world.sql, actor.id)
  return {
    id: actor.id,
    name: actor.name,
    roles: [...actor.roles] as Me['roles'],
    institution: actor.institutionName,
    unit: actor.unitName,
    person: account?.handle ?? null,
    represents: await represented(world, actor),
    csrf: csrfOf(world, actor.session),
    demo: world.config.DEMO,
  }
}

/** A bearer token for the signed-in person, for a program of theirs: ten minutes, and never longer than the session. */
async function sessionToken(request: FastifyRequest): Promise<object> {
  const { world, actor } = request
  if (actor.kind !== 'person' || actor.session === null) throw new Refusal('forbidden', 'only a signed-in person gets this token')
  const key = await principalsOf(world).signingKey()
  const token = await signToken(world, key, { kind: 'person', subject: actor.id, scopes: [], session: actor.session, seconds: tokenSeconds.person })
  return { access_token: token, token_type: 'bearer', expires_in: tokenSeconds.person }
}

async function confirm(request: FastifyRequest<{ Params: { id: string } }>): Promise<ConfirmedClaim> {
  const { world, actor, correlation } = request
  try {
    const opened = await world.ledger.transaction((tx) => confirmClaim(tx, world, actor, request.params.id, correlation), { essential: true })
    return { until: opened.until.toISOString() }
  } catch (error) {
    if (error instanceof Refusal && error.kind !== 'busy') await world.ledger.record([visitEntry(actor, null, { proof: 'encounter', correlation }, error)])
    throw error
  }
}
