import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { looksAt } from '../audit/audit.ts'
import type { Actor } from '../platform/actor.ts'
import { mustFile, newJmbg, patientOf } from '../testing/identity.ts'
import { citizen, doctor, startIdentity } from '../testing/identity-app.ts'
import { tellAnswers } from './look-report-mail.ts'

const officer: Actor = { ...doctor, id: 'a0000000-0000-4000-8000-000000000009', name: 'Горан Чубрић', roles: ['data-officer'], worker: null }

async function withALook(t: Parameters<typeof startIdentity>[0], settings: Record<string, string> = {}) {
  const app = await startIdentity(t, settings)
  const { world, ask, open } = app
  const jmbg = newJmbg('1972-03-15')
  const person = await mustFile(world, patientOf({ jmbg }, { birthDate: '1972-03-15' }))
  await open(person.key, 'self', { account: citizen.id })
  assert.equal((await ask(doctor, 'POST', '/visits', { number: jmbg, birthDate: '1972-03-15', reason: 'контрола' })).status, 201)
  const looks = async () => (await looksAt(world, [person.person, person.key], {})).looks
  const visit = (await looks()).find(({ kind }) => kind === 'visit')
  assert.ok(visit)
  const own = `/people/${person.handle}/look-reports`
  return { ...app, person, looks, visit, own }
}

test('a look that the person does not know reaches the data officer of its institution, and the person reads the answer', async (t) => {
  const { world, ask, visit, own, person, audited } = await withALook(t)
  const made = await ask(citizen, 'POST', own, { id: visit.id, at: visit.at, text: 'Тог дана нисам био код лекара.' })
  assert.equal(made.status, 201)
  const due = new Date(world.now().getTime() + 30 * 86_400_000).toISOString().slice(0, 10)
  assert.deepEqual([made.body.state, made.body.due, made.body.look.who], ['open', due, doctor.name])
  assert.equal((await ask(citizen, 'POST', own, { id: visit.id, at: visit.at })).status, 409, 'one look is reported once')

  const desk = await ask(officer, 'GET', '/look-reports')
  assert.deepEqual(
    desk.body.lines.map((line: { text: string; person: { id: string; family: string } }) => [line.text, line.person.id, line.person.family]),
    [['Тог дана нисам био код лекара.', person.handle, 'Петровић']],
  )
  assert.deepEqual((await ask(officer, 'GET', '/look-reports/waiting')).body, { count: 1, overdue: 0 })
  const answer = `/look-reports/${made.body.id}/answer`
  assert.equal((await ask(officer, 'POST', answer, { finding: 'maybe', text: 'x' })).status, 400)
  const answered = await ask(officer, 'POST', answer, { finding: 'not-in-order', text: 'Увид није имао основа; покренут је поступак.' })
  assert.equal(answered.body.lines[0].state, 'answered')
  assert.equal((await ask(officer, 'POST', answer, { finding: 'in-order', text: 'ипак јесте' })).status, 409, 'an answer stands')
  const [report] = (await ask(citizen, 'GET', own)).body.reports
  assert.deepEqual(
    [report.state, report.finding, report.answer, report.answeredBy],
    ['answered', 'not-in-order', 'Увид није имао основа; покренут је поступак.', officer.name],
  )
  const logged = (await audited()).filter(({ what }) => what === 'look-report').map((row) => [row['action'], row['basis'], row['patient']])
  assert.deepEqual(logged, [
    ['create', 'self', person.person],
    ['read', 'data-officer', person.person],
    ['update', 'data-officer', person.person],
    ['read', 'data-officer', person.person],
    ['read', 'self', person.person],
  ])
})

test('nobody reports for another, no officer reads another institution’s reports, and only a look at this record is reported', async (t) => {
  const { ask, visit, own, looks } = await withALook(t)
  const stranger = { ...citizen, id: 'a0000000-0000-4000-8000-00000000000f' }
  for (const other of [stranger, doctor, officer]) {
    assert.equal((await ask(other, 'POST', own, { id: visit.id, at: visit.at })).status, 403)
    assert.equal((await ask(other, 'GET', own)).status, 403)
  }
  for (const wish of [
    { id: '1-999999', at: visit.at },
    { id: visit.id, at: '2020-01-01T00:00:00.000Z' },
    { id: "1-1' or true", at: visit.at },
    { id: visit.id, at: 'x' },
  ])
    assert.equal((await ask(citizen, 'POST', own, wish)).status, 404, JSON.stringify(wish))
  assert.equal((await ask(citizen, 'POST', own, { id: visit.id, at: visit.at })).status, 201)
  const mine = (await looks()).find(({ what }) => what.includes('look-report'))
  assert.ok(mine)
  assert.equal((await ask(citizen, 'POST', own, { id: mine.id, at: mine.at })).status, 422, 'one’s own look came from no institution')

  const elsewhere = { ...officer, institution: 2 }
  const [line] = (await ask(officer, 'GET', '/look-reports')).body.lines
  assert.deepEqual((await ask(elsewhere, 'GET', '/look-reports')).body.lines, [])
  assert.equal((await ask(elsewhere, 'POST', `/look-reports/${line.id}/answer`, { finding: 'in-order', text: 'x' })).status, 404)
  for (const other of [citizen, doctor, { ...officer, institution: null }]) {
    assert.equal((await ask(other, 'GET', '/look-reports')).status, 403)
    assert.equal((await ask(other, 'GET', '/look-reports/waiting')).status, 403)
    assert.equal((await ask(other, 'POST', `/look-reports/${line.id}/answer`, { finding: 'in-order', text: 'x' })).status, 403)
  }
})

const mailsIn = async (folder: string): Promise<string[]> => {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.eml'))
  const parsed = await Promise.all(names.sort().map(async (name) => simpleText(await readFile(join(folder, name), 'utf8'))))
  return parsed
}
/** A mail as its reader sees it: the head, and the body without its coding. */
function simpleText(mail: string): string {
  const [head = '', body = ''] = mail.split(/\n\n(.*)/s)
  const text = /base64/i.test(head)
    ? Buffer.from(body, 'base64').toString()
    : Buffer.from(
        body.replace(/=\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
        'latin1',
      ).toString()
  return `${head}\n\n${text}`
}

test('a person who leaves an address is told in their script that there is an answer, without its content; then the address is deleted', async (t) => {
  const { world, sql, ask, visit, own } = await withALook(t, { DEMO: 'true' })
  const made = await ask(citizen, 'POST', own, { id: visit.id, at: visit.at, mail: 'ana@primer.rs' }, { 'accept-language': 'sr-Latn' })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  assert.ok(!JSON.stringify(made.body).includes('primer.rs'))
  const stored = async () => sql<{ mail: Buffer | null }>`select mail from identity.look_report`
  assert.ok(!String((await stored())[0]?.mail).includes('primer'), 'the address is sealed')
  assert.equal(await tellAnswers(world), 0, 'nothing is said before there is an answer')
  const desk = await ask(officer, 'GET', '/look-reports')
  assert.ok(!JSON.stringify(desk.body).includes('primer.rs'), 'the officer does not see it')
  const text = 'Увид није имао основа; покренут је поступак.'
  assert.equal((await ask(officer, 'POST', `/look-reports/${made.body.id}/answer`, { finding: 'not-in-order', text })).status, 200)
  assert.equal(await tellAnswers(world), 1)
  assert.equal(await tellAnswers(world), 0, 'once')
  assert.deepEqual([...(await stored())], [{ mail: null }])
  const [mail, ...more] = await mailsIn(join(world.config.DATA_DIR, 'mail'))
  assert.equal(more.length, 0)
  assert.match(mail ?? '', /^To: ana@primer\.rs$/m)
  assert.match(mail ?? '', /Stigao je odgovor[\s\S]*\/patient\/looks/)
  for (const secret of ['основа', 'osnova', 'Лукић', 'Lukić', 'Петровић']) assert.ok(!mail?.includes(secret), secret)
})

test('a malformed address is refused, and so is any address where no mail is sent; an answer that cannot be mailed delays nobody else', async (t) => {
  const { world, sql, ask, visit, own } = await withALook(t, { DEMO: 'true' })
  const wish = { id: visit.id, at: visit.at }
  for (const mail of ['ana', 'a@b.rs, c@d.rs', 'Ана <a@b.rs>', 'a@b.rs\nBcc: c@d.rs'])
    assert.equal((await ask(citizen, 'POST', own, { ...wish, mail })).status, 400, mail)
  assert.equal((await ask(citizen, 'GET', own)).body.canMail, true)
  const made = await ask(citizen, 'POST', own, { ...wish, mail: 'ana@primer.rs' })
  await ask(officer, 'POST', `/look-reports/${made.body.id}/answer`, { finding: 'in-order', text: 'Био је то преглед.' })
  Object.assign(world.config, { SMTP_URL: 'smtp://127.0.0.1:1' })
  assert.equal(await tellAnswers(world), 0)
  const kept = async () => (await sql<{ kept: boolean }>`select mail is not null as kept from identity.look_report`)[0]?.kept
  assert.equal(await kept(), true, 'it is tried again')
  const { now } = world
  world.now = () => new Date(now().getTime() + 4 * 86_400_000)
  assert.equal(await tellAnswers(world), 0)
  assert.equal(await kept(), false, 'for three days')
  world.now = now
  Object.assign(world.config, { SMTP_URL: '', DEMO: false })
  assert.equal((await ask(citizen, 'GET', own)).body.canMail, false)
  assert.equal((await ask(citizen, 'POST', own, { ...wish, mail: 'ana@primer.rs' })).status, 422)
})
