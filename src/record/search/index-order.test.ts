import assert from 'node:assert/strict'
import { before, beforeEach, describe, test } from 'node:test'
import { fragment, type Runner } from '../../platform/sql.ts'
import { forFile } from '../../testing/for-file.ts'
import { type Send, startServer, type TestServer } from '../../testing/server.ts'
import { newId } from '../ids.ts'

// The primary keys hold a hash of the id. Whoever has very many resources of one type is still read page by page, and one resource by itself.

type Json = Record<string, any>
type Node = { 'Relation Name'?: string; 'Actual Rows': number; 'Actual Loops': number; 'Rows Removed by Filter'?: number; Plans?: Node[] }

const many = 1500
const page = 25
const file = forFile()
let server: TestServer
let send: Send
let patient: string
const entries: string[] = []
const doctors: string[] = []
/** The rows of record.resource that the statements of a request have read. */
let read = 0

before(async () => {
  server = await startServer(file)
  send = (await server.institution('Лабораторија')).send
  patient = (await filed({ resourceType: 'Patient', identifier: [{ system: 'urn:h', value: '1' }] })).id
  await filed({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference: `Patient/${patient}` } }, entries)
  await filed({ resourceType: 'Practitioner', name: [{ family: 'Петровић' }] }, doctors)
  for (let nth = 1; nth <= 3; nth++) await send('PUT', `/fhir/Observation/own-${nth}`, { ...(await bodyOf(entries[0] as string)), id: `own-${nth}` })
  await copies('Observation', entries, null)
  await copies('Practitioner', doctors, 7)
  await server.owner`analyze record.resource, record.string, record.name`
  countOn(server.world.sql)
})
beforeEach(() => {
  read = 0
})

function countOn(sql: Runner): void {
  const run = sql.run.bind(sql)
  sql.run = async (statement) => {
    const [row] = await run<Record<string, [{ Plan: Node }]>>(fragment`explain (analyze, format json) ${statement}`)
    for (const [{ Plan: plan }] of Object.values(row ?? {})) read += rowsIn(plan)
    return run(statement)
  }
}

async function filed(resource: Json, ids: string[] = []): Promise<Json> {
  const { status, body, text } = await send('POST', `/fhir/${resource['resourceType']}`, resource)
  assert.equal(status, 201, text)
  ids.push(body.id)
  return body
}
const bodyOf = async (id: string): Promise<Json> => (await send('GET', `/fhir/Observation/${id}`)).body

/** Copies of the first one under the same key, or under one that many share. */
async function copies(type: string, ids: string[], key: number | null): Promise<void> {
  const [first] = ids as [string]
  const patientOf = key ?? Number.parseInt(first.slice(0, 13).replace('-', ''), 16)
  const others = Array.from({ length: many - 1 }, () => newId(server.world, patientOf))
  const code = server.world.fhir.typeCode(type)
  await server.owner`
    insert into record.resource (patient, type, id, version, tx, at, institution, day, tokens, body)
    select ${patientOf}, r.type, n.id, r.version, r.tx, r.at, r.institution, r.day, r.tokens, replace(r.body, ${first}, n.id::text)
      from record.resource r, unnest(${others}::uuid[]) as n (id) where r.type = ${code} and r.id = ${first}`
  await server.owner`
    insert into record.string (patient, type, id, value)
    select ${patientOf}, s.type, n.id, s.value from record.string s, unnest(${others}::uuid[]) as n (id) where s.type = ${code} and s.id = ${first}`
  ids.push(...others)
}

const rowsIn = (node: Node): number =>
  (node['Relation Name'] === 'resource' ? node['Actual Loops'] * (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) : 0) +
  (node.Plans ?? []).reduce((sum, inner) => sum + rowsIn(inner), 0)

async function answered(path: string): Promise<Json> {
  read = 0
  const { status, body, text } = await send('GET', path)
  assert.equal(status, 200, text)
  return body
}

/** Follows the pages, none of which may read more rows than this; answers the ids that came. */
async function allPages(path: string, rowsMax: number): Promise<string[]> {
  const ids: string[] = []
  for (let next: string | undefined = path; next !== undefined; ) {
    const body = await answered(next)
    assert.ok(read <= rowsMax, `${read} rows for a page`)
    ids.push(...body['entry'].map((one: Json) => one['resource'].id))
    const url: string | undefined = body['link'].find((one: Json) => one['relation'] === 'next')?.url
    next = url?.slice(url.indexOf('/fhir'))
  }
  return ids
}

describe('of very many resources under one key', () => {
  test('each page of a search reads as many rows as it gives, and all pages give each resource once', async () => {
    const ids = await allPages(`/fhir/Observation?patient=${patient}&_count=${page}`, 3 * page)
    assert.deepEqual(ids.toSorted(), [...entries, 'own-1', 'own-2', 'own-3'].toSorted())
  })

  test('the pages of a search by name, which goes by the index of texts, give each resource once', async () => {
    const ids = await allPages(`/fhir/Practitioner?name=petrovi&_count=${page}`, Number.POSITIVE_INFINITY)
    assert.deepEqual(ids.toSorted(), doctors.toSorted())
  })

  test('each later page of everything reads as many rows as it gives', async () => {
    // The first page counts all of them.
    const first = await answered(`/fhir/Patient/${patient}/$everything?_count=${page}`)
    const url: string = first['link'].find((one: Json) => one['relation'] === 'next').url
    const ids = await allPages(url.slice(url.indexOf('/fhir')), 3 * page)
    assert.equal(new Set([...ids, ...first['entry'].map((one: Json) => one['resource'].id)]).size, many + 4)
  })

  test('those that a search names by id are read and no others, whoever gave the ids', async () => {
    const given = entries.slice(5, 8).join()
    for (const [ids, count] of [
      ['own-1', 1],
      ['own-1,own-2,own-3', 3],
      [given, 3],
      [`own-1,${given}`, 4],
    ] as const) {
      assert.equal((await answered(`/fhir/Observation?_id=${ids}`))['entry'].length, count)
      assert.ok(read <= 2 * count, `${read} rows for ${ids}`)
    }
  })
})
