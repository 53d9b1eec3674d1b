import { Refusal } from '../../platform/refusal.ts'
import type { Edge } from '../process/edge.ts'
import { parseShallow } from '../draft/shallow-json.ts'
import { languageOf } from '../local/words.ts'
import { noRoom } from '../store/store.ts'
import { issue, issued } from './issue.ts'
import { numbersLeft, yearAt } from './numbers.ts'
import { paperHeaders, paperOf } from './paper.ts'

type Answer = { status: number; body: object | string; headers: Record<string, string> }
type Asked = { method: string; path: string; query: URLSearchParams; body(): Promise<Buffer> }
const json = { 'content-type': 'application/json; charset=utf-8' }

/**
 * `POST /certificates` issues a certificate, `GET /certificates` and `GET /certificates/ID` tell the state of certificates, `GET
 * /certificates/ID/paper` is a page to print. Null for any other address.
 */
export async function answerCertificates(edge: Edge, { method, path, query, body }: Asked): Promise<Answer | null> {
  const [, root, id, form, ...more] = path.split('/')
  if (root !== 'certificates') return null
  if (edge.config.certificates === undefined || more.length > 0 || (form !== undefined && form !== 'paper'))
    throw new Refusal('not-found', 'no certificates are issued here', { hint: 'Name certificates in the settings of the edge.' })
  if (method === 'POST' && id === undefined) return create(edge, await body())
  if (method !== 'GET')
    throw new Refusal('not-allowed', `${method} is not offered at this address`, {
      hint: 'POST /certificates, GET /certificates, GET /certificates/ID, GET /certificates/ID/paper.',
    })
  const found = issued(edge.store, id?.toLowerCase())
  if (id === undefined) {
    const at = edge.centre.now()
    return { status: 200, headers: json, body: { numbersLeft: numbersLeft(edge.store, yearAt(at), at.getTime()), certificates: found } }
  }
  const [one] = found
  if (!one) throw new Refusal('not-found', 'no certificate was issued under this id')
  if (form === 'paper') return { status: 200, headers: { ...paperHeaders }, body: await paperOf(edge, one.id, languageOf(query.get('lang') ?? '')) }
  return { status: 200, headers: json, body: one }
}

async function create(edge: Edge, bytes: Buffer): Promise<Answer> {
  if (edge.room.state === 'full' || edge.room.state === 'full for writes') throw noRoom()
  const { store, vault, centre, random } = edge
  const { isRepeated, ...certificate } = await issue({ store, vault, key: centre.key, now: () => centre.now(), random }, parsed(bytes))
  return { status: isRepeated ? 200 : 201, headers: { ...json, location: `/certificates/${certificate.id}` }, body: { ...certificate, state: 'waiting' } }
}

function parsed(bytes: Buffer): unknown {
  try {
    return parseShallow(bytes)
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal('incorrect', 'the body is not JSON')
  }
}
