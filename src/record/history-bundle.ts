import { Refusal } from '../platform/refusal.ts'
import type { Asking } from './asking.ts'
import { historyMax, readHistory } from './read.ts'
import { etagOf } from './respond.ts'

const countDefault = 100
const known = new Set(['_count', '_below', '_format', '_pretty'])

/** All versions of one resource as a history Bundle (R4 http, section 3.1.0.12); bodies go in as they are stored. */
export async function historyBundle(asking: Asking, type: string, id: string, query: Record<string, string>): Promise<string> {
  for (const name of Object.keys(query)) {
    if (!known.has(name)) throw new Refusal('incorrect', 'the history of one resource has no such parameter', { hint: 'Supported: _count.' })
  }
  const count = wholeNumber(query['_count'], countDefault, historyMax)
  const below = wholeNumber(query['_below'], 2 ** 31 - 1, 2 ** 31 - 1)
  const { rows, bodies, more } = await readHistory(asking, type, id, below, count)
  const entries = rows.map((row, at) => {
    // A name that the client chose came by PUT; sent again as it stands here, it gets the same address.
    const method = row.deleted ? 'DELETE' : row.version === 1 && row.name === null ? 'POST' : 'PUT'
    const isNew = row.version === 1 || rows[at + 1]?.deleted === true
    const response = { status: row.deleted ? '204' : isNew ? '201' : '200', etag: etagOf(row.version), lastModified: row.at.toISOString() }
    const request = { method, url: method === 'POST' ? type : `${type}/${id}` }
    const resource = row.deleted ? '' : `,"resource":${bodies[at]}`
    return `{"fullUrl":"${asking.base}/${type}/${id}"${resource},"request":${JSON.stringify(request)},"response":${JSON.stringify(response)}}`
  })
  const self = `${asking.base}/${type}/${id}/_history`
  const links = [{ relation: 'self', url: self }]
  const last = rows.at(-1)
  if (more && last) links.push({ relation: 'next', url: `${self}?_count=${count}&_below=${last.version}` })
  const total = more || query['_below'] !== undefined ? '' : `,"total":${rows.length}`
  return `{"resourceType":"Bundle","type":"history"${total},"link":${JSON.stringify(links)}${entries.length > 0 ? `,"entry":[${entries.join(',')}]` : ''}}`
}

function wholeNumber(text: string | undefined, fallback: number, max: number): number {
  if (text === undefined) return fallback
  if (!/^\d{1,10}$/.test(text)) throw new Refusal('incorrect', '_count is a whole number', { hint: `Ask for 1 to ${max}.` })
  return Math.max(1, Math.min(Number(text), max))
}
