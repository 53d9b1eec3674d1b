import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import Fastify, { type FastifyInstance } from 'fastify'
import { builtPortals } from '../testing/portals.ts'
import { arePortalsBuilt, builtFiles, buildPortals } from './build.ts'
import { portalRoutes } from './routes.ts'

const kilobyte = 1024
let built: string
let app: FastifyInstance

before(async () => {
  built = await builtPortals()
  app = Fastify()
  await portalRoutes(built)(app)
})
after(() => app.close())

test('a later start sees that nothing changed and builds nothing', async (t) => {
  const { ino, ctimeMs } = statSync(built)
  const before = process.cpuUsage()
  assert.ok(arePortalsBuilt(built))
  await buildPortals(built)
  const { user, system } = process.cpuUsage(before)
  t.diagnostic(`${((user + system) / 1000).toFixed(0)} ms of processor time`)
  const after = statSync(built)
  assert.deepEqual([after.ino, after.ctimeMs], [ino, ctimeMs])
})

/** The files that a browser loads before the first screen: the page, its scripts, their imports and its style sheets. */
function firstLoad(portal: string): { script: number; style: number; fonts: number } {
  const html = readFileSync(join(built, portal, 'index.html'), 'utf8')
  const sizeOf = (pattern: RegExp, compress: boolean) =>
    [...html.matchAll(pattern)].reduce((sum, [, address]) => {
      const bytes = readFileSync(join(built, address ?? ''))
      return sum + (compress ? gzipSync(bytes, { level: 9 }).length : bytes.length)
    }, 0)
  return {
    script: sizeOf(/(?:src|rel="modulepreload"[^>]*href)="(\/portals\/assets\/[^"]+\.js)"/g, true),
    style: sizeOf(/rel="stylesheet"[^>]*href="([^"]+)"/g, true),
    fonts: sizeOf(/rel="preload" href="([^"]+\.woff2)"/g, false),
  }
}

for (const [portal, limit] of [
  ['doctor', 210],
  ['patient', 180],
  ['operator', 200],
  ['employer', 200],
  ['fund', 200],
  ['commission', 200],
] as const) {
  test(`the first load of the ${portal}'s portal stays under ${limit} KB compressed`, (t) => {
    const { script, style, fonts } = firstLoad(portal)
    t.diagnostic(
      `${portal}: scripts ${(script / kilobyte).toFixed(1)} KB, styles ${(style / kilobyte).toFixed(1)} KB, preloaded fonts ${(fonts / kilobyte).toFixed(1)} KB`,
    )
    assert.ok(script > 50 * kilobyte, 'the scripts of the page were not found')
    assert.ok(script + style < limit * kilobyte)
    assert.ok(style < 25 * kilobyte)
    assert.ok(fonts > 0 && fonts < 56 * kilobyte)
  })
}

test('hashed files are kept for ever, pages never, and both say what they are', async () => {
  const [asset] = [...builtFiles(built).keys()].filter((name) => /assets\/doctor-.*\.js$/.test(name))
  const script = await app.inject({ url: asset ?? '', headers: { 'accept-encoding': 'br, gzip' } })
  assert.equal(script.headers['cache-control'], 'public, max-age=31536000, immutable')
  assert.equal(script.headers['content-encoding'], 'br')
  assert.equal(script.headers['content-type'], 'text/javascript; charset=utf-8')
  const zipped = await app.inject({ url: asset ?? '', headers: { 'accept-encoding': 'gzip' } })
  assert.equal(zipped.headers['content-encoding'], 'gzip')
  const page = await app.inject({ url: '/doctor/people/whoever' })
  assert.equal(page.statusCode, 200)
  assert.equal(page.headers['cache-control'], 'no-store')
  assert.match(page.body, /<div id="portal">/)
  const again = await app.inject({ url: asset ?? '', headers: { 'if-none-match': String(script.headers['etag']) } })
  assert.equal(again.statusCode, 304)
})

test('the pages allow no inline script or style and hold none', async () => {
  for (const url of ['/', '/doctor/', '/patient/', '/operator/']) {
    const { body, headers } = await app.inject({ url })
    const policy = String(headers['content-security-policy'])
    for (const rule of ["default-src 'self'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "object-src 'none'"])
      assert.ok(policy.includes(rule), `${rule} in ${policy}`)
    assert.doesNotMatch(policy, /unsafe/)
    assert.doesNotMatch(body, /<style|style="|<script(?![^>]*src=)/)
  }
})

test('an address outside the build is not found, however it is written', async () => {
  for (const url of [
    '/portals/assets/../stamp.txt',
    '/portals/assets/%2e%2e/%2e%2e/stamp.txt',
    '/portals/assets/nothing.js',
    '/portals/stamp.txt',
    '/doctor/index.html.gz.br/../../stamp.txt',
  ]) {
    const { statusCode, body } = await app.inject({ url })
    assert.ok(statusCode === 404 || body.includes('<div id="portal">'), `${url} answered ${statusCode}`)
    assert.doesNotMatch(body, /^[0-9a-f]{64}$/)
  }
})

test('the page at the root speaks all three languages without a script', async () => {
  const { body } = await app.inject({ url: '/' })
  for (const word of ['lang="sr-Cyrl"', 'lang="sr-Latn"', 'lang="en"', 'Портал лекара', 'Portal lekara', 'Doctor’s portal', 'href="/patient/"'])
    assert.ok(body.includes(word), word)
  assert.doesNotMatch(body, /<script/)
})
