import { isIP } from 'node:net'

/** What the settings say together, when each of them is right by itself. */
export function wrongAboutNats(values: Record<string, unknown>): string | null {
  const addresses = (values['NATS_URL'] as string).split(',').filter(Boolean)
  const overTls = addresses.filter((address) => address.startsWith('tls:'))
  if (overTls.length > 0 && overTls.length < addresses.length) return 'NATS_URL: all servers with tls:// or all with nats://.'
  // The client checks no certificate against an address, only against a name.
  if (overTls.some((address) => isIP(new URL(address).hostname.replace(/^\[|\]$/g, '')) !== 0))
    return 'NATS_URL: with tls:// a server is given by the name that its certificate is for, not by its IP address.'
  if (overTls.length === 0 && (values['NATS_CA'] !== '' || values['NATS_CERT'] !== '')) return 'NATS_URL: NATS_CA and NATS_CERT need servers with tls://.'
  return values['NATS_USER'] === '' && values['NATS_PASSWORD'] !== '' ? 'NATS_PASSWORD: needs NATS_USER.' : null
}
