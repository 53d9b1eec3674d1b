import type { FastifyReply, FastifyRequest } from 'fastify'
import { baseUrl } from '../platform/config.ts'

// Only our own cookies are read and written, and their values are base64url: nothing needs quoting (RFC 6265, section 4).

export function readCookie(request: FastifyRequest, name: string): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
  }
  return undefined
}

/** HttpOnly, SameSite=Lax, and Secure when people reach us by https; an empty value takes the cookie away. */
export function writeCookie(request: FastifyRequest, reply: FastifyReply, cookie: { name: string; value: string; path: string; seconds: number }): void {
  const isSecure = baseUrl(request.world.config).startsWith('https:')
  const age = cookie.value === '' ? 0 : cookie.seconds
  const parts = [`${cookie.name}=${cookie.value}`, `Path=${cookie.path}`, `Max-Age=${age}`, 'HttpOnly', 'SameSite=Lax']
  reply.header('set-cookie', [...parts, ...(isSecure ? ['Secure'] : [])].join('; '))
}
