import { setTimeout as sleep } from 'node:timers/promises'
import { jetstream, type JetStreamClient, type JetStreamManager, jetstreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node'
import type { World } from '../../platform/world.ts'

export type Link = { nc: NatsConnection; js: JetStreamClient; manager: JetStreamManager }
/** The connection to NATS as it is now: null while there is none. It comes again by itself. */
export type Line = { link(): Link | null; end(): Promise<void> }

const connectMs = 3000
const againMs = 250
const pingMs = 5000

/** One address or several of a cluster, separated by commas; of the others the servers tell. With `tls` the client gives up on a server that offers none. */
function optionsOf({ NATS_URL, NATS_USER, NATS_PASSWORD, NATS_CA, NATS_CERT, NATS_KEY }: World['config']): NodeConnectionOptions {
  const urls = NATS_URL.split(',').map((address) => new URL(address.trim()))
  const [first] = urls
  const [inUser, inPassword] = [first?.username, first?.password].map((text) => decodeURIComponent(text ?? ''))
  const [user, pass] = inUser ? [inUser, inPassword] : [NATS_USER, NATS_PASSWORD]
  const tls = { ...(NATS_CA ? { caFile: NATS_CA } : {}), ...(NATS_CERT ? { certFile: NATS_CERT, keyFile: NATS_KEY } : {}) }
  return {
    servers: urls.map((url) => url.host),
    name: 'spona',
    timeout: connectMs,
    maxReconnectAttempts: -1,
    // A password that is put right at the brokers is taken without a restart.
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: againMs,
    pingInterval: pingMs,
    maxPingOut: 2,
    ...(pass ? { user, pass } : user ? { token: user } : {}),
    ...(first?.protocol === 'tls:' ? { tls } : {}),
  }
}

/** `onUp` after each time that the connection has come to be. */
export function openLine(world: World, onUp: (link: Link) => void): Line {
  let link: Link | null = null
  let isConnected = false
  let isEnded = false
  /** Until the connection is lost for good. */
  const live = async () => {
    const nc = await connect(optionsOf(world.config))
    try {
      await follow(nc)
    } finally {
      await nc.close()
    }
  }
  const follow = async (nc: NatsConnection) => {
    if (isEnded) return
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
  const keep = async () => {
    for (let told = ''; !isEnded; ) {
      try {
        await live()
        told = ''
      } catch (error) {
        // Wrong name, unknown authority, nobody there: it may pass, and is told once.
        if (told !== String(error)) world.log.error({ err: error }, 'there can be no connection to NATS; the database carries the deliveries')
        told = String(error)
      }
      isConnected = false
      await sleep(againMs, undefined, { ref: false })
    }
  }
  void keep()
  return {
    link: () => (isConnected ? link : null),
    async end() {
      isEnded = true
      isConnected = false
      await link?.nc.close()
    },
  }
}
