import assert from 'node:assert/strict'
import { test } from 'node:test'
import { registerPeople } from '../../identity/identity.ts'
import { bulk } from '../../registry/registry.ts'
import { newJmbg } from '../../testing/identity.ts'
import { startLeaveTown } from '../../testing/sickleave.ts'

// The file of a large firm: 10,000 rows, one of them wrong. Prints what it costs.

const peopleCount = 1000
const months = Array.from({ length: 10 }, (_, at) => `2025-${String(at + 3).padStart(2, '0')}`)
const url = '/sickleave/employer/100000001/earnings'

test('of 10,000 rows one is wrong: it is named as a clerk counts, nothing is stored, and mended the file is stored whole, as CSV and as XML', async (t) => {
  const town = await startLeaveTown(t)
  const clerk = await town.clerk(0, 'operator')
  // The serial numbers repeat after five hundred, so no birthday has that many persons.
  const people = Array.from({ length: peopleCount }, (_, at) => {
    const birthDate = `1985-01-${String(1 + Math.floor(at / 100)).padStart(2, '0')}`
    return { jmbg: newJmbg(birthDate), birthDate }
  })
  const numbers = people.map(({ jmbg }) => jmbg)
  const employer = town.employers[0]?.id as number
  await town.sql.begin(async (tx) => {
    const given = people.map((one) => ({ ...one, family: 'Петровић', given: 'Ана', sex: 'female' as const }))
    const registered = await registerPeople(tx, town.world, given)
    await bulk.registerJobs(
      tx,
      registered.map(({ root }) => ({ patient: root, employer, fromDate: '2020-01-01' })),
    )
  })
  town.at('2026-05-04T08:00:00Z')
  const rows = numbers.flatMap((jmbg) => months.map((month) => [jmbg, month, '176', '84000,00', '120000,00', '2026-01-10']))
  const csv = (bad: boolean) =>
    ['jmbg;month;hours;net;gross;paid', ...rows.map((row, at) => (bad && at === 7776 ? row.with(3, '84000,123') : row).join(';'))].join('\r\n')
  const xml = (bad: boolean) => {
    const byPerson = Map.groupBy(rows, ([jmbg]) => jmbg)
    const line = ([, month, hours, , gross, paid]: string[], net: string) =>
      `<month name="${month}" hours="${hours}.00" net="${net}" gross="${gross?.replace(',', '.')}" paid="${paid}"/>`
    const all = [...byPerson].map(([jmbg, own], at) =>
      [`<employee jmbg="${jmbg}">`, ...own.map((row, of) => line(row, bad && at === 777 && of === 6 ? '85000.123' : '85000.00')), '</employee>'].join('\n'),
    )
    return `<?xml version="1.0"?>\n<earnings xmlns="urn:spona:sickleave:earnings:1" employer="100000001">\n${all.join('\n')}\n</earnings>`
  }
  const stored = async () => Number((await town.owner<{ count: string }>`select count(*) as count from sickleave.earning`)[0]?.count)
  for (const [type, make, wrongRow, after] of [
    ['text/csv', csv, 7778, 10_000],
    ['application/xml', xml, 9334, 20_000],
  ] as const) {
    const before = await stored()
    const send = async (bad: boolean) => {
      const begin = process.cpuUsage()
      const answer = await town.as(clerk)('POST', url, make(bad), { 'content-type': type })
      const { user, system } = process.cpuUsage(begin)
      t.diagnostic(
        `${type}, ${bad ? 'refused' : 'stored'}: ${Math.round((user + system) / 1000)} ms of processor, ${Math.round(process.memoryUsage.rss() / 1e6)} MB`,
      )
      return answer
    }
    const refused = await send(true)
    assert.equal(refused.status, 422, refused.text.slice(0, 400))
    const [{ diagnostics, details }] = refused.body.issue
    assert.equal(refused.body.issue.length, 1)
    assert.match(diagnostics, new RegExp(`^row ${wrongRow}, net: has more than two decimals`))
    assert.match(details.text, /write two/)
    assert.equal(await stored(), before, 'nothing is half done')
    assert.deepEqual([(await send(false)).body.stored, await stored()], [10_000, after])
  }
})
