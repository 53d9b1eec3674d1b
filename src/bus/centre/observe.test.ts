import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { startTracing } from '../../platform/tracing.ts'
import { aService, contractOf, expectStatus, joinBus, sealAll } from '../../testing/bus-member.ts'
import { startServer } from '../../testing/server.ts'
import { hangGauges } from './gauges.ts'

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

test('a trace goes on through calls and messages, figures say what passed, and spans reach a collector', async (t) => {
  const heard: (string | undefined)[] = []
  const provider = createServer((request, response) => {
    heard.push(request.headers['traceparent'] as string | undefined)
    response.end('{}')
  })
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
  t.after(() => provider.close())
  const { app, world } = await startServer(t)
  const lab = await joinBus(app, world, 'lab-nis')
  const ward = await joinBus(app, world, 'ward-bg')
  const address = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
  await ward.offerInbox('findings')
  await expectStatus(200, ward.send({ method: 'PUT', url: '/bus/services/asks', body: aService('call', { addresses: [address] }) }))
  await contractOf(lab, 'ward-bg/findings')
  await contractOf(lab, 'ward-bg/asks', { endpoints: [{ method: 'GET', path: '/*' }] })

  await expectStatus(202, lab.message('ward-bg/findings', '1', '{}', { traceparent }))
  await expectStatus(202, lab.message('ward-bg/findings', '2', '{}', { traceparent: '00-zz' }))
  await expectStatus(403, lab.message('ward-bg/nothing', '3', '{}'))
  await expectStatus(200, lab.send({ method: 'GET', url: '/bus/call/ward-bg/asks/a', headers: { traceparent } }))
  assert.deepEqual(heard, [traceparent])
  await sealAll(world)
  hangGauges(world)
  const figures = (await app.inject('/metrics')).body
  assert.match(figures, /spona_bus_exchanges_total\{kind="message",service="ward-bg\/findings",outcome="good"[^}]*\} 2/)
  assert.match(figures, /spona_bus_exchanges_total\{kind="call",service="ward-bg\/asks",outcome="good"[^}]*\} 1/)
  assert.match(figures, /spona_bus_refusals_total\{kind="message",reason="unknown-service"[^}]*\} 1/)
  assert.match(figures, /spona_bus_queue_waiting\{lane="normal"[^}]*\} 2/)
  assert.match(figures, /spona_bus_seal_number\{[^}]*\} [1-9]/)
  assert.match(figures, /spona_bus_seconds_count\{[^}]*kind="call"[^}]*\} 1/)
  const got = await ward.lease()
  assert.deepEqual(
    got.map((one) => one.traceparent),
    [traceparent, undefined],
    'what has another form is not passed on',
  )

  const spans: any[] = []
  const collector = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      assert.equal(request.url, '/v1/traces')
      const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString())
      for (const { resource, scopeSpans } of resourceSpans)
        for (const { spans: some } of scopeSpans) spans.push(...some.map((one: object) => ({ ...one, resource })))
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  t.after(() => collector.close())
  const stop = await startTracing({ ...world.config, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}/` }, world.log)
  await expectStatus(202, lab.message('ward-bg/findings', '4', '{}', { traceparent }))
  await stop()
  const [span] = spans
  assert.equal(spans.length, 1)
  assert.equal(span.name, 'POST /bus/messages')
  assert.deepEqual([span.traceId, span.parentSpanId], traceparent.split('-').slice(1, 3), 'it goes on where its sender began')
  assert.ok(JSON.stringify(span.resource).includes('spona'))
  const [last] = await ward.lease()
  assert.equal(last.traceparent, `00-${span.traceId}-${span.spanId}-01`, 'and its receiver goes on where we ended')
})
