import { Refusal } from '../../platform/refusal.ts'
import { checkDocument, type Found } from './checked.ts'
import { transactionOf } from './map.ts'

/** One item to be stored. A request brings one, or a batch one for each entry. */
export type Part = { name: string; original: Buffer; once: string }
export type Asked = { method: string; path: string; query: string; header(name: string): string | undefined; body: Buffer }

const id = /^[A-Za-z0-9.-]{1,64}$/
const typeName = /^[A-Z][A-Za-z]{1,40}$/

/** The items in a request, checked as far as possible here (R4 http: create, update, delete, batch and transaction, conditional ones too). */
export function partsOf(asked: Asked): { parts: Part[]; isBatch: boolean } {
  const [type = '', number, ...more] = asked.path
    .split('/')
    .filter((step) => step !== '')
    .slice(1)
  if (more.length > 0 || type.startsWith('$') || number?.startsWith('_') || number?.startsWith('$'))
    throw new Refusal('not-allowed', 'this is not offered here', {
      hint: 'The edge takes create, update, delete, batch and transaction; the centre answers the rest.',
    })
  if (type === '') return bundleOf(asked)
  if (!typeName.test(type)) throw new Refusal('not-found', 'the address names no resource type', { hint: 'For example POST /fhir/Observation.' })
  return { parts: [singleOf(asked, type, number)], isBatch: false }
}

/** With a key of the local system equal bytes are different items; without one the same bytes are the same request again. */
const onceOf = ({ header }: Asked): string => (header('idempotency-key') ?? '').slice(0, 200)

function singleOf(asked: Asked, type: string, number: string | undefined): Part {
  const { method, query } = asked
  const isRight = method === 'POST' ? number === undefined && query === '' : number === undefined ? query !== '' : id.test(number) && query === ''
  if (!['POST', 'PUT', 'DELETE'].includes(method) || !isRight)
    throw new Refusal('not-allowed', `${method} is not offered at this address`, {
      hint: 'POST /fhir/Type, PUT or DELETE /fhir/Type/id, PUT or DELETE /fhir/Type?search.',
    })
  const url = number === undefined ? (query === '' ? type : `${type}?${query}`) : `${type}/${number}`
  if (method !== 'DELETE') checkSame(checkDocument(asked.body), type, method === 'PUT' ? number : undefined)
  const [ifNoneExist, ifMatch] = [asked.header('if-none-exist'), asked.header('if-match')]
  const request = { method, url, ...(ifNoneExist === undefined ? {} : { ifNoneExist }), ...(ifMatch === undefined ? {} : { ifMatch }) }
  return { name: `${method} ${type}`, original: transactionOf(method === 'DELETE' ? null : asked.body, request), once: onceOf(asked) }
}

function checkSame(found: Found, type: string, number: string | undefined): void {
  if (found.resourceType !== type)
    throw new Refusal('incorrect', `the body is a ${found.resourceType}, and the address says ${type}`, {
      expression: 'resourceType',
      hint: 'A resource goes to the address of its type, a Bundle to /fhir.',
    })
  if (number !== undefined && found['id'] !== number)
    throw new Refusal('incorrect', 'the id in the body is not the one in the address', {
      expression: `${type}.id`,
      hint: 'R4 http, 3.1.0.4: both are demanded and the same.',
    })
}

function bundleOf(asked: Asked): { parts: Part[]; isBatch: boolean } {
  if (asked.method !== 'POST')
    throw new Refusal('not-allowed', `${asked.method} is not offered at this address`, { hint: 'POST a Bundle of the type batch or transaction.' })
  const found = checkDocument(asked.body)
  if (found.resourceType !== 'Bundle')
    throw new Refusal('incorrect', 'a Bundle is expected at this address', { hint: `Send the resource to /fhir/${found.resourceType}.` })
  const key = onceOf(asked)
  if (found['type'] !== 'batch') return { parts: [{ name: `Bundle ${found['type']}`, original: asked.body, once: key }], isBatch: false }
  const entries = (found['entry'] ?? []) as { resource?: unknown; request: { method: string } }[]
  const texts = entryTexts(asked.body.toString('utf8'))
  if (texts.length !== entries.length) throw new Refusal('incorrect', 'entry is there twice', { expression: 'Bundle.entry' })
  const parts = entries.map(({ request }, index) => ({
    name: `batch, ${request.method}`,
    original: Buffer.from(`{"resourceType":"Bundle","type":"transaction","entry":[${texts[index]}]}`),
    once: `${index} ${key}`,
  }))
  return { parts, isBatch: true }
}

/** The entries of a Bundle as they are written, so that their numbers keep their digits. The text is already known to be JSON. */
export function entryTexts(text: string): string[] {
  const found: string[] = []
  let depth = 0
  let from = -1
  let name = ''
  for (let at = 0; at < text.length; at++) {
    const mark = text[at]
    if (mark === '"') {
      const end = stringEnd(text, at)
      if (depth === 1) name = /^\s*:/.test(text.slice(end + 1, end + 100)) ? (JSON.parse(text.slice(at, end + 1)) as string) : name
      at = end
    } else if (mark === '{' || mark === '[') {
      depth++
      if (mark === '{' && depth === 3 && name === 'entry') from = at
    } else if (mark === '}' || mark === ']') {
      if (mark === '}' && depth === 3 && from >= 0 && name === 'entry') {
        found.push(text.slice(from, at + 1))
        from = -1
      }
      depth--
    }
  }
  return found
}

function stringEnd(text: string, open: number): number {
  let at = open + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}
