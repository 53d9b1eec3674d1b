import type { TestContext } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { authenticate } from '../access/access.ts'
import type { CitizenOf } from '../access/citizen.ts'
import { routes } from '../access/routes.ts'
import { baseUrl } from '../platform/config.ts'
import { createApp, type Routes } from '../platform/http.ts'
import { makeLog, systemClock, type World } from '../platform/world.ts'
import { connectAs } from '../platform/connect.ts'
import { openLedger } from './audit.ts'
import { startPlatform, type TestPlatform } from './platform.ts'

export type TestServer = { app: FastifyInstance; base: string }
export type AccessPlatform = TestPlatform & TestServer

/** A server with access mounted, listening on a free port of the loopback interface; `more` adds routes to protect. */
export async function startAccess(
  t: TestContext,
  settings: Record<string, string> = {},
  more: Routes = () => {},
  citizenOf: CitizenOf = nobody,
): Promise<AccessPlatform> {
  const platform = await startPlatform(t, settings)
  await openLedger(t, platform.world, 2)
  return { ...platform, ...(await listen(t, platform.world, more, citizenOf)) }
}

const nobody: CitizenOf = async () => null

async function listen(t: TestContext, world: World, more: Routes, citizenOf: CitizenOf = nobody): Promise<TestServer> {
  const app = await createApp(world)
  app.addHook('onRequest', authenticate)
  await app.register(routes({ citizenOf }))
  await app.register(more)
  await app.listen({ port: world.config.PORT, host: '127.0.0.1' })
  const address = app.server.address()
  if (world.config.PORT === 0 && address && typeof address === 'object') world.config.PORT = address.port
  t.after(() => app.close())
  return { app, base: baseUrl(world.config) }
}

/** A second process on the same database and keys, with caches of its own. Its tokens name the first process's address. */
export async function startSecond(t: TestContext, first: AccessPlatform, more: Routes = () => {}): Promise<{ world: World; base: string }> {
  const own = connectAs(first.appUrl)
  t.after(() => own.end())
  const config = { ...first.world.config, PORT: 0, BASE_URL: first.base }
  const world: World = { ...first.world, ...systemClock, log: makeLog('silent'), sql: own.sql, connect: own.connect, config }
  const server = await listen(t, world, more)
  const address = server.app.server.address()
  return { world, base: `http://localhost:${address && typeof address === 'object' ? address.port : 0}` }
}

/** As much of a browser as sign-in needs: it keeps cookies by path and follows redirects by hand. */
export class Browser {
  readonly #cookies = new Map<string, { value: string; path: string }>()
  readonly #base: string

  constructor(base: string) {
    this.#base = base
  }

  async ask(path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> {
    const url = new URL(path, this.#base)
    const mine = [...this.#cookies].filter(
      ([, cookie]) => url.pathname === cookie.path || url.pathname.startsWith(cookie.path.endsWith('/') ? cookie.path : `${cookie.path}/`),
    )
    const headers = { ...init.headers, ...(mine.length > 0 ? { cookie: mine.map(([name, { value }]) => `${name}=${value}`).join('; ') } : {}) }
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of answer.headers.getSetCookie()) this.#store(line, url)
    return answer
  }

  /** Follows redirects to the last answer. */
  async go(path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<{ answer: Response; at: string }> {
    let at = new URL(path, this.#base).href
    let answer = await this.ask(at, init)
    for (let hop = 0; hop < 10 && answer.status >= 300 && answer.status < 400; hop++) {
      at = new URL(answer.headers.get('location') ?? '', at).href
      answer = await this.ask(at)
    }
    return { answer, at }
  }

  cookie(name: string): string | undefined {
    return this.#cookies.get(name)?.value
  }

  plant(name: string, value: string): void {
    this.#cookies.set(name, { value, path: '/' })
  }

  #store(line: string, url: URL): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
    const name = pair.slice(0, pair.indexOf('='))
    const value = pair.slice(pair.indexOf('=') + 1)
    const path = attributes.find((one) => /^path=/i.test(one))?.slice(5) ?? url.pathname
    const isGone = value === '' || attributes.some((one) => /^max-age=0$/i.test(one) || /^expires=thu, 01 jan 1970/i.test(one))
    if (isGone) this.#cookies.delete(name)
    else this.#cookies.set(name, { value, path })
  }
}

/** Signs in with user name and password on the demo's page, and answers where the browser ended. */
export async function signIn(browser: Browser, userName: string, password = 'demo', to?: string): Promise<{ answer: Response; at: string }> {
  const { at } = await browser.go(to === undefined ? '/sign-in' : `/sign-in?to=${encodeURIComponent(to)}`)
  const form = new URLSearchParams({ user: userName, password })
  return browser.go(at, { method: 'POST', body: form.toString(), headers: { 'content-type': 'application/x-www-form-urlencoded' } })
}
