import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { bulk, numberHash } from '../../registry/registry.ts'
import { forFile } from '../../testing/for-file.ts'
import { type LeaveTown, startLeaveTown, type Worker } from '../../testing/sickleave.ts'
import { readTable, writeTable } from '../../platform/table.ts'

let town: LeaveTown
let boss: Worker
const at = (place: number) => town.employers[place] as { id: number; pib: string }
const ask = (who: string, method: string, path: string, body?: unknown) => town.as(who)(method, `/sickleave/employer${path}`, body)
const citizen = () => town.worker([])

async function named(person: Worker, employer: number, untilDate: string | null = null, register: 'companies' | 'state-bodies' = 'companies') {
  const row = {
    personHash: numberHash(town.world, 'jmbg', person.jmbg),
    employer,
    register,
    capacity: 'representative' as const,
    fromDate: '2020-01-01',
    untilDate,
  }
  await town.sql.begin((tx) => bulk.registerAuthorities(tx, [row]))
}

const ending = forFile()
before(async () => {
  town = await startLeaveTown(ending)
  boss = await citizen()
})

describe('registration', () => {
  test('whom the register names registers the employer; nobody else does, and a withdrawn representative sees nothing from the next question on', async () => {
    const stranger = await citizen()
    await named(boss, at(0).id)
    assert.deepEqual((await ask(boss.account, 'GET', '/registration')).body.employers, [
      { pib: at(0).pib, name: 'Фабрика „Зупчаник“', register: 'companies', capacity: 'representative', isRegistered: false },
    ])
    assert.deepEqual((await ask(stranger.account, 'GET', '/registration')).body.employers, [])
    assert.equal((await ask(stranger.account, 'POST', '/registration', { pib: at(0).pib })).status, 403)
    assert.equal((await ask(town.doctor, 'POST', '/registration', { pib: at(0).pib })).status, 403)
    for (const _twice of [1, 2]) {
      const answer = await ask(boss.account, 'POST', '/registration', { pib: at(0).pib })
      assert.deepEqual([answer.status, answer.body.role], [201, 'administrator'])
      town.at(new Date(town.world.now().getTime() + 1000).toISOString())
    }
    assert.equal((await ask(boss.account, 'GET', `/${at(0).pib}/events`)).status, 200)
    const members = (await ask(boss.account, 'GET', `/${at(0).pib}/members`)).body.members
    assert.deepEqual(
      members.map(({ byRegister, isYou, until }: { byRegister: boolean; isYou: boolean; until: string | null }) => [byRegister, isYou, until]),
      [[true, true, null]],
    )
    const body = await citizen()
    await named(body, at(1).id, null, 'state-bodies')
    assert.equal((await ask(body.account, 'POST', '/registration', { pib: at(1).pib })).status, 201)
    await named(body, at(1).id, '2026-03-01', 'state-bodies')
    assert.equal((await ask(body.account, 'GET', `/${at(1).pib}/events`)).status, 403)
    assert.deepEqual((await ask(body.account, 'GET', '')).body.employers, [])
  })

  test('no number of a person stands in the audit of it, and every no is there', async () => {
    const rows = await town.owner<{ entry: string }>`select entry::text as entry from audit.entry`
    assert.ok(rows.every(({ entry }) => !entry.includes(boss.jmbg)))
    assert.ok(rows.some(({ entry }) => entry.includes('no register names you')))
    assert.ok(rows.some(({ entry }) => entry.includes('register-of-companies')))
  })
})

describe('members', () => {
  const firm = () => `/${at(0).pib}`

  test('an invitation lets one person in, once, in its role; each role may what it may and is told which would', async () => {
    const invite = async (role: string) => (await ask(boss.account, 'POST', `${firm()}/invitations`, { role, note: 'рачуноводство' })).body
    const [viewer, operator] = [await town.account(['employer'], { name: 'Ива' }), await town.account(['employer'], { name: 'Оља' })]
    const { code } = await invite('viewer')
    assert.equal((await ask(viewer, 'POST', '/invitations', { code: `${code}x` })).status, 404)
    assert.deepEqual((await ask(viewer, 'POST', '/invitations', { code })).body, { pib: at(0).pib, name: 'Фабрика „Зупчаник“', role: 'viewer' })
    assert.equal((await ask(operator, 'POST', '/invitations', { code })).status, 404, 'a code is used once')
    await ask(operator, 'POST', '/invitations', { code: (await invite('operator')).code })
    const marks = { leaves: [{ leave: '00000000-0000-4000-8000-000000000000', seq: 1 }], done: true }
    const refused = await ask(viewer, 'POST', `${firm()}/marks`, marks)
    assert.equal(refused.status, 403)
    assert.match(refused.text, /operator, signer, administrator/)
    assert.equal((await ask(operator, 'POST', `${firm()}/marks`, marks)).status, 200)
    for (const [method, path] of [
      ['GET', 'members'],
      ['POST', 'invitations'],
      ['POST', 'mandates'],
      ['POST', 'mandate-file'],
      ['POST', 'channels'],
      ['POST', 'systems'],
      ['DELETE', `members/${viewer}`],
    ] as const)
      assert.equal((await ask(operator, method, `${firm()}/${path}`, method === 'POST' ? {} : undefined)).status, 403, path)
  })

  test('somebody let go sees nothing from the next question on and stands in the history; the last administrator and the register’s person stay', async () => {
    const members = async () =>
      (await ask(boss.account, 'GET', `${firm()}/members`)).body.members as { member: string; name: string; role: string; until: string | null }[]
    const operator = (await members()).find(({ name }) => name === 'Оља')?.member as string
    assert.equal((await ask(boss.account, 'PUT', `${firm()}/members/${operator}`, { role: 'signer' })).status, 204)
    assert.equal((await members()).filter(({ name }) => name === 'Оља').length, 2, 'the former role is history')
    assert.equal((await ask(boss.account, 'DELETE', `${firm()}/members/${operator}`)).status, 204)
    assert.equal((await ask(operator, 'GET', `${firm()}/events`)).status, 403)
    assert.equal((await members()).filter(({ name, until }) => name === 'Оља' && until !== null).length, 2)
    assert.match((await ask(boss.account, 'DELETE', `${firm()}/members/${boss.account}`)).text, /by the register/)
    const pending = (await ask(boss.account, 'POST', `${firm()}/invitations`, { role: 'administrator', note: 'заменик' })).body
    assert.equal((await ask(boss.account, 'DELETE', `${firm()}/invitations/${pending.id}`)).status, 204)
    assert.equal((await ask(operator, 'POST', '/invitations', { code: pending.code })).status, 404)
    town.at('2026-03-02T09:00:00Z')
    const second = (await ask(boss.account, 'POST', `${firm()}/invitations`, { role: 'administrator', note: 'заменик' })).body
    await ask(operator, 'POST', '/invitations', { code: second.code })
    await named(boss, at(0).id, '2026-03-01')
    assert.match((await ask(operator, 'DELETE', `${firm()}/members/${operator}`)).text, /at least one administrator/)
    await named(boss, at(0).id)
  })

  test('codes cannot be guessed at speed', async () => {
    const guesser = await town.account(['employer'])
    const answers = []
    for (let n = 0; n < 12; n++) answers.push((await ask(guesser, 'POST', '/invitations', { code: `guess-${n}` })).status)
    assert.deepEqual([answers[0], answers.at(-1)], [404, 429])
  })
})

describe('agencies', () => {
  const head = 'ПИБ;број;улога;до\n'
  let agency: { id: number; pib: string }
  let clients: { id: number; pib: string }[]
  let owner: Worker
  const file = (content: string, keepGood?: boolean) =>
    ask(owner.account, 'POST', `/${agency.pib}/mandate-file`, { content, ...(keepGood === undefined ? {} : { keepGood }) })

  before(async () => {
    const pibs = ['100000049', '100000057', '100000065', '100000073']
    const rows = pibs.map((pib, n) => ({ pib, mb: `0800000${n}`, name: `Клијент ${n}`, municipality: 'Ниш' }))
    const ids = await town.sql.begin((tx) => bulk.registerEmployers(tx, rows))
    const all = ids.map((id, n) => ({ id, pib: pibs[n] as string }))
    agency = all[0] as (typeof all)[0]
    clients = all.slice(1)
    owner = await citizen()
    await named(owner, agency.id)
    await ask(owner.account, 'POST', '/registration', { pib: agency.pib })
    await town.sql.begin((tx) => bulk.registerMandates(tx, [{ agency: agency.id, client: clients[0]?.id as number, number: 'П-1', fromDate: '2026-01-01' }]))
  })

  test('one file for many: with a bad line nothing is stored and each is named; the register’s are in force, the others wait for the client', async () => {
    const bad = `${head}${clients[0]?.pib};П-1;оператер;\n123;П-2;;\n${clients[1]?.pib};;шеф;2026-13-01\n${clients[1]?.pib};П-3;;31.12.2020.`
    const refused = (await file(bad)).body
    assert.equal(refused.isStored, false)
    assert.deepEqual(
      refused.errors.map(({ line, field }: { line: number; field: string }) => `${line} ${field}`),
      ['3 pib', '4 number', '4 role', '4 until', '5 until'],
    )
    assert.deepEqual((await ask(owner.account, 'GET', `/${agency.pib}/mandates`)).body.held, [])
    const good = (await file(`${head}${clients[0]?.pib};П-1;потписник;31.12.2026.\n${clients[1]?.pib};П-2;;\nx;y;;`, true)).body
    assert.deepEqual([good.isStored, good.active, good.waiting, good.errors.length], [true, 1, 1, 1])
    assert.equal((await file(`${head}${clients[0]?.pib};П-1;;`)).body.known, 1, 'sent again, nothing is added')
    for (const broken of ['', 'nonsense', '"never closed', `${head}${clients[0]?.pib},П-1`]) assert.equal((await file(broken)).body.isStored, false, broken)
  })

  test('an agency works for a client while the mandate stands: never before the client says yes, never after either side ends it', async () => {
    const employers = async () => (await ask(owner.account, 'GET', '')).body.employers as { pib: string; role: string; agency: string | null }[]
    assert.deepEqual(
      (await employers()).map(({ pib, role, agency: by }) => [pib, role, by]),
      [
        [agency.pib, 'administrator', null],
        [clients[0]?.pib, 'signer', 'Клијент 0'],
      ],
    )
    assert.equal((await ask(owner.account, 'GET', `/${clients[1]?.pib}/events`)).status, 403)
    const client = await citizen()
    await named(client, clients[1]?.id as number)
    await ask(client.account, 'POST', '/registration', { pib: clients[1]?.pib })
    const { given } = (await ask(client.account, 'GET', `/${clients[1]?.pib}/mandates`)).body
    assert.deepEqual([given.length, given[0].confirmedAt, given[0].agencyName], [1, null, 'Клијент 0'])
    assert.equal((await ask(owner.account, 'POST', `/${agency.pib}/mandates/${given[0].id}/confirmation`)).status, 404, 'no agency lets itself in')
    assert.equal((await ask(client.account, 'POST', `/${clients[1]?.pib}/mandates/${given[0].id}/confirmation`)).status, 204)
    assert.equal((await ask(owner.account, 'GET', `/${clients[1]?.pib}/events`)).status, 200)
    assert.equal((await ask(owner.account, 'GET', `/${clients[1]?.pib}/members`)).status, 403, 'through a mandate nobody is let in')
    assert.equal((await ask(client.account, 'DELETE', `/${clients[1]?.pib}/mandates/${given[0].id}`)).status, 204)
    assert.equal((await ask(owner.account, 'GET', `/${clients[1]?.pib}/events`)).status, 403)
    const direct = await ask(client.account, 'POST', `/${clients[1]?.pib}/mandates`, { agency: agency.pib, role: 'viewer', number: '7', until: '2026-03-02' })
    assert.equal(direct.status, 201)
    assert.equal((await employers()).length, 3)
    town.at('2026-03-03T08:00:00Z')
    assert.equal((await employers()).length, 2, 'the last day is over')
  })

  test('whoever works for the agency has the weaker of the two roles', async () => {
    const { code } = (await ask(owner.account, 'POST', `/${agency.pib}/invitations`, { role: 'viewer', note: 'приправник' })).body
    const trainee = await town.account(['employer'])
    await ask(trainee, 'POST', '/invitations', { code })
    const roles = ((await ask(trainee, 'GET', '')).body.employers as { role: string }[]).map(({ role }) => role)
    assert.deepEqual(roles, ['viewer', 'viewer'])
  })
})

test('tables are read as clerks’ programs write them, and no cell is run as a formula', () => {
  const limits = { rows: 3, cells: 4, cell: 9 }
  assert.deepEqual(readTable('\uFEFFa,b\r\n"1;\n2",3\r\r\n,\n4,"5""6"', limits), [
    { row: 1, line: 1, cells: ['a', 'b'] },
    { row: 2, line: 2, cells: ['1;\n2', '3'] },
    { row: 5, line: 6, cells: ['4', '5"6'] },
  ])
  for (const [text, unreadable, row] of [
    ['a\n"b', 'open-quote', 2],
    ['a\n1\n2\n3\n4', 'too-many-rows', 5],
    ['a\n0123456789', 'too-long', 2],
    ['a\n1;2;3;4;5', 'too-long', 2],
  ] as const)
    assert.deepEqual(readTable(text.replace('a', 'a;b'), limits), { unreadable, row }, text)
  assert.equal(writeTable([['=1+1', -1, null, 'x;y']]), `\uFEFF'=1+1;-1;;"x;y"\r\n`)
})
