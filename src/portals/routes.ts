import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { strictPolicy, type Routes } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { builtFiles } from './build.ts'
import { checkAnswer } from './check.ts'
import { errorsAnswer } from './errors.ts'
import { guideAnswer } from './guides.ts'
import { landingPage } from './landing.ts'
import { statusAnswer } from './status.ts'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

type Served = { type: string; plain: Buffer; br: Buffer | null; gz: Buffer | null; etag: string }

/**
 * The portals are public files; only the data that they show needs a sign-in. All files are read into memory once (under a megabyte), so an
 * address is a key of a map and can never become a path on the disk.
 */
export function portalRoutes(outDir: string): Routes {
  return (app) => {
    const files = readAll(outDir)
    const landing = asServed('.html', Buffer.from(landingPage(styleSheetsOf(files))))
    const open = { config: { open: true } }
    const page = (name: string) => (request: FastifyRequest, reply: FastifyReply) => {
      const served = name === '/' ? landing : files.get(`/${name}/index.html`)
      if (!served) throw new Refusal('not-found', `the portal ${name} is not built`)
      return send(request, reply, served, 'no-store')
    }
    app.get('/', open, page('/'))
    app.get('/status', open, (request, reply) => statusAnswer(request, reply, asPage, styleSheetsOf(files)))
    app.get('/check', open, (request, reply) => checkAnswer(request, reply, asPage, styleSheetsOf(files)))
    app.get('/check/:code', open, (request, reply) => checkAnswer(request, reply, asPage, styleSheetsOf(files)))
    app.get('/errors', open, (request, reply) => errorsAnswer(request, reply, asPage, styleSheetsOf(files)))
    app.get('/guides/', open, (request, reply) => guideAnswer(request, reply, asPage, styleSheetsOf(files)))
    app.get('/guides/:name', open, (request, reply) => guideAnswer(request, reply, asPage, styleSheetsOf(files)))
    for (const portal of ['doctor', 'patient', 'operator', 'fund', 'commission', 'employer', 'vendor']) {
      // Every address below a portal gets its page; the router in the browser knows the rest.
      app.get(`/${portal}`, open, page(portal))
      app.get(`/${portal}/*`, open, page(portal))
    }
    app.get<{ Params: { '*': string } }>('/portals/assets/*', open, (request, reply) => {
      const served = files.get(`/portals/assets/${request.params['*']}`)
      if (!served) throw new Refusal('not-found', 'there is no such file of the portals')
      return send(request, reply, served, 'public, max-age=31536000, immutable')
    })
  }
}

const policy = Object.entries({ ...strictPolicy.directives, styleSrc: ["'self'"], scriptSrc: ["'self'"], fontSrc: ["'self'"], connectSrc: ["'self'"] })
  .map(([name, sources]) => `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${sources.join(' ')}`)
  .join(';')

const asPage = (reply: FastifyReply): FastifyReply => reply.header('content-type', types['.html']).header('content-security-policy', policy)

function send(request: FastifyRequest, reply: FastifyReply, served: Served, cache: string): FastifyReply {
  reply
    .header('content-type', served.type)
    .header('cache-control', cache)
    .header('vary', 'accept-encoding')
    .header('etag', served.etag)
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'same-origin')
    .header('content-security-policy', policy)
  if (request.headers['if-none-match'] === served.etag) return reply.code(304).send()
  const accepted = String(request.headers['accept-encoding'] ?? '')
  if (served.br && /\bbr\b/.test(accepted)) return reply.header('content-encoding', 'br').send(served.br)
  if (served.gz && /\bgzip\b/.test(accepted)) return reply.header('content-encoding', 'gzip').send(served.gz)
  // The file is already compressed, or the client wants no compression: the server must not compress it.
  return reply.header('content-encoding', 'identity').send(served.plain)
}

function readAll(outDir: string): Map<string, Served> {
  const paths = builtFiles(outDir)
  const read = (address: string) => {
    const file = paths.get(address)
    return file === undefined ? null : readFileSync(file)
  }
  const files = new Map<string, Served>()
  for (const address of paths.keys()) {
    const extension = extname(address)
    const plain = types[extension] ? read(address) : null
    if (plain) files.set(address, { ...asServed(extension, plain), br: read(`${address}.br`), gz: read(`${address}.gz`) })
  }
  return files
}

function asServed(extension: string, plain: Buffer): Served {
  const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 20)}"`
  return { type: types[extension] ?? 'application/octet-stream', plain, br: null, gz: null, etag }
}

/** The style sheets that a portal's page names, in their order. */
function styleSheetsOf(files: Map<string, Served>): string[] {
  const html = files.get('/patient/index.html')?.plain.toString() ?? ''
  return [...html.matchAll(/<link rel="stylesheet"[^>]*?href="([^"]+)"/g)].flatMap(([, href]) => href ?? [])
}
