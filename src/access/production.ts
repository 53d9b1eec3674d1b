import type { Config } from '../platform/config.ts'

const isLoopback = (url: string) => ['localhost', '127.0.0.1', '[::1]'].includes(URL.parse(url)?.hostname ?? '')

/** What is still missing for a start with DEMO=false, one sentence each; empty when people and systems can sign in. */
export function missingForProduction(config: Config): string[] {
  if (config.DEMO) return []
  const missing: string[] = []
  if (config.OIDC_ISSUER === '') missing.push('OIDC_ISSUER is missing: without the demo, people sign in at a real OpenID Connect issuer (the national eID).')
  else if (!config.OIDC_ISSUER.startsWith('https:') && !isLoopback(config.OIDC_ISSUER))
    missing.push('OIDC_ISSUER must begin with https://, because whoever can change its answers can sign in as anybody.')
  if (config.OIDC_ISSUER !== '' && config.OIDC_CLIENT_SECRET === '')
    missing.push('OIDC_CLIENT_SECRET is missing: the issuer must know that it answers this server.')
  if (config.BASE_URL === '')
    missing.push('BASE_URL is missing: it is the issuer and audience of every token, so it must be the address people and systems use.')
  else if (!config.BASE_URL.startsWith('https:') && !isLoopback(config.BASE_URL))
    missing.push('BASE_URL must begin with https://, because tokens and session cookies travel to it.')
  return missing
}
