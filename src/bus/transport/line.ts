import { jetstream, type JetStreamClient, type JetStreamManager, jetstreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node'
import type { World } from '../../platform/world.ts'

export type Link = { nc: NatsConnection; js: JetStreamClient; manager: JetStreamManager }
/** The connection to NATS as it is now: null while there is none. It comes again by itself. */
export type Line = { link(): Link | null; end(): Promise<void> }

const connectMs = 3000
const againMs = 250
const pingMs = 5000

/** One address or several of a cluster, separated by commas; of the others the servers tell. */
function optionsOf(addresses: string): NodeConnectionOptions {
  const urls = addresses.split(',').map((address) => new URL(address.trim()))
  const [first] = urls
  const [user, pass] = [first?.username, first?.password].map((text) => decodeURIComponent(text ?? ''))
  return {
    servers: urls.map((url) => url.host),
    name: 'spona',
    timeout: connectMs,
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: againMs,
    pingInterval: pingMs,
    maxPingOut: 2,
    ...(pass ? { user: user ?? '', pass } : user ? { token: user } : {}),
    ...(first?.protocol === 'tls:' ? { tls: {} } : {}),
  }
}

/** `onUp` after each time that the connection has come to be. */
export function openLine(world: World, onUp: (link: Link) => void): Line {
  let link: Link | null = null
  let isConnected = false
  let isEnded = false
  const start = async () => {
    const nc = await connect(optionsOf(world.config.NATS_URL))
    if (isEnded) return nc.close()
    // Whether JetStream answers is not asked here: in a cluster that chooses its leader it may not, for a moment.
    link = { nc, js: jetstream(nc, { timeout: connectMs }), manager: await jetstreamManager(nc, { checkAPI: false, timeout: connectMs }) }
    isConnected = true
    onUp(link)
    for await (const { type } of nc.status()) {
      if (type === 'disconnect') {
        isConnected = false
        world.log.warn('the connection to NATS is lost; the database carries the deliveries until it is back')
      }
      if (type === 'reconnect') {
        isConnected = true
        onUp(link)
      }
    }
  }
  start().catch((error: unknown) => world.log.error({ err: error }, 'there can be no connection to NATS; the database carries the deliveries'))
  return {
    link: () => (isConnected ? link : null),
    async end() {
      isEnded = true
      isConnected = false
      await link?.nc.close()
    },
  }
}
