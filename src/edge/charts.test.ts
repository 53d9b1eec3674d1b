import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forBus } from '../record/record.ts'
import { countInRecord, MllpSender, startEdge } from '../testing/edge.ts'
import { ana, headOf, marko, segment } from '../testing/hl7.ts'
import { until } from '../testing/process.ts'
import { startServer } from '../testing/server.ts'

const numbers = ['4711^^^KCS^MR', '0101985710113^^^MUP^NNSRB', 'P7^^^KCS^PI', 'R1^^^KCS^AN']
const pid = (all: string[]) => `PID|1||${all.join('~')}||Петровић^Ана||19850101|F`
const visit = (number: string, more: Record<number, string> = {}) => segment('PV1', { 2: 'I', 3: 'ИНТ^204^2', 19: `${number}^^^KCS^VN`, ...more })
const told = [
  'NK1|1|Петровић^Јован|SPO',
  'AL1|1|DA|J01CA04^Амоксицилин^ATC|SV|Осип',
  'DG1|1||K35.8^Апендицитис^MKB10||20260301|A',
  segment('IN1', { 1: '1', 2: 'ОСН', 3: 'РФЗО1', 4: 'РФЗО', 36: 'POL1' }),
]

test('one patient is one chart, whichever number comes first and however its authority is written, and repeated contents are filed once; the record takes all kinds of moved charts', async (t) => {
  const server = await startServer(t)
  t.after(forBus.startIntake(server.world))
  const { edge, ports } = await startEdge(
    t,
    server,
    'kcs-edge',
    'mllp: [{ name: his, port: 0 }]\nlocal: { system: "urn:rs:kcs", authorities: [{ system: "urn:id:KCS", names: [KCS, "Клинички центар"] }] }',
  )
  const sender = new MllpSender(ports[0]?.port ?? 0)
  t.after(() => sender.end())
  let sent = 0
  const send = async (event: string, ...lines: string[]) => {
    const answer = await sender.send(Buffer.from([headOf(`ADT^${event}`, `2026030110${String(10 + ++sent)}00`, `M${sent}`), ...lines].join('\r')))
    assert.match(answer ?? '', /MSA\|[AC]A/)
    await until(`${event} has ended`, () => edge.store.all(`select 1 from item where state in ('acknowledged', 'quarantined')`).length === sent, 60_000)
  }
  await send('A01', pid(numbers), visit('V1'), ...told)
  await send('A08', pid(numbers.toReversed()), visit('V1'), ...told)
  await send('A02', pid(['0101985710113^^^MUP^NNSRB', '4711^^^клинички центар^MR']), visit('V1'), ...told)
  const once = ['Patient', 'Encounter', 'AllergyIntolerance', 'Condition', 'RelatedPerson', 'Coverage']
  assert.deepEqual(await Promise.all(once.map((type) => countInRecord(server, type))), [1, 1, 1, 1, 1, 1])
  assert.equal(await countInRecord(server, 'Location'), 3, 'ward, room and bed')

  // A newborn under the mother's number is another person.
  await send('A28', 'PID|1||4712^^^KCS^MR~0101985710113^^^MUP^NNSRB||Петровић^Беба||20260301')
  assert.equal(await countInRecord(server, 'Patient'), 2)

  await send('A50', pid(numbers), 'MRG|4711^^^KCS^MR||||V1^^^KCS^VN', visit('V2'))
  assert.equal(await countInRecord(server, 'Encounter'), 1, 'the same visit under its new number')
  await send('A08', pid(numbers), visit('V2'))
  assert.equal(await countInRecord(server, 'Encounter'), 1)
  await send('A17', ana, visit('V8'), marko, visit('V9'))
  await send('A24', ana, marko)
  await send('A40', ana, 'MRG|101^^^KCS^MR', marko, 'MRG|201^^^KCS^MR')
  await send('A41', `${ana}||||||||||R2^^^KCS^AN`, 'MRG|100^^^KCS^MR||R9^^^KCS^AN')
  await send('A60', pid(numbers), 'IAM|1|DA|J01CA04^Амоксицилин^ATC|SV|Осип|A|IAM1^KCS||AL')
  assert.deepEqual(edge.store.all<{ name: string; reason: string }>(`select name, reason from item where state = 'quarantined' limit 100`), [])
})
