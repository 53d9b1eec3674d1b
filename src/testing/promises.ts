import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Seeded } from './seeded.ts'

type Json = Record<string, any>
type Address = { base: string; headers: Record<string, string> }
type Outcome = { status: number; body: Json | null; etag: number; correlation: string }
/** A resource that one writer at a time changes. Every value is tried only once, so the value that is found tells which of the uncertain changes was stored. */
type Counter = { identifier: string; how: Change; id: string; value: number; version: number; tried: number; uncertain: number[] }
type Change = 'put' | 'put if match' | 'patch' | 'conditional put'

/**
 * The promises of a server under fire: every answer 2xx must be kept, whatever is killed after it. A change without an answer may be stored or not,
 * but never in part. One writer at a time changes a resource, so each promise is about one content.
 */
export type Promises = {
  resources: Map<string, Json>
  deleted: Map<string, 'gone' | 'uncertain'>
  counters: Counter[]
  transactions: Map<string, 'stored' | 'uncertain' | 'refused'>
  conditional: Map<string, string | null>
  /** Correlations of the answers that disclosed something. */
  looks: string[]
}

export const noPromises = (): Promises => ({
  resources: new Map(),
  deleted: new Map(),
  counters: [],
  transactions: new Map(),
  conditional: new Map(),
  looks: [],
})

export const kept = (promises: Promises) => promises.resources.size + promises.looks.length + promises.counters.reduce((sum, one) => sum + one.version, 0)

/** Null when there is no answer, so nobody knows what happened. Any answer but a promise or a plain "not now" is an error. */
async function send({ base, headers }: Address, method: string, path: string, body?: unknown, more: Record<string, string> = {}): Promise<Outcome | null> {
  let status = 0
  let text = ''
  let answer: Response
  try {
    answer = await fetch(`${base}${path}`, { method, headers: { ...headers, ...more }, ...(body ? { body: JSON.stringify(body) } : {}) })
    status = answer.status
    text = await answer.text()
  } catch {
    return null
  }
  assert.ok(answer.ok || [503, 410, 412].includes(status), `${method} ${path}: ${status} ${text}`)
  const etag = Number(/\d+/.exec(answer.headers.get('etag') ?? '')?.[0] ?? 0)
  return { status, body: text ? JSON.parse(text) : null, etag, correlation: answer.headers.get('x-correlation-id') ?? '' }
}

type Kept = Outcome & { isKept: true }
const isKept = (outcome: Outcome | null): outcome is Kept => outcome !== null && outcome.status < 300
const person = (value: string, more: Json = {}) => ({ resourceType: 'Patient', identifier: [{ system: 'urn:tag', value }], ...more })
const finding = (subject: string, code: string, more: Json = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'urn:tag', code }] },
  subject: { reference: subject },
  valueQuantity: { value: 1.5, unit: 'g/l' },
  ...more,
})

type Act = (at: Address, said: Promises, random: Seeded) => Promise<void>

const create: Act = async (at, said) => {
  const patient = await send(at, 'POST', '/Patient', person(randomUUID()))
  if (!isKept(patient)) return
  const url = `Patient/${patient.body?.['id']}`
  said.resources.set(url, patient.body as Json)
  const found = await send(at, 'POST', '/Observation', finding(url, 'single'))
  if (isKept(found)) said.resources.set(`Observation/${found.body?.['id']}`, found.body as Json)
}

const remove: Act = async (at, said, random) => {
  const urls = [...said.resources.keys()].filter((url) => url.startsWith('Observation/') && !said.deleted.has(url))
  if (urls.length < 5) return
  const url = random.pick(urls)
  said.deleted.set(url, 'uncertain')
  if (isKept(await send(at, 'DELETE', `/${url}`))) said.deleted.set(url, 'gone')
}

const look: Act = async (at, said, random) => {
  const urls = [...said.resources.keys()].filter((url) => !said.deleted.has(url))
  if (urls.length === 0) return
  const url = random.pick(urls)
  const path = url.startsWith('Patient/') ? random.pick([`/${url}`, `/${url}/$everything`, `/Observation?patient=${url}`]) : `/${url}`
  const answer = await send(at, 'GET', path)
  if (!isKept(answer)) return
  if (path === `/${url}`) assert.deepEqual(answer.body, said.resources.get(url), url)
  said.looks.push(answer.correlation)
}

export const perTransaction = 12
const transact: Act = async (at, said) => {
  const tag = randomUUID()
  const patient = `urn:uuid:${randomUUID()}`
  const post = (resource: Json, fullUrl?: string) => ({ fullUrl, resource, request: { method: 'POST', url: resource['resourceType'] } })
  said.transactions.set(tag, 'uncertain')
  const entry = [post(person(tag), patient), ...Array.from({ length: perTransaction }, () => post(finding(patient, tag)))]
  const done = await send(at, 'POST', '', { resourceType: 'Bundle', type: 'transaction', entry })
  if (isKept(done)) said.transactions.set(tag, 'stored')
  else if (done && JSON.stringify(done.body).includes('nothing was stored')) said.transactions.set(tag, 'refused')
}

/** Repeats the same creation until it is acknowledged, as a careful system does; the resource must be there once. */
const createOnce: Act = async (at, said) => {
  const open = [...said.conditional].find(([, id]) => id === null)?.[0] ?? randomUUID()
  said.conditional.set(open, null)
  const done = await send(at, 'POST', '/Patient', person(open), { 'if-none-exist': `identifier=urn:tag|${open}` })
  if (isKept(done) && done.body) said.conditional.set(open, done.body['id'])
}

async function change(at: Address, counter: Counter): Promise<void> {
  const { id, identifier, how } = counter
  const value = ++counter.tried
  const body = person(identifier, { id, multipleBirthInteger: value })
  const ifMatch = { 'if-match': `W/"${counter.version}"` }
  counter.uncertain.push(value)
  const patch = [{ op: 'replace', path: '/multipleBirthInteger', value }]
  const requests: Record<Change, () => Promise<Outcome | null>> = {
    put: () => send(at, 'PUT', `/Patient/${id}`, body),
    'put if match': () => send(at, 'PUT', `/Patient/${id}`, body, ifMatch),
    patch: () => send(at, 'PATCH', `/Patient/${id}`, patch, { ...ifMatch, 'content-type': 'application/json-patch+json' }),
    'conditional put': () => send(at, 'PUT', `/Patient?identifier=urn:tag|${identifier}`, { ...body, id: undefined }),
  }
  const done = await (counter.version === 0 ? requests.put() : requests[how]())
  if (isKept(done)) Object.assign(counter, { value, version: done.etag, uncertain: [] })
  else if (done?.status === 412) await settle(at, counter)
}

/** Finds out which of the uncertain values is stored. Any other value is an error. */
export async function settle(at: Address, counter: Counter): Promise<void> {
  const now = await send(at, 'GET', `/Patient/${counter.id}`)
  if (!isKept(now)) return
  const value = now.body?.['multipleBirthInteger'] ?? 0
  assert.ok(
    [counter.value, ...counter.uncertain].includes(value),
    `${counter.id}: ${counter.value} was acknowledged, ${counter.uncertain} tried, ${value} is there`,
  )
  assert.ok(value !== counter.value || now.etag === counter.version, `${counter.id}: the value of version ${counter.version} is in ${now.etag}`)
  Object.assign(counter, { value, version: now.etag, uncertain: [] })
}

/** Runs writers and readers of every kind at once, until it is over. */
export async function workUntil(isOver: () => boolean, at: Address, said: Promises, random: Seeded): Promise<void> {
  if (said.counters.length === 0) {
    const hows: Change[] = ['put', 'put if match', 'patch', 'conditional put']
    said.counters = hows.map((how, n) => ({ identifier: randomUUID(), how, id: `counter-${n}`, value: 0, version: 0, tried: 0, uncertain: [] }))
  }
  const loop = async (act: () => Promise<void>) => {
    while (!isOver()) {
      await act()
      await sleep(2)
    }
  }
  const acts: Act[] = [create, create, transact, transact, createOnce, remove, look, look]
  await Promise.all([...acts.map((act) => loop(() => act(at, said, random))), ...said.counters.map((counter) => loop(() => change(at, counter)))])
}
