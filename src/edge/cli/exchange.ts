import { readFileSync, statSync } from 'node:fs'
import { type Options, type Print, WrongUse } from '../../platform/cli.ts'
import { Refusal } from '../../platform/refusal.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import { type Answer, Centre, CentreSaysNo } from '../centre/centre.ts'
import { readKeyFile } from '../centre/key-file.ts'
import { LineCut, openLine } from '../centre/line.ts'
import { type EdgeConfig, readConfig } from '../process/config.ts'
import type { Outside } from '../process/edge.ts'

type Kind = 'inbox' | 'topic' | 'call'
type Service = { provider: string; name: string; kind: Kind; title: string; legalBasis: string }
type Endpoint = { method: string; path: string }

const purpose = 'health-care'
/** The most bytes that the bus takes as one message. */
const bodyBytesMax = 8 * 1_048_576

/** Acts as the member of these settings, whose edge may be running beside. */
async function asMember<T>(outside: Outside, { config: file }: Options, act: (centre: Centre, config: EdgeConfig) => Promise<T>): Promise<T> {
  const config = readConfig(String(file))
  const line = openLine(config.centre)
  try {
    return await act(new Centre(outside, line, { url: config.centre.url, signs: config.centre.signs, key: readKeyFile(config.centre.key) }), config)
  } catch (error) {
    if (error instanceof LineCut) throw new Refusal('busy', error.message)
    if (error instanceof CentreSaysNo) throw new Refusal('unprocessable', error.message)
    throw error
  } finally {
    line.end()
  }
}

const body = (value: object): Buffer => Buffer.from(JSON.stringify(value))
const catalogueOf = async (centre: Centre): Promise<Service[]> =>
  ((await centre.ask({ method: 'GET', path: '/bus/services', isUnsigned: true })).json as { services: Service[] }).services

/** Adds a service of this member to the catalogue, or changes its description, and says what the settings still need for it. */
export function offerService(outside: Outside, options: Options, print: Print): Promise<number> {
  return asMember(outside, options, async (centre, config) => {
    const name = String(options['argument'])
    const about = { kind: options['kind'], title: options['title'], purpose, legalBasis: options['basis'], version: options['version'] ?? '1' }
    const bodyMb = options['body-mb'] === undefined ? {} : { bodyMb: Number(options['body-mb']) }
    await centre.ask({ method: 'PUT', path: `/bus/services/${encodeURIComponent(name)}`, body: body({ ...about, ...bodyMb }), isOpen: true })
    print(`${config.member}/${name} is in the catalogue.`)
    const needs = settingFor(config, name, options['kind'] as Kind)
    if (needs !== null) print(`The settings have nothing that takes it yet: ${needs}, and start the edge anew.`)
    print(`Others ask for a contract: npm run spona -- edge contract ask ${config.member}/${name}`)
    return 0
  })
}

/** The setting that is missing for a service; null when nothing is. A topic is written by its member and needs none. */
function settingFor({ member, calls, inbound }: EdgeConfig, name: string, kind: Kind): string | null {
  if (kind === 'call') return calls.some(({ service }) => service === name) ? null : `name ${name} under calls`
  if (kind === 'inbox')
    return inbound.some(({ service }) => service === `${member}/${name}` || service === member) ? null : `name ${member}/${name} under inbound`
  return null
}

export function listServices(outside: Outside, options: Options, print: Print): Promise<number> {
  return asMember(outside, options, async (centre) => {
    const services = await catalogueOf(centre)
    if (options['json']) print(JSON.stringify(services))
    else for (const { provider, name, kind, title, legalBasis } of services) print(`${provider}/${name}  ${kind}  ${title}  (${legalBasis})`)
    return 0
  })
}

/** Asks for a contract about a service of another member, without what is already allowed. */
export function askContract(outside: Outside, options: Options, print: Print): Promise<number> {
  return asMember(outside, options, async (centre) => {
    const [provider, service] = partsOf(options['argument'])
    const endpoints = endpointsIn(options['endpoints'])
    const found = (await catalogueOf(centre)).find((one) => one.provider === provider && one.name === service)
    if (!found) throw new Refusal('not-found', 'there is no such service', { hint: 'npm run spona -- edge service list' })
    if (await mayUse(centre, found, endpoints)) {
      print(`This member may use ${provider}/${service} already.`)
      return 0
    }
    const about = { provider, service, purpose, legalBasis: options['basis'], ...(endpoints.length > 0 ? { endpoints } : {}) }
    const { json } = await centre.ask({ method: 'POST', path: '/bus/contracts', body: body(about), isOpen: true })
    const { contract } = json as { contract: string }
    if (options['json']) print(JSON.stringify(json))
    else {
      print(`The contract ${contract} with ${provider}/${service} is asked for.`)
      print(`The operator grants it: spona bus contract set ${contract} --state active --decision NUMBER. In the sandbox whoever offers the service does.`)
    }
    return 0
  })
}

async function mayUse(centre: Centre, { provider, name, kind }: Service, endpoints: readonly Endpoint[]): Promise<boolean> {
  const wishes = kind === 'call' ? endpoints : [{ method: 'GET', path: '/' }]
  const right = { inbox: 'message', topic: 'listen', call: 'call' } as const
  for (const { method, path } of wishes) {
    const query = new URLSearchParams({ provider, service: name, kind: right[kind], method, path })
    const { json } = await centre.ask({ method: 'GET', path: `/bus/rights?${query}`, isUnsigned: true })
    if (!(json as { permit: boolean }).permit) return false
  }
  return wishes.length > 0
}

function partsOf(target: unknown): [string, string] {
  const [provider = '', service = '', ...more] = String(target).split('/')
  if (provider === '' || service === '' || more.length > 0) throw new WrongUse('name it as MEMBER/SERVICE, such as acme-lis/results')
  return [provider, service]
}

/** `GET /today, POST /orders/*` */
function endpointsIn(text: unknown): Endpoint[] {
  return String(text ?? '')
    .split(',')
    .filter((one) => one.trim() !== '')
    .map((one) => {
      const [method = '', path = ''] = one.trim().split(/\s+/)
      if (path === '') throw new WrongUse('--endpoints: write for example "GET /today, POST /orders/*"')
      return { method, path }
    })
}

/** Sends one message by hand, signed by this member. Documents for the record should go through a way in, where they wait while the line is cut. */
export function sendByHand(outside: Outside, options: Options, print: Print): Promise<number> {
  return asMember(outside, options, async (centre) => {
    const to = partsOf(options['argument']).join('/')
    const headers: Record<string, string> = {
      'content-type': String(options['type'] ?? 'application/fhir+json'),
      'bus-to': to,
      'bus-message-id': String(options['id'] ?? uuidV7(outside)),
      ...(options['key'] === undefined ? {} : { 'bus-key': String(options['key']) }),
    }
    const answer: Answer = await centre.ask({ method: 'POST', path: '/bus/messages', body: contentsOf(String(options['file'])), headers })
    const { message } = answer.json as { message: string }
    print(
      options['json']
        ? JSON.stringify(answer.json)
        : `The bus has it for ${to} as ${message}. With --id ${headers['bus-message-id']} it is the same message again.`,
    )
    return 0
  })
}

function contentsOf(file: string): Buffer {
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found?.isFile()) throw new WrongUse(`${file} is not there`)
  if (found.size > bodyBytesMax) throw new WrongUse(`${file} has more than ${bodyBytesMax} bytes, which a message may have`)
  return readFileSync(file)
}
