import { Socket } from 'node:net'
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { boundConnections } from './bound-connections.ts'

/**
 * `connections`: so many are open at once. `unreadMs`: an answer of which nobody takes a byte for so long is given up, and with it what it holds in
 * memory. `flowMs`: the same for one that flows, which may wait for a statement itself, and none takes longer. `lingerMs`: who is refused before the body has come is listened to for so long,
 * so that who still sends it reads why.
 */
export const connectionLimits = { connections: 10_000, unreadMs: 30_000, flowMs: 180_000, lingerMs: 30_000 }

/** One stranger with many connections keeps nobody out: neither with silent ones, nor with answers that are not read or bodies that never end. */
export function watchConnections(app: FastifyInstance, isTls: boolean, limits: typeof connectionLimits): void {
  // Whoever has not finished the greeting of TLS is no connection yet, and has a limit of time.
  app.server.maxConnections = 2 * limits.connections
  const open = boundConnections(app.server, limits.connections, isTls ? 'secureConnection' : 'connection')
  app.addHook('preParsing', (request, _reply, _payload, next) => {
    if (request.actor.kind !== 'anonymous') open.heard(request.raw.socket)
    next()
  })
  app.addHook('onSend', (request, _reply, payload, next) => {
    const { socket } = request.raw
    // A question inside of the process has no socket. Who is watched more closely stays so; Node puts its own limit in place of this one between two requests.
    if (socket instanceof Socket && !socket.timeout) socket.setTimeout(payload instanceof Readable ? limits.flowMs : limits.unreadMs)
    next(null, payload)
  })
  app.addHook('onResponse', (request, _reply, next) => {
    const { raw } = request
    open.heard(raw.socket)
    if (!raw.complete && raw.socket instanceof Socket) setTimeout(() => raw.complete || raw.socket.destroy(), limits.lingerMs).unref()
    next()
  })
}
