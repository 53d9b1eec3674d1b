import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { anonymous } from '../platform/actor.ts'
import { createApp } from '../platform/http.ts'
import { bulk } from '../registry/registry.ts'
import { forFile } from '../testing/for-file.ts'
import { type Answer, type Send, sender } from '../testing/server.ts'
import { type LeaveTown, startLeaveTown, type Worker } from '../testing/sickleave.ts'
import { sickleaveRoutes } from './routes.ts'

// Every route of a leave, tried by every actor that has no right to the leave. A new route is included by itself, and its author must say here whom
// it answers.

type Route = { method: string; url: string }
let town: LeaveTown
let person: Worker
let stranger: Worker
let routes: Route[]
let leave: string
let paper: { number: string; version: number }
const actors: Record<string, Send> = {}
const note = 'палијативна терапија у договору'
const pib = () => town.employers[0]?.pib as string

/** The routes that answer an actor with their own things: their own lists, which do not name this leave, and what is for everybody. */
const ofTheirOwn: Record<string, RegExp> = {
  'another doctor here': /^(GET \/(due|offline|signature|corrections)|DELETE \/signature|POST \/calculator)$/,
  'a doctor elsewhere': /^(GET \/(due|offline|signature|corrections)|DELETE \/signature|POST \/calculator)$/,
  'the first commission, without the leave': /^GET \/commission\/(waiting|agenda|objections)$/,
  'the second commission': /^GET \/commission\/(waiting|agenda|objections)$/,
  'another person': /^(GET \/mine(\/(requests|objections))?|GET \/employer(\/latest|\/registration|\/requests|\/objections|\/work)?|POST \/employer\/search)$/,
  'another employer': /^(GET \/employer(\/latest|\/requests|\/objections|\/work)?|POST \/employer\/search)$/,
  'a stolen token of an edge': /^$/,
  nobody: /^$/,
}
/** Answers that are the same for everybody: published figures and schemas. */
const forAll = /^GET \/(open-data\.csv|schemas?\/.*|schema\/.*|employer\/schema\/.*|compensation\/.*)$/

const file = forFile()
before(async () => {
  town = await startLeaveTown(file)
  const probe = await createApp(town.world)
  file.after(() => probe.close())
  routes = []
  probe.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) if (one !== 'HEAD' && one !== 'OPTIONS') routes.push({ method: one, url })
  })
  probe.addHook('onRequest', async (request) => void (request.actor = anonymous))
  await probe.register(sickleaveRoutes, { prefix: '/sickleave' })
  await probe.ready()
  person = await town.worker([{ employer: town.employers[0]?.id as number }])
  stranger = await town.worker([{ employer: town.employers[1]?.id as number }])
  const opened = await town.as(town.doctor)('POST', `/sickleave/people/${person.handle}/leaves`, {
    from: '2026-03-02',
    until: '2026-03-10',
    reason: '01',
    diagnosis: 'C50.9',
    note,
  })
  assert.equal(opened.status, 201, opened.text)
  leave = opened.body.id
  paper = opened.body.documents[0]
  // A consent that was given and taken back opens nothing any more.
  const sharing = `/sickleave/mine/${leave}/sharing/${pib()}`
  assert.equal((await town.as(person.account)('PUT', sharing, { until: '2026-12-31' })).status, 204)
  assert.equal((await town.as(person.account)('DELETE', sharing)).status, 204)
  const edge = await town.institution('Дом здравља Други')
  const place = { ...town.place, institutionName: 'Дом здравља Пробни' }
  Object.assign(actors, {
    'another doctor here': await signedIn(await town.account(['doctor'], { ...place, worker: await anotherWorker(), name: 'др Друга' })),
    'a doctor elsewhere': await signedIn(
      await town.account(['doctor'], { institution: edge.id, unit: null, worker: await anotherWorker(), institutionName: 'x', name: 'др Трећи' }),
    ),
    'the first commission, without the leave': await signedIn(town.commission),
    'the second commission': await signedIn(await town.account(['commission2'], { name: 'др Пети' })),
    'another person': await signedIn(stranger.account),
    'another employer': await signedIn(await town.clerk(1, 'administrator')),
    'a stolen token of an edge': edge.send,
    nobody: async (method: string, url: string, body?: unknown): Promise<Answer> => {
      const answer = await town.app.inject({ method: method as 'GET', url, ...(body === undefined ? {} : { payload: body as object }) })
      return { status: answer.statusCode, headers: answer.headers, body: null, text: answer.body }
    },
  })
})

/** One session for all questions of an account. */
async function signedIn(account: string): Promise<Send> {
  const { cookie, csrf } = await town.cookie(account)
  return sender(town.app, { cookie, 'x-spona-csrf': csrf })
}

let licences = 100
async function anotherWorker(): Promise<number> {
  const given = { family: 'Други', given: 'Лекар', sex: 'female' as const, licenceKind: 'doctor', licenceStatus: 'active' as const }
  const [worker] = await town.world.sql.begin((tx) => bulk.registerWorkers(tx, [{ ...given, licenceNumber: `L${++licences}` }]))
  return worker as number
}

const acts: Record<string, object> = {
  report: { until: '2026-03-05' },
  extension: { until: '2026-03-12' },
  closing: { until: '2026-03-05', why: 'recovered' },
  cancellation: { why: 'грешка' },
  correction: { from: '2026-03-02', until: '2026-03-09', reason: '01', diagnosis: 'J06.9', why: 'грешка' },
  referral: { until: '2026-03-20' },
  decision: { decision: 'approved', until: '2026-03-12', number: '1' },
}

/** The URLs of a route for this leave; one for each act when the route takes any act. */
function urlsOf({ method, url }: Route): { url: string; body: object | undefined }[] {
  const named = url
    .replace(':person', person.handle)
    .replace(':leave', leave)
    .replace(':number', paper.number)
    .replace(':version', String(paper.version))
    .replace(':form', 'pdf')
    .replace(':pib', pib())
  const isBodied = method === 'POST' || method === 'PUT'
  const filled = (act: string) => named.replace(':act', act).replace(/:\w+/g, leave)
  if (!isBodied) return [{ url: filled('pdf'), body: undefined }]
  const last = named.split('/').at(-1) as string
  return last === ':act'
    ? Object.entries(acts).map(([act, body]) => ({ url: filled(act), body }))
    : [{ url: filled('report'), body: acts[last] ?? { leave, from: '2026-03-02', until: '2026-03-09', reason: '01', diagnosis: 'J06.9' } }]
}

const secrets = () => ['C50', note, person.jmbg]

describe('routes of sick leave and actors that have no business with the leave', () => {
  for (const who of Object.keys(ofTheirOwn))
    test(`${who} is refused by each, or answered with what is their own, and learns nothing`, async () => {
      const wrong: string[] = []
      for (const route of routes)
        for (const { url, body } of urlsOf(route)) {
          const { status, text } = await (actors[who] as Send)(route.method, url, body, { 'content-type': 'application/json' })
          const name = `${route.method} ${route.url.replace('/sickleave', '').replace(/\/$/, '')}`
          const leaks = secrets().filter((secret) => text.includes(secret))
          const isTheirs = forAll.test(name) || ofTheirOwn[who]?.test(name) === true
          if (leaks.length > 0 || status >= 500 || (status < 400 && !isTheirs) || (isTheirs && text.includes(leave)))
            wrong.push(`${name} ${url}: ${status} ${text.slice(0, 120)}`)
        }
      assert.deepEqual(wrong, [])
    })

  test('the leave is as it was: whoever tried to change it changed nothing; the employer whose consent was taken back reads no diagnosis', async () => {
    const { body } = await town.as(town.doctor)('GET', `/sickleave/people/${person.handle}/leaves`)
    assert.deepEqual([body.leaves.length, body.leaves[0].steps.length, body.leaves[0].until], [1, 1, '2026-03-10'])
    const clerk = town.as(await town.clerk(0, 'administrator'))
    const { events } = (await clerk('GET', `/sickleave/employer/${pib()}/leaves`)).body
    const shared = await clerk('GET', `/sickleave/employer/${pib()}/leaves/${events[0].leave}/shared`)
    assert.ok(!shared.text.includes('C50'), shared.text)
    const rows = await town.owner<{ n: number }>`select count(*)::int4 as n from audit.entry where entry::text like '%deny%'`
    assert.ok((rows[0]?.n ?? 0) > routes.length, 'each denial is a row')
  })
})
