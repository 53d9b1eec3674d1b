import type { onRequestHookHandler } from 'fastify'

/** What a program in a browser may send and read beyond what every page may (R4 http and the bulk data guide name these headers). */
const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE'
const sent =
  'Accept, Authorization, Content-Encoding, Content-Type, If-Match, If-Modified-Since, If-None-Exist, If-None-Match, Prefer, X-Request-Id, traceparent'
const read = 'Content-Location, ETag, Expires, Last-Modified, Link, Location, Retry-After, X-Correlation-Id, X-Progress, X-Request-Id, Spona-Status'
const rememberedSeconds = '600'

/**
 * CORS (https://fetch.spec.whatwg.org/#http-cors-protocol) for programs that run on pages of other origins. Nobody may unless the operator named
 * the origin in FHIR_ORIGINS, and then with a token only: cookies are never allowed to come along, so a page cannot use the session of whoever
 * looks at it. A preflight carries no token, so it is answered before a token is asked for. An origin that is not named gets the usual answer
 * without CORS headers, and its browser does not show it to the page.
 */
export const crossOrigin =
  (prefix: string): onRequestHookHandler =>
  (request, reply, next) => {
    const { FHIR_ORIGINS: origins } = request.world.config
    if (origins.length === 0 || !isUnder(prefix, request.url)) return next()
    // A cache in between must not give one origin the answer that was made for another.
    reply.header('vary', 'Origin')
    const { origin } = request.headers
    if (origin === undefined || !origins.includes(origin)) return next()
    reply.header('access-control-allow-origin', origin).header('access-control-expose-headers', read)
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return next()
    return reply
      .header('access-control-allow-methods', methods)
      .header('access-control-allow-headers', sent)
      .header('access-control-max-age', rememberedSeconds)
      .code(204)
      .send()
  }

const isUnder = (prefix: string, url: string): boolean => url.startsWith(prefix) && /^[/?]?$/.test(url.charAt(prefix.length))
