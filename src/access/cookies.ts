import type { FastifyReply, FastifyRequest } from 'fastify'
import { baseUrl } from '../platform/config.ts'

// Only our own cookies are read and written, and their values are base64url: nothing needs quoting (RFC 6265, section 4).

const isSecure = ({ world }: FastifyRequest) => baseUrl(world.config).startsWith('https:')

/**
 * By https a browser takes a cookie of this prefix only from this very host, for all of its paths (RFC 6265bis, section 4.1.3.2): a page on a sister
 * host (other.example.rs) could otherwise plant one for example.rs, and a doctor would go on in a session of somebody else.
 */
const nameOn = (request: FastifyRequest, name: string) => (isSecure(request) ? `__Host-${name}` : name)

export function readCookie(request: FastifyRequest, name: string): string | undefined {
  const wanted = nameOn(request, name)
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === wanted) return part.slice(at + 1).trim()
  }
  return undefined
}

/** HttpOnly, SameSite=Lax, and Secure when people reach us by https; an empty value takes the cookie away. */
export function writeCookie(request: FastifyRequest, reply: FastifyReply, cookie: { name: string; value: string; seconds: number }): void {
  const age = cookie.value === '' ? 0 : cookie.seconds
  const parts = [`${nameOn(request, cookie.name)}=${cookie.value}`, 'Path=/', `Max-Age=${age}`, 'HttpOnly', 'SameSite=Lax']
  reply.header('set-cookie', [...parts, ...(isSecure(request) ? ['Secure'] : [])].join('; '))
}
