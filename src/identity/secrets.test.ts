import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mustFile, newJmbg, patientOf } from '../testing/identity.ts'
import { startPlatform } from '../testing/platform.ts'
import { newLzb, newTemporaryNumber, readTemporaryNumber } from './issue.ts'
import { registerPeople } from './register-people.ts'
import { checkLzb } from './numbers.ts'
import { seal, unseal } from './secrets.ts'

test('the server’s role reaches the numbers only through functions', async (t) => {
  const { sql } = await startPlatform(t)
  const refused = (act: Promise<unknown>) => assert.rejects(act, (error: { code?: string }) => error.code === '42501')
  await refused(sql`select * from identity.number`)
  await refused(sql`select hash from identity.number limit 1`)
  await refused(sql`insert into identity.number (hash, kind, person, cipher, recorded_at) values ('\\x00', 'jmbg', 1, '\\x00', now())`)
  await refused(sql`select * from identity.local_number`)
  await refused(sql`update identity.chart_key set person = 5000`)
  await refused(sql`delete from identity.key_event`)
  await refused(sql`update identity.person set state = 'void'`)
  await refused(sql`set role spona_identity`)
})

test('no function of identity is open to everybody, and each finds its tables by a fixed path', async (t) => {
  const { owner } = await startPlatform(t)
  const functions = await owner<{ name: string; isDefiner: boolean; config: string[] | null; everybody: boolean; owner: string }>`
    select proname as name, prosecdef as is_definer, proconfig as config, has_function_privilege('public', oid, 'execute') as everybody,
           proowner::regrole::text as owner
      from pg_proc where pronamespace = 'identity'::regnamespace`
  assert.ok(functions.length > 10)
  for (const one of functions) {
    assert.equal(one.everybody, false, one.name)
    const others = one.config?.filter((setting) => setting !== 'plan_cache_mode=force_generic_plan')
    assert.deepEqual(others, ['search_path=identity, pg_temp'], one.name)
    assert.equal(one.owner, 'spona_identity', one.name)
  }
})

test('no personal number stands in clear in any table of identity or registry, also for the owner', async (t) => {
  const { world, sql, owner } = await startPlatform(t)
  const [jmbg, second, lbo] = [newJmbg(), newJmbg(), '04512345678']
  const filed = await mustFile(world, patientOf({ jmbg, lbo, mr: jmbg }))
  const [registered] = await sql.begin((tx) =>
    registerPeople(tx, world, [{ jmbg: second, lbo: '98765432109', family: 'А', given: 'Б', birthDate: null, sex: 'male' }]),
  )
  const tables = await owner<{ name: string }>`
    select table_schema || '.' || table_name as name from information_schema.tables where table_schema in ('identity', 'registry', 'access') and table_type = 'BASE TABLE'`
  let text = ''
  for (const { name } of tables) {
    const rows = await owner.run<{ row: string }>({ strings: [`select one::text as row from ${name} one`], values: [] })
    text += rows.map((one) => one.row).join('\n')
  }
  assert.ok(text.length > 1000)
  for (const number of [jmbg, second, lbo, '98765432109', filed.lzb!, registered!.lzb]) {
    assert.ok(!text.includes(number))
    assert.ok(!text.includes(Buffer.from(number).toString('hex')), 'not as bytes either')
  }
})

test('a sealed number opens with its kind only, and the same number is never sealed alike twice', async (t) => {
  const { world } = await startPlatform(t)
  const sealed = seal(world, 'jmbg', '0101985710113')
  assert.equal(unseal(world, 'jmbg', sealed), '0101985710113')
  assert.throws(() => unseal(world, 'lzb', sealed))
  assert.notDeepEqual(seal(world, 'jmbg', '0101985710113'), sealed)
  sealed[sealed.length - 1]! ^= 1
  assert.throws(() => unseal(world, 'jmbg', sealed))
})

test('issued numbers pass their own check, and a temporary number is read however it is typed', async (t) => {
  const { world } = await startPlatform(t)
  for (let one = 0; one < 500; one++) assert.ok(checkLzb(newLzb(world)).ok)
  const number = newTemporaryNumber(world)
  assert.equal(readTemporaryNumber(number), number)
  assert.equal(readTemporaryNumber(` ${number.toLowerCase().replaceAll('-', ' ')}`), number)
  const wrong = number.slice(0, -1) + ((Number(number.at(-1)) + 1) % 10)
  assert.equal(readTemporaryNumber(wrong), null)
})
