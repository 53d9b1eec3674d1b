import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MllpSender, oru, startEdge, type TestEdge } from '../../testing/edge.ts'
import { until } from '../../testing/process.ts'
import { startServer } from '../../testing/server.ts'
import { forBus } from '../../record/record.ts'

const countIn = ({ edge }: TestEdge, state: string) => edge.store.one<{ n: number }>('select count(*) as n from item where state = ?', state)?.n ?? 0

test('what a local system sent over MLLP is in the record within two seconds, and only then is it ended', async (t) => {
  const server = await startServer(t)
  const edge = await startEdge(t, server, 'lab-edge', 'mllp: [{ name: lis, port: 0 }]')
  t.after(forBus.startIntake(server.world))
  const sender = new MllpSender(edge.ports[0]?.port ?? 0)
  t.after(() => sender.end())
  const since = performance.now()
  assert.match((await sender.send(oru('1', 'p-1'))) ?? '', /MSA\|AA\|1/)
  await until('acknowledged', () => countIn(edge, 'acknowledged') === 1, 5000)
  assert.ok(performance.now() - since < 5000)
  const [found] = await server.sql<{
    count: number
  }>`select count(*)::int as count from record.resource where type = ${server.world.fhir.typeCode('Observation')}`
  assert.equal(found?.count, 1)
})
