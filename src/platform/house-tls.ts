import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { Tls } from './client-certificate.ts'
import { Refusal } from './refusal.ts'

/**
 * TLS between two processes of the house on different machines: each shows a certificate, and neither speaks to one that the house's own authority did not
 * sign, or that is for another address. All three are PEM.
 */
export type HouseTls = { cert: string; key: string; ca: string }

/** A setting that is a PEM file, or the PEM itself. */
export const readPem = (given: string): string => (given.startsWith('-----BEGIN ') ? given : readFileSync(given, 'utf8'))

export const serverTls = (tls: HouseTls): Tls => ({ ...tls, requestCert: true, rejectUnauthorized: true })

export const isThisMachine = (host: string): boolean => host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

/** What goes over this line is personal: beyond this machine only under TLS. */
export function requireSafeLine(what: string, host: string, isUnderTls: boolean): void {
  if (isUnderTls || isThisMachine(host)) return
  throw new Refusal('unprocessable', `${what} leads to ${host}, which is not this machine, without TLS`, {
    hint: 'Give EMPLOYERS_TLS_CERT, EMPLOYERS_TLS_KEY and EMPLOYERS_TLS_CA, and https addresses: docs/guides/employers-apart.md.',
  })
}
