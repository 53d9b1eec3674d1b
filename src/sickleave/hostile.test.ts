import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import Fastify from 'fastify'
import { forFile } from '../testing/for-file.ts'
import { sender } from '../testing/server.ts'
import { type LeaveTown, startLeaveTown, type Worker } from '../testing/sickleave.ts'
import { sickleaveRoutes } from './routes.ts'

// Every route of the sick leave, tried by everybody for whom it is not meant, with the real ids of somebody else's things. One table says whose each
// route is: a route that is missing there fails the first test.

type Side = 'employer' | 'member' | 'person' | 'doctor' | 'commission' | 'fund' | 'operator' | 'signed-in' | 'everybody'
const sides: [RegExp, Side][] = [
  [/^\/employer\/schema\//, 'signed-in'],
  [/^\/employer(\/(latest|search|documents|work|requests|objections|registration|invitations))?$/, 'member'],
  [/^\/employer\/:pib\//, 'employer'],
  [/^\/mine(\/|$)/, 'person'],
  [/^\/people\/:person\//, 'doctor'],
  [/^\/(signature|blocks|offline|corrections|due)(\/|$)/, 'doctor'],
  [/^\/commission\//, 'commission'],
  [/^\/fund\//, 'fund'],
  [/^\/channels$/, 'operator'],
  [/^\/calculator$/, 'signed-in'],
  [/^\/(schemas\/earnings\.xsd|open-data\.csv)$/, 'everybody'],
]
const sideOf = (url: string): Side | undefined => sides.find(([form]) => form.test(url))?.[1]

type Route = { method: string; url: string }
type Names = Record<string, string>

let town: LeaveTown
let routes: Route[]
/** The ids by which the firm, the person and the offices know their things. */
let ofFirm: Names
let ofPerson: Names
let boss: string
let person: Worker
const file = forFile()
const pib = (at: number) => town.employers[at]?.pib as string

async function everyRoute(): Promise<Route[]> {
  const app = Fastify()
  const found: Route[] = []
  app.addHook('onRoute', ({ url, method }) => {
    for (const one of [method].flat()) if (one !== 'HEAD' && one !== 'OPTIONS') found.push({ method: one, url: url.replace(/(?<=.)\/$/, '') })
  })
  await app.register(sickleaveRoutes)
  await app.close()
  return found
}

before(async () => {
  town = await startLeaveTown(file)
  routes = await everyRoute()
  person = await town.worker([{ employer: town.employers[0]?.id as number }])
  boss = await town.clerk(0, 'administrator')
  const at = `/sickleave/people/${person.handle}/leaves`
  const wish = { from: '2026-03-02', until: '2026-03-31', reason: '01', diagnosis: 'J06.9' }
  const opened = await town.as(town.doctor)('POST', at, wish)
  assert.equal(opened.status, 201, opened.text)
  town.at('2026-03-30T08:00:00Z')
  assert.equal((await town.as(town.doctor)('POST', `${at}/${opened.body.id}/referral`, { until: '2026-04-20' })).status, 200)
  const make = async (path: string, body: object): Promise<string> => {
    const answer = await town.as(boss)('POST', `/sickleave/employer/${pib(0)}${path}`, body)
    assert.ok(answer.status < 300, answer.text)
    return answer.body.id ?? answer.body.client
  }
  const [event] = (await town.as(boss)('GET', `/sickleave/employer/${pib(0)}/leaves`)).body.events
  const request = await make('/requests', { kind: 'refund', leave: event.leave, from: '2026-03-02', until: '2026-03-06' })
  const objection = await make('/objections', { kind: 'control', leave: event.leave, text: 'Проба.' })
  const id = await make('/invitations', { role: 'viewer', note: 'Проба' })
  const document = event.document?.number ?? '00001-2026-00000001'
  const both = { request, objection, id, number: document, version: '1', form: 'xml', act: 'submission', evidence: id, format: 'csv', person: person.handle }
  ofFirm = { ...both, leave: event.leave, member: await town.clerk(0) }
  ofPerson = { ...both, leave: opened.body.id, member: boss, pib: pib(0) }
})

const filled = (url: string, names: Names) => `/sickleave${url}`.replace(/:(\w+)/g, (_, name: string) => names[name] ?? 'x')
const namesOf = (url: string): Names => (url.startsWith('/employer') ? { ...ofFirm, pib: pib(0) } : ofPerson)

/** One session for each account: somebody who is refused a thousand times is still the same. */
const sessions = new Map<string, Record<string, string>>()
async function ask(who: string | null, { method, url }: Route, names = namesOf(url)) {
  if (who !== null && !sessions.has(who)) {
    const { cookie, csrf } = await town.cookie(who)
    sessions.set(who, { cookie, 'x-spona-csrf': csrf })
  }
  const isFile = method === 'POST' && url.endsWith('/earnings')
  const body = method === 'GET' || method === 'DELETE' ? undefined : isFile ? 'jmbg;month;hours;net;gross;paid\n' : { seen: 1, why: 'x' }
  const type = isFile ? 'text/csv' : 'application/json'
  const headers = who === null ? {} : (sessions.get(who) ?? {})
  return sender(town.app, headers)(method, filled(url, names), body, body === undefined ? {} : { 'content-type': type })
}

/** What somebody may neither change nor read. */
async function stateOf() {
  const [row] = await town.owner`
    select (select string_agg(state, ',' order by id) from sickleave.request) as requests, (select count(*)::int4 from sickleave.request_step) as request_steps,
           (select string_agg(state, ',' order by id) from sickleave.objection) as objections, (select count(*)::int4 from sickleave.step) as steps,
           (select count(*)::int4 from sickleave.employer_member where ended_at is null) as members, (select count(*)::int4 from sickleave.channel) as channels,
           (select count(*)::int4 from sickleave.invitation where ended_at is null) as invitations, (select count(*)::int4 from sickleave.earning) as earnings,
           (select count(*)::int4 from sickleave.payment) as payments, (select count(*)::int4 from sickleave.simulation) as simulations,
           (select count(*)::int4 from sickleave.mandate) as mandates, (select count(*)::int4 from sickleave.signing_key) as keys`
  return row
}
const denials = async () => (await town.owner<{ n: number }>`select count(*)::int4 as n from audit.entry where decision = 'deny'`)[0]?.n ?? 0

/** Each answer is a refusal or "not found", with nothing of the person in it; nothing changes, and each 403 is in the access log. */
async function holdsAgainst(who: string | null, what: readonly Route[], names?: Names): Promise<void> {
  const [before, logged] = [await stateOf(), await denials()]
  let forbidden = 0
  for (const route of what) {
    const { status, text } = await ask(who, route, names)
    const allowed = who === null ? [401] : [400, 403, 404, 409, 422]
    assert.ok(allowed.includes(status), `${route.method} ${route.url}: ${status} ${text.slice(0, 300)}`)
    assert.ok(!/Петровић|Petrović|J06/.test(text) && !text.includes(person.jmbg), `${route.method} ${route.url} says ${text.slice(0, 300)}`)
    if (status === 403) forbidden++
  }
  assert.deepEqual(await stateOf(), before)
  if (who !== null) assert.ok((await denials()) - logged >= forbidden, `${forbidden} were refused and ${(await denials()) - logged} are in the log`)
}
const of = (...wanted: Side[]) => routes.filter(({ url }) => wanted.includes(sideOf(url) as Side))
const notOf = (...own: Side[]) => routes.filter(({ url }) => ![...own, 'everybody', 'signed-in'].includes(sideOf(url) as Side))

test('the table names the owner of each route', () => {
  assert.ok(routes.length > 100, String(routes.length))
  assert.deepEqual(
    routes.filter(({ url }) => sideOf(url) === undefined),
    [],
  )
})

test('nobody who is not signed in gets anything but what is for everybody', async () => holdsAgainst(null, notOf()))

test('another employer: by the firm’s address, and by its own with the firm’s ids', async () => {
  const other = await town.clerk(1, 'administrator')
  await holdsAgainst(other, of('employer', 'doctor', 'commission', 'fund', 'operator', 'person'))
  const named = of('employer').filter(({ url }) => /:(leave|request|objection|id|member)/.test(url))
  await holdsAgainst(other, named, { ...ofFirm, pib: pib(1) })
})

test('an agency whose mandate ended, and a user who was let go with the session still open', async () => {
  const agent = await town.clerk(1, 'administrator')
  const mandates = (path = '', method = 'POST', body?: object) => town.as(boss)(method, `/sickleave/employer/${pib(0)}/mandates${path}`, body)
  const { id } = (await mandates('', 'POST', { agency: pib(1), role: 'signer', number: '1' })).body
  const events: Route = { method: 'GET', url: '/employer/:pib/events' }
  assert.equal((await ask(agent, events)).status, 200, 'the mandate is in force')
  assert.equal((await mandates(`/${id}`, 'DELETE')).status, 204)
  await holdsAgainst(agent, of('employer'))

  const clerk = await town.clerk(0, 'signer')
  assert.equal((await ask(clerk, events)).status, 200)
  assert.equal((await town.as(boss)('DELETE', `/sickleave/employer/${pib(0)}/members/${clerk}`)).status, 204)
  await holdsAgainst(clerk, of('employer'))
  assert.deepEqual((await ask(clerk, { method: 'GET', url: '/employer' })).body.employers, [])
})

const manages = /\/(members|invitations|mandates|mandate-file|channels|systems)/
/** All members of a firm may see who acts for it through which agency. */
const isSeenByAll = ({ method, url }: Route) => method === 'GET' && url.endsWith('/mandates')
test('a viewer changes nothing, an operator signs and manages nothing', async () => {
  const firm = of('employer')
  await holdsAgainst(
    await town.clerk(0, 'viewer'),
    firm.filter((route) => (route.method !== 'GET' || manages.test(route.url)) && !isSeenByAll(route)),
  )
  await holdsAgainst(
    await town.clerk(0, 'operator'),
    firm.filter((route) => (manages.test(route.url) || (route.method === 'POST' && route.url.endsWith('/:act'))) && !isSeenByAll(route)),
  )
})

test('a patient of another leave', async () => {
  const other = await town.worker([{ employer: town.employers[1]?.id as number }])
  await holdsAgainst(
    other.account,
    of('person').filter(({ url }) => url.includes(':')),
  )
  await holdsAgainst(other.account, of('employer', 'doctor', 'commission', 'fund', 'operator'))
})

test('the person themselves is no employer, no doctor and no office', async () =>
  holdsAgainst(person.account, of('employer', 'doctor', 'commission', 'fund', 'operator')))

test('the firm, the doctor, the commission and the Fund stay each on their own side', async () => {
  await holdsAgainst(boss, of('doctor', 'commission', 'fund', 'operator', 'person'))
  await holdsAgainst(town.doctor, notOf('doctor'))
  await holdsAgainst(town.commission, notOf('commission'))
  await holdsAgainst(await town.account(['fund']), notOf('fund'))
  const stranger = await town.account(['doctor'], { ...town.place, worker: town.place.worker + 1, institutionName: 'Друга установа' })
  await holdsAgainst(
    stranger,
    of('doctor').filter(({ url }) => url.includes(':person')),
  )
})
