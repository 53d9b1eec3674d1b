import type { FastifyInstance } from 'fastify'

/**
 * Which methods an address answers, so that a wrong method is 405 with Allow (RFC 9110, section 15.5.6) and not "nothing here".
 * Fastify's router is asked by method first and cannot say; the routes are few, and only failures look here.
 */
export function rememberMethods(app: FastifyInstance): (url: string) => string[] {
  const known: { pattern: RegExp; methods: string[] }[] = []
  app.addHook('onRoute', ({ url, method }) => {
    if (url.includes('(')) return // Such a pattern only catches what is refused.
    known.push({ pattern: patternOf(url), methods: [method].flat() })
  })
  return (url) => {
    const path = url.split('?')[0] as string
    const methods = known.filter(({ pattern }) => pattern.test(path)).flatMap((one) => one.methods)
    return [...new Set(methods)].sort()
  }
}

/** `/fhir/:type/:id` and `/doctor/*`; routes that answer use no other pattern. */
function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => (part === '*' ? '.*' : part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
  return new RegExp(`^${parts.join('/').replace(/\/$/, '')}/?$`)
}
