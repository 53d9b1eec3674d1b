import { hash, randomUUID, X509Certificate } from 'node:crypto'
import { TLSSocket } from 'node:tls'
import type { FastifyRequest } from 'fastify'
import type { Config } from './config.ts'
import { isSame } from './same.ts'

const headerLengthMax = 12_000
const innerHeader = 'x-spona-certificate'
/** Marks requests that this process sends to itself. The word is random and never leaves the process. */
const within = randomUUID()

/**
 * The certificate that the other side of a connection proved to hold, as its thumbprint (`x5t#S256`, RFC 8705): of our own TLS, or as a proxy
 * that is trusted says it in `CLIENT_CERT_HEADER` (RFC 9440, or PEM in percent-encoding as nginx writes it). Null without one.
 */
export function certificateOf(request: FastifyRequest): string | null {
  const { socket } = request.raw
  const carried = request.headers[innerHeader]
  if (typeof carried === 'string' && isSame(carried.slice(0, within.length), within)) return carried.slice(within.length)
  if (socket instanceof TLSSocket) {
    const own = socket.getPeerX509Certificate()
    if (own) return thumbprintOf(own)
  }
  const { CLIENT_CERT_HEADER, TRUSTED_PROXIES } = request.world.config
  if (CLIENT_CERT_HEADER === '' || !TRUSTED_PROXIES.has(socket.remoteAddress ?? '')) return null
  const said = request.headers[CLIENT_CERT_HEADER.toLowerCase()]
  return typeof said === 'string' && said.length <= headerLengthMax ? readHeader(said) : null
}

/** For a request that this process sends to itself in the name of another: it has no connection of its own. */
export function carryCertificate(request: FastifyRequest): Record<string, string> {
  const found = certificateOf(request)
  return found === null ? {} : { [innerHeader]: within + found }
}

export const thumbprintOf = (certificate: X509Certificate): string => hash('sha256', certificate.raw, 'base64url')

/** A certificate as PEM; null when it is none. */
export function readCertificate(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem)
  } catch {
    return null
  }
}

function readHeader(said: string): string | null {
  const [, base64] = /^:([A-Za-z0-9+/=]+):$/.exec(said) ?? []
  try {
    return thumbprintOf(new X509Certificate(base64 === undefined ? decodeURIComponent(said) : Buffer.from(base64, 'base64')))
  } catch {
    return null
  }
}

/** What our own TLS needs, or null when a proxy does it. */
export type Tls = { cert: string; key: string; ca?: string; requestCert: boolean; rejectUnauthorized: boolean }

export function tlsOf(config: Config, read: (file: string) => string): Tls | null {
  if (config.TLS_CERT === '') return null
  // A client is known by the certificate that it registered; which authority signed it does not matter.
  return { cert: read(config.TLS_CERT), key: read(config.TLS_KEY), requestCert: config.TLS_ASK_CLIENTS === 'true', rejectUnauthorized: false }
}
