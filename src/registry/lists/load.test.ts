import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import '../../commands.ts' // Hands whom numbers lead to down to registry.
import { setTimeout as sleep } from 'node:timers/promises'
import { createAccount } from '../../access/access.ts'
import { cookieName, openSession } from '../../access/session.ts'
import { numbers, registerPeople } from '../../identity/identity.ts'
import { parseOptions, WrongUse } from '../../platform/cli.ts'
import { startServer } from '../../testing/server.ts'
import { coverOf } from '../read.ts'
import { closeAccountsOfLeavers } from '../leavers.ts'
import { loadList } from './load.cli.ts'

const born = '010198571011'
const jmbg = born + numbers.jmbgCheckDigit(born)

async function start(t: TestContext, settings: Record<string, string> = {}) {
  const server = await startServer(t, settings)
  const folder = mkdtempSync(join(tmpdir(), 'spona-lists-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const load = async (list: string, name: string, text: string, ...more: string[]) => {
    const [file, lines] = [join(folder, name), [] as string[]]
    writeFileSync(file, text)
    const code = await loadList.run(server.world, parseOptions(loadList, [file, '--list', list, ...more]), (line) => lines.push(line))
    return { code, lines }
  }
  return { ...server, load }
}

const institutions =
  '\uFEFFmb;name;kind;municipality;ownership;phone\r\n08000001;Дом здравља Врачар;health-center;Врачар;public;011 123\r\n08000002;"Ординација ""Пулс""";private-practice;Ниш;private;\r\n'
const units = 'institution,code,name\n08000001,om-1,Општа медицина\n'
const ndjson = (...rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')
const doctor = { jmbg, family: 'Петровић', given: 'Ана', title: 'др', sex: 'female', licence: 'LKS-1', licence_kind: 'doctor', licence_status: 'active' }
const job = { institution: '08000001', unit: 'om-1', from: '2024-01-01' }

test('a country is let in list by list, and a list that comes again changes what has changed', async (t) => {
  const { world, sql, owner, load } = await start(t)
  assert.deepEqual(await load('institutions', 'u.csv', institutions), { code: 0, lines: ['2 of 2 records are in the register'] })
  assert.equal((await load('units', 'j.csv', units)).code, 0)
  assert.equal((await load('workers', 'w.ndjson', ndjson({ ...doctor, ...job, until: '2024-12-31' }, { ...doctor, ...job, from: '2025-01-01' }))).code, 0)
  assert.equal((await load('employers', 'e.ndjson', ndjson({ pib: '100000024', mb: '20000001', name: 'Пекара', municipality: 'Ниш' }))).code, 0)
  const [registered] = await sql.begin((tx) =>
    registerPeople(tx, world, [{ jmbg, family: 'Марић', given: 'Мара', birthDate: '1985-01-01', sex: 'female' } as never]),
  )
  const patient = registered?.root as number
  assert.equal((await load('insurance', 'i.ndjson', ndjson({ jmbg, status: 'active', basis: 'запослен', employer: '100000024', from: '2025-01-01' }))).code, 0)
  assert.equal((await load('jobs', 'p.ndjson', ndjson({ jmbg, employer: 100000024, from: '2025-01-01' }))).code, 0)
  assert.equal(
    (await load('chosen-doctors', 'd.ndjson', ndjson({ jmbg, category: 1, licence: 'LKS-1', institution: '08000001', unit: 'om-1', from: '2025-02-01' }))).code,
    0,
  )

  const cover = await coverOf(sql, [patient], '2026-01-01')
  assert.deepEqual(
    [cover.insurance?.basis, cover.chosenDoctors.map(({ name, institution }) => [name, institution])],
    ['запослен', [['др Ана Петровић', 'Дом здравља Врачар']]],
  )
  assert.equal((await owner`select 1 from registry.employment`).length, 2)
  assert.equal((await owner`select 1 from registry.insured_job where patient = ${patient}`).length, 1)
  const looks = await owner`select entry from audit.entry where action = 'configure' and entry like '%registry/%'`
  assert.equal(looks.length, 7, 'each part of a list is a row of the log')

  assert.equal((await load('institutions', 'u.csv', institutions.replace('Ниш', 'Лесковац'))).code, 0)
  assert.deepEqual(await owner`select municipality from registry.institution where mb = '08000002'`, [{ municipality: 'Лесковац' }])
  assert.equal((await load('workers', 'w.ndjson', ndjson({ ...doctor, licence_status: 'suspended', ...job, from: '2025-01-01', until: '2026-01-31' }))).code, 0)
  assert.deepEqual(await owner`select licence_status from registry.worker`, [{ licenceStatus: 'suspended' }])
  assert.equal((await owner`select 1 from registry.employment where until_date = '2026-01-31'`).length, 1)
})

test('what is wrong is said by line and column, without a value; what is right is stored, or nothing with --check', async (t) => {
  const { owner, load } = await start(t)
  const text = `${institutions}123;X;health-center;Y;public;\n08000003;Z;Health Center;Y;public;\n08000004;;a;Y;public;\n`
  const said = [
    'line 4: mb must be 8 digits, with leading zeros',
    'line 5: kind must be a word of small letters such as health-center',
    'line 6: name is missing',
  ]
  assert.deepEqual(await load('institutions', 'a.csv', text, '--check'), { code: 1, lines: [...said, '2 of 5 records are good'] })
  assert.equal((await owner`select 1 from registry.institution`).length, 0)
  assert.deepEqual(await load('institutions', 'a.csv', text), { code: 1, lines: [...said, '2 of 5 records are in the register'] })
  assert.equal((await owner`select 1 from registry.institution`).length, 2)

  const badNumber = `${born}${(Number(numbers.jmbgCheckDigit(born)) + 1) % 10}`
  const wrong = await load(
    'workers',
    'w.ndjson',
    ndjson(
      { ...doctor, ...job },
      { ...doctor, licence: 'LKS-2', institution: '09999999', unit: 'x', from: '2024-01-01' },
      { ...doctor, jmbg: badNumber, licence: 'LKS-3' },
      { ...doctor, licence: 'LKS-4', from: '2024-02-30' },
      { ...doctor, licence: 'LKS-5', salary: 1 },
    ) + '[]\n{"a"\n',
  )
  assert.equal(wrong.code, 1)
  assert.deepEqual(
    wrong.lines.map((line) => line.replace(/;.*/, '')),
    [
      'line 1: unit is not among the units',
      'line 2: institution is not among the institutions',
      wrong.lines[2],
      'line 4: from must be a day such as 2026-11-23',
      'line 5: salary is no column of this list',
      'line 6: line is no JSON object of texts and numbers',
      'line 7: line is no JSON object of texts and numbers',
      '0 of 7 records are in the register',
    ],
  )
  assert.match(wrong.lines[2] as string, /^line 3: jmbg .*check|control/)
  assert.equal(/\d{11}/.test(wrong.lines.join()), false)
  const twice = ndjson({ ...doctor, licence: 'LKS-6' }, { ...doctor, licence: 'LKS-7' }, { ...doctor, licence: 'x'.repeat(31) })
  for (let at = 0; at < 2; at++) {
    const said = await load('workers', 'w.ndjson', twice)
    const lines = [
      'line 2: jmbg is that of a worker with another licence',
      'line 3: licence must be text of 1 to 30 characters',
      '1 of 3 records are in the register',
    ]
    assert.deepEqual(said.lines, lines)
  }
  const nobody = await load(
    'chosen-doctors',
    'd.ndjson',
    ndjson(
      { jmbg, category: 1, licence: 'LKS-1', institution: '08000001', unit: 'om-1', from: '2025-02-01' },
      { category: 1, licence: 'L', institution: '08000001', unit: 'u', from: '2025-02-01' },
    ),
  )
  assert.match(nobody.lines[0] as string, /^line 1: jmbg belongs to nobody here yet/)
  assert.match(nobody.lines[1] as string, /^line 2: jmbg is missing, and so is lbo/)
})

test('who of an institution signs in is what the register says of them, and who moves gets another account', async (t) => {
  const { owner, load } = await start(t, { OIDC_ISSUER: 'https://eid.example' })
  await load('institutions', 'u.csv', institutions)
  await load(
    'units',
    'j.ndjson',
    ndjson(...['om-1', 'hs-1'].map((code) => ({ institution: '08000001', code, name: `Служба ${code}` })), {
      institution: '08000002',
      code: 'o',
      name: 'Ординација',
    }),
  )
  await load('workers', 'w.ndjson', ndjson({ ...doctor, ...job }, { ...doctor, licence: 'LKS-2', jmbg: undefined, ...job, licence_status: 'suspended' }))
  const ana = { subject: 'eid-ana', role: 'doctor', licence: 'LKS-1', institution: '08000001' }
  const accounts = ndjson(
    ...[
      ana,
      { ...ana, subject: 'eid-2', licence: 'LKS-2' },
      { ...ana, subject: 'eid-3', institution: '08000002' },
      { ...ana, subject: 'eid-4', role: 'operator' },
    ],
    ...[
      { ...ana, subject: 'eid-5', licence: undefined },
      { subject: 'eid-6', role: 'data-officer', name: 'Горан Чубрић', institution: '08000001' },
    ],
  )
  const open = () => owner`select subject, name, roles, institution_name, unit_name from access.account where revoked_at is null order by subject`
  const said = await load('accounts', 'a.ndjson', accounts)
  assert.deepEqual(said.lines, [
    'line 2: licence is not that of a worker with an active licence who works there today',
    'line 3: licence is not that of a worker with an active licence who works there today',
    'line 4: role must be one of doctor, nurse, laboratory, data-officer',
    'line 5: licence is missing',
    '2 of 6 records are in the register',
  ])
  const ofAna = { subject: 'eid-ana', name: 'др Ана Петровић', roles: ['doctor'], institutionName: 'Дом здравља Врачар', unitName: 'Служба om-1' }
  const officer = { subject: 'eid-6', name: 'Горан Чубрић', roles: ['data-officer'], institutionName: 'Дом здравља Врачар', unitName: null }
  assert.deepEqual(await open(), [officer, ofAna])
  await load('accounts', 'a.ndjson', accounts)
  assert.equal((await owner`select 1 from access.account`).length, 2, 'the same again opens none')

  await load(
    'workers',
    'w.ndjson',
    ndjson({ ...doctor, ...job, until: '2025-01-01' }, { ...doctor, ...job, institution: '08000002', unit: 'o', from: '2025-01-02' }),
  )
  assert.equal((await load('accounts', 'a.ndjson', ndjson({ ...ana, institution: '08000002' }))).code, 0)
  assert.deepEqual((await open())[1], { ...ofAna, institutionName: 'Ординација "Пулс"', unitName: 'Ординација' })
  assert.equal(
    (await owner`select 1 from access.account where subject = 'eid-ana' and revoked_at is not null`).length,
    1,
    'the former stays as it was when it acted',
  )

  await load('workers', 'w.ndjson', ndjson(...['om-1', 'hs-1'].map((unit) => ({ ...doctor, licence: 'LKS-9', jmbg: undefined, ...job, unit }))))
  const two = await load(
    'accounts',
    'a.ndjson',
    ndjson({ ...ana, subject: 'eid-9', licence: 'LKS-9' }, { ...ana, subject: 'eid-9', licence: 'LKS-9', unit: 'hs-1' }),
  )
  assert.deepEqual(two.lines, ['line 1: unit is missing: this worker works in several units there', '1 of 2 records are in the register'])
})

test('a nurse’s licence makes no doctor', async (t) => {
  const { load } = await start(t, { OIDC_ISSUER: 'https://eid.example' })
  await load('institutions', 'u.csv', institutions)
  await load('units', 'j.csv', units)
  const of = (kind: string, at: number) => ({ ...doctor, ...job, jmbg: undefined, licence: `L-${at}`, licence_kind: kind })
  await load('workers', 'w.ndjson', ndjson(...['nurse', 'technician', 'pharmacist', 'dentist'].map(of)))
  const as = (role: string, at: number) => ({ subject: `eid-${at}`, role, licence: `L-${at}`, institution: '08000001' })
  const said = await load('accounts', 'a.ndjson', ndjson(...[0, 1, 2, 3].map((at) => as('doctor', at)), as('nurse', 0)))
  const sentence = 'role is doctor, and the licence is neither a doctor’s nor a dentist’s'
  assert.deepEqual(said.lines, [1, 2, 3].map((line) => `line ${line}: ${sentence}`).concat('2 of 5 records are in the register'))
})

test('who leaves an institution, or has no active licence any more, is let in there no longer, and nobody has to remember it', async (t) => {
  const { world, owner, load, app } = await start(t, { OIDC_ISSUER: 'https://eid.example' })
  await load('institutions', 'u.csv', institutions)
  await load('units', 'j.ndjson', ndjson({ institution: '08000001', code: 'om-1', name: 'Служба' }, { institution: '08000002', code: 'o', name: 'Ординација' }))
  const worker = (at: number, more: object = {}) => ({ ...doctor, ...job, jmbg: undefined, licence: `L-${at}`, ...more })
  const elsewhere = (at: number) => worker(at, { institution: '08000002', unit: 'o' })
  await load('workers', 'w.ndjson', ndjson(worker(0), worker(1), worker(2), elsewhere(2), worker(3)))
  const as = (at: number, more: object = {}) => ({ subject: `eid-${at}`, role: 'doctor', licence: `L-${at}`, institution: '08000001', ...more })
  assert.equal((await load('accounts', 'a.ndjson', ndjson(as(0), as(1), as(2), as(2, { subject: 'eid-2b', institution: '08000002' }), as(3)))).code, 0)
  const open = async () =>
    (await owner<{ subject: string }>`select subject from access.account where revoked_at is null order by subject`).map((one) => one.subject)
  const [account] = await owner<{ id: string }>`select id from access.account where subject = 'eid-1'`
  const cookie = await openSession(world, account?.id as string)
  const mine = async () => (await app.inject({ url: '/identity/mine', headers: { cookie: `${cookieName}=${cookie}` } })).statusCode
  assert.equal(await mine(), 200)

  // One is suspended, one left the first of two places, one leaves at the end of the day after tomorrow.
  const dayIn = (days: number) => Temporal.Now.plainDateISO('Europe/Belgrade').add({ days }).toString()
  const changed = ndjson(worker(1, { licence_status: 'suspended' }), worker(2, { until: dayIn(-1) }), worker(3, { until: dayIn(2) }))
  assert.deepEqual((await load('workers', 'w.ndjson', changed, '--check')).lines, ['3 of 3 records are good'])
  assert.equal((await open()).length, 5)
  const said = await load('workers', 'w.ndjson', changed)
  assert.deepEqual(said.lines, ['2 accounts of who no longer works there are closed', '3 of 3 records are in the register'])
  assert.deepEqual(await open(), ['eid-0', 'eid-2b', 'eid-3'])
  await sleep(500)
  assert.equal(await mine(), 401, 'the session ends with it')
  const [row] = await owner<{ entry: string }>`select entry from audit.entry where action = 'revoke' and entry like ${`%account/${account?.id}%`}`
  assert.match(row?.entry ?? '', /no active licence, or no work there/)

  assert.equal(await closeAccountsOfLeavers(world), 0)
  const later: typeof world = { ...world, now: () => new Date(Date.now() + 3 * 86_400_000) }
  assert.equal(await closeAccountsOfLeavers(later), 1, 'an end that was told beforehand comes by itself')
  assert.deepEqual(await open(), ['eid-0', 'eid-2b'])
})

test('a file that cannot be read is one sentence', async (t) => {
  const { world, load } = await start(t)
  const one: [string, string, RegExp][] = [
    ['a.xlsx', 'PK', /ends in \.csv or \.ndjson/],
    ['a.csv', 'mb;name\n', /holds no records/],
    ['b.csv', 'mb;name\n"12', /cannot be read from row 2 on \(open-quote\)/],
  ]
  for (const [name, text, reason] of one) {
    const said = await load('institutions', name, text).then(
      ({ lines }) => lines.join(),
      (error: Error) => error.message,
    )
    assert.match(said, reason, name)
  }
  await assert.rejects(async () => loadList.run(world, { argument: '/nowhere/a.csv', list: 'units' }, () => {}), WrongUse)
  await assert.rejects(async () => loadList.run(world, { argument: 'a.csv', list: 'toString' }, () => {}), /--list: must be one of/)
})

test('ten thousand workers are loaded part by part', async (t) => {
  const { owner, load } = await start(t)
  const many = Array.from({ length: 10_000 }, (_, at) => ({ ...doctor, jmbg: undefined, licence: `L-${at}` }))
  assert.deepEqual((await load('workers', 'w.ndjson', ndjson(...many))).lines, ['10000 of 10000 records are in the register'])
  assert.equal((await owner`select 1 from registry.worker`).length, 10_000)
})

test('rosters, substitutes, companies and guardians come by their lists, again and again', async (t) => {
  const { world, sql, owner, load } = await start(t, { OIDC_ISSUER: 'https://eid.example' })
  await load('institutions', 'u.csv', institutions)
  await load('units', 'j.csv', units)
  await load('workers', 'w.ndjson', ndjson({ ...doctor, ...job }, { ...doctor, jmbg: undefined, licence: 'LKS-2', ...job }))
  await load('employers', 'e.ndjson', ...[ndjson(...['100000024', '100000032'].map((pib) => ({ pib, mb: '20000001', name: 'Пекара', municipality: 'Ниш' })))])
  const shift = { licence: 'LKS-1', institution: '08000001', unit: 'om-1', from: '2026-12-01T07:00', until: '2026-12-01 14:00' }
  const rosters = await load(
    'duty',
    'd.ndjson',
    ndjson(shift, { ...shift, until: '2026-12-01T15:30' }, { ...shift, from: '2026-12-02T25:00' }, { ...shift, until: shift.from }),
  )
  assert.deepEqual(rosters.lines, [
    'line 3: from must be a moment such as 2026-11-23T07:00',
    'line 4: until is not after from',
    '2 of 4 records are in the register',
  ])
  assert.deepEqual(await owner`select from_at, until_at from access.duty`, [{ fromAt: new Date('2026-12-01T06:00Z'), untilAt: new Date('2026-12-01T14:30Z') }])

  const away = { licence: 'LKS-1', substitute: 'LKS-2', from: '2026-12-01', until: '2026-12-14' }
  const standIns = await load('substitutes', 's.ndjson', ndjson(away, { ...away, substitute: 'LKS-1' }, { ...away, substitute: 'LKS-7' }))
  assert.deepEqual(standIns.lines.slice(0, 2), [
    'line 2: substitute is the doctor who is away',
    'line 3: substitute is not among the workers; load those first',
  ])
  assert.equal(
    (await load('authorities', 'o.ndjson', ndjson({ jmbg, employer: '100000024', register: 'companies', capacity: 'representative', from: '2024-01-01' })))
      .code,
    0,
  )
  assert.equal(
    (await load('mandates', 'm.ndjson', ndjson({ agency: '100000024', client: '100000032', number: 'P-1', from: '2024-01-01', until: '2026-12-31' }))).code,
    0,
  )

  const childNumber = '0509018710019'.slice(0, 12)
  const child = childNumber + numbers.jmbgCheckDigit(childNumber)
  const people = [
    { jmbg, family: 'Марић', given: 'Мара', birthDate: '1985-01-01', sex: 'female' },
    { jmbg: child, family: 'Марић', given: 'Ива', birthDate: '2018-09-05', sex: 'female' },
  ]
  const [mother, daughter] = await sql.begin((tx) => registerPeople(tx, world, people as never))
  const guardian = (more: object = {}) => load('guardians', 'g.ndjson', ndjson({ jmbg, child, from: '2018-09-05', ...more }))
  assert.match((await guardian()).lines[0] as string, /jmbg belongs to somebody who has not signed in yet/)
  const account = await sql.begin((tx) =>
    createAccount(tx, { name: 'Мара Марић', roles: ['patient'], patient: mother?.root as number, person: mother?.handle as string }),
  )
  const relations = () => owner`select patient, account, kind, born, label, until_at from access.relation where ended_at is null`
  const known = { patient: daughter?.root, account, kind: 'guardian', born: '2018-09-05', label: 'Ива Марић', untilAt: null }
  for (let at = 0; at < 2; at++) {
    assert.equal((await guardian()).code, 0)
    assert.deepEqual(await relations(), [known], 'the list that comes again changes nothing')
  }
  await guardian({ until: '2030-01-01' })
  assert.deepEqual(await relations(), [{ ...known, untilAt: new Date('2030-01-01T23:00Z') }])
  await guardian({ until: '2026-01-01' })
  assert.deepEqual(await relations(), [], 'who no longer represents the child no longer sees it')
})
