import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { access } from '../access/access.ts'
import { clientById } from '../access/client.ts'
import { tokenFor } from '../access/token-endpoint.ts'
import { setContract } from '../bus/members/catalogue.ts'
import { freshDirectory } from '../bus/members/directory.ts'
import { contentDigest, type PublicJwk, signMessage, thumbprint } from '../platform/http-signature.ts'
import { batchText, type Part, partText } from '../platform/signed-batch.ts'
import { sealLog } from '../bus/evidence/seal-log.ts'
import { codeCommand } from '../bus/members/member.cli.ts'
import { setMember } from '../bus/members/member.ts'
import { baseUrl } from '../platform/config.ts'
import { leafHash, treeOf } from '../platform/merkle.ts'
import type { World } from '../platform/world.ts'
import { registerInstitutions } from '../registry/registry.ts'
import { until } from './process.ts'

export type BusAnswer = { status: number; headers: Record<string, unknown>; body: any; text: string; asked: string | undefined }
export type Sent = {
  method?: string
  url: string
  body?: Buffer | string
  headers?: Record<string, string>
  change?: (headers: Record<string, string>) => void
}

export type BatchMessage = {
  to: string
  messageId: string
  body?: string
  digest?: string
  key?: string
  document?: string
  subject?: string
  contentType?: string
}

/** What the centre says of each message of a batch, as it was signed. */
export const verdictTexts = ({ verdicts }: { verdicts: readonly (Part | string)[] }): string[] =>
  verdicts.map((one) => (typeof one === 'string' ? one : one.text))

/** Several messages under one signature: the bytes, and the headers that belong to them. */
export function batchOf(messages: readonly BatchMessage[]): Sent & { body: string; headers: Record<string, string> } {
  const lines = messages.map(({ body = '', digest = contentDigest(Buffer.from(body)), ...said }) => ({
    contentType: 'application/json',
    ...said,
    digest,
    body,
  }))
  const texts = lines.map(({ to, messageId, key, document, subject, contentType, digest }) => {
    const headers = {
      'bus-to': to,
      'bus-message-id': messageId,
      'bus-key': key,
      'bus-document': document,
      'bus-subject': subject,
      'content-type': contentType,
    }
    return partText(
      Object.fromEntries(Object.entries({ ...headers, 'content-digest': digest }).filter(([, value]) => value !== undefined)) as Record<string, string>,
    )
  })
  const { root } = treeOf(texts.map(leafHash))
  const headers = { 'content-type': 'application/x-ndjson', 'bus-batch': batchText(root, texts.length) }
  return { url: '/bus/messages', body: lines.map((line) => JSON.stringify(line)).join('\n'), headers }
}

/** A member's own system: its key, its signature, its token. What it sends is what a stranger's program would send. */
export class BusMember {
  readonly code: string
  readonly world: World
  readonly #app: FastifyInstance
  key: KeyObject
  jwk: PublicJwk
  token: string | null = null
  institution = 0

  constructor(app: FastifyInstance, world: World, code: string) {
    this.#app = app
    this.world = world
    this.code = code
    ;({ key: this.key, jwk: this.jwk } = newKey())
  }

  /** All headers of a signed request. */
  signed({ method = 'POST', url, body = '', headers = {} }: Sent): Record<string, string> {
    const bytes = Buffer.from(body)
    const all: Record<string, string> = {
      'content-digest': contentDigest(bytes),
      ...(bytes.length > 0 ? { 'content-type': 'application/json' } : {}),
      ...headers,
    }
    const derived: Record<string, string> = { '@method': method, '@target-uri': `${baseUrl(this.world.config)}${url}` }
    const components = ['"@method"', '"@target-uri"', ...Object.keys(all).map((name) => `"${name}"`)]
    const made = signMessage(components, (name) => derived[name] ?? all[name] ?? null, { kid: this.jwk.kid, key: this.key }, this.world.now())
    Object.assign(all, made.headers)
    if (this.token !== null) all['authorization'] = `Bearer ${this.token}`
    return all
  }

  /** Signed, unless `change` takes the signature away again. */
  async send({ method = 'POST', url, body = '', headers = {}, change }: Sent): Promise<BusAnswer> {
    const bytes = Buffer.from(body)
    const all = this.signed({ method, url, body, headers })
    change?.(all)
    const answer = await this.#app.inject({ method: method as 'POST', url, headers: all, ...(bytes.length > 0 ? { payload: bytes } : {}) })
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: answer.body.startsWith('{') ? JSON.parse(answer.body) : null,
      text: answer.body,
      asked: all['signature'],
    }
  }

  message(to: string, id: string, body: Buffer | string, headers: Record<string, string> = {}): Promise<BusAnswer> {
    return this.send({ url: '/bus/messages', body, headers: { 'bus-to': to, 'bus-message-id': id, ...headers } })
  }

  async lease(max = 50): Promise<any[]> {
    const answer = await this.send({ url: '/bus/deliveries/lease', body: JSON.stringify({ max }) })
    if (answer.status !== 200) throw new Error(answer.text)
    return answer.body.deliveries
  }

  ack(deliveries: number[], refuse: object[] = []): Promise<BusAnswer> {
    return this.send({ url: '/bus/deliveries/ack', body: JSON.stringify({ acknowledge: deliveries, ...(refuse.length > 0 ? { refuse } : {}) }) })
  }

  post(path: string, body: object): Promise<BusAnswer> {
    return this.send({ url: `/bus${path}`, body: JSON.stringify(body) })
  }

  /** A service of this member that takes messages, of whoever has a contract about it. */
  async offerInbox(service: string): Promise<void> {
    await expectStatus(200, this.send({ method: 'PUT', url: `/bus/services/${service}`, body: aService('inbox') }))
  }

  async takeToken(): Promise<void> {
    const [row] = await this.world.sql<{ client: string }>`select client from bus.member where code = ${this.code}`
    const client = await clientById(this.world.sql, row?.client ?? '')
    if (!client) throw new Error('the member has no client')
    this.token = await tokenFor(this.world, client, client.scopes, 3600)
  }
}

export function newKey(): { key: KeyObject; jwk: PublicJwk } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x, y } = publicKey.export({ format: 'jwk' }) as { x: string; y: string }
  const bare = { kty: 'EC' as const, crv: 'P-256' as const, x, y }
  return { key: privateKey, jwk: { ...bare, kid: thumbprint(bare), alg: 'ES256', use: 'sig' } }
}

let serial = 0

/** The whole way in, by the addresses and commands of the guide. */
export async function joinBus(app: FastifyInstance, world: World, code: string, more: { webhook?: string } = {}): Promise<BusMember> {
  const member = new BusMember(app, world, code)
  const mb = String(20_000_000 + ++serial)
  const [id] = await world.sql.begin((tx) =>
    registerInstitutions(tx, [{ mb, name: `Установа ${code}`, kind: 'test', municipality: 'Ниш', ownership: 'public' }]),
  )
  member.institution = id as number
  await expectStatus(201, member.post('/members', { code, name: `Систем ${code}`, mb, contact: 'help@example.org', key: member.jwk, ...more }))
  const lines: string[] = []
  await codeCommand.run(world, { mb, institution: String(id), json: true }, (line) => lines.push(line))
  await expectStatus(200, member.post(`/members/${code}/proof`, { code: JSON.parse(lines.join('')).code }))
  await expectStatus(200, member.post(`/members/${code}/self-test`, {}))
  await setMemberState(world, code, 'approved')
  await expectStatus(200, member.post(`/members/${code}/activation`, {}))
  await member.takeToken()
  return member
}

export async function setMemberState(world: World, code: string, to: string): Promise<void> {
  const wish = { code, to, decision: `${to}-1/2026`, reason: null, scopes: 'system/*.cruds' }
  await access.asOperator(
    world,
    'grant',
    (tx) => setMember(world, tx, wish),
    () => code,
  )
  await freshDirectory(world)
}

/** A contract asked for by the member and granted by the operator. */
export async function contractOf(member: BusMember, service: string, more: object = {}): Promise<string> {
  const [provider, name] = service.split('/')
  const answer = await expectStatus(
    201,
    member.post('/contracts', { provider, service: name, purpose: 'health-care', legalBasis: 'Sl. glasnik RS 45/2025', ...more }),
  )
  await setContractState(member.world, answer.body.contract, 'active')
  return answer.body.contract
}

export async function setContractState(world: World, id: string, to: string): Promise<void> {
  const wish = { id, to, decision: `${to}-2/2026`, reason: null, until: null }
  await access.asOperator(
    world,
    'grant',
    (tx) => setContract(world, tx, wish),
    () => id,
  )
  await freshDirectory(world)
}

export async function expectStatus(status: number, asked: Promise<BusAnswer>): Promise<BusAnswer> {
  const answer = await asked
  if (answer.status !== status) throw new Error(`${answer.status} instead of ${status}: ${answer.text.slice(0, 500)}`)
  return answer
}

export const aService = (kind: string, more: object = {}) =>
  JSON.stringify({ kind, title: 'Налази', purpose: 'health-care', legalBasis: 'Sl. glasnik RS 45/2025', version: '1', ...more })

/** Seals all of the bus's log: other tests' transactions on the same cluster hold the watermark back for a moment. */
export async function sealAll(world: World): Promise<void> {
  await until('the log of the bus is sealed', async () => {
    await sealLog(world)
    const [row] = await world.sql<{ open: number }>`
      select count(*)::int as open from bus.log where tx >= coalesce((select max(to_tx) from bus.seal), 0)`
    return row?.open === 0
  })
}
