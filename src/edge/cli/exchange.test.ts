import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { edgeOf } from '../../testing/edge.ts'
import { until } from '../../testing/process.ts'
import { listen, startServer } from '../../testing/server.ts'
import { commands } from '../commands.ts'
import { openEdge } from '../process/open.ts'

const basis = 'Sl. glasnik RS 45/2025'

test('with commands alone an edge offers a service and its member tries it, and another member asks for it and uses it', async (t) => {
  const server = await startServer(t)
  await listen(server)
  const local = createServer((request, response) => response.end(`${request.method} ${request.url}`)).listen(0, '127.0.0.1')
  t.after(() => local.close())
  await once(local, 'listening')
  const to = `http://127.0.0.1:${(local.address() as AddressInfo).port}`
  const lab = await edgeOf(
    t,
    server,
    'acme-lis',
    `calls: [{ service: appointments, to: "${to}" }]\ninbound: [{ name: results, service: acme-lis/results, by: file, folder: ./arrived }]`,
  )
  const ward = await edgeOf(t, server, 'ward-his')
  const edges = [await openEdge(server.world, lab.config), await openEdge(server.world, ward.config)]
  t.after(() => Promise.all(edges.map((edge) => edge.close())))
  const run = async (of: { file: string }, name: string, options: Record<string, string | boolean>) => {
    const lines: string[] = []
    assert.equal(await commands.find((one) => one.name === name)?.run(server.world, { config: of.file, ...options }, (line) => lines.push(line)), 0, name)
    return lines.join('\n')
  }
  const call = async (at: number, path: string) => {
    const token = readFileSync(join([lab, ward][at]!.config.data, 'calls.token'), 'utf8').trim()
    const answer = await fetch(`http://127.0.0.1:${edges[at]!.statusPort}/bus/call/${path}`, { headers: { authorization: `Bearer ${token}` } })
    return `${answer.status} ${await answer.text()}`
  }

  const offered = await run(lab, 'edge service offer', { argument: 'appointments', kind: 'call', title: 'Appointments', basis })
  assert.equal(offered, 'acme-lis/appointments is in the catalogue.\nOthers ask for a contract: npm run spona -- edge contract ask acme-lis/appointments')
  assert.match(
    await run(lab, 'edge service offer', { argument: 'letters', kind: 'inbox', title: 'Letters', basis }),
    /The settings have nothing that takes it yet: name acme-lis\/letters under inbound, and start the edge anew\./,
  )
  await run(lab, 'edge service offer', { argument: 'results', kind: 'inbox', title: 'Results', basis })
  assert.equal(await call(0, 'acme-lis/appointments/today'), '200 GET /today', 'its own member may ask it without a contract: all of the way is tried')
  assert.match(await run(ward, 'edge service list', {}), /acme-lis\/appointments {2}call {2}Appointments {2}\(Sl\. glasnik RS 45\/2025\)/)

  // The commands of the other member.
  await assert.rejects(run(ward, 'edge contract ask', { argument: 'acme-lis/nothing', basis }), /there is no such service/)
  await assert.rejects(run(ward, 'edge contract ask', { argument: 'appointments', basis }), /name it as MEMBER\/SERVICE/)
  await assert.rejects(run(ward, 'edge contract ask', { argument: 'acme-lis/appointments', basis }), /a contract about calls names its endpoints/)
  const endpoints = 'GET /today, POST /orders/*'
  assert.match(
    await run(ward, 'edge contract ask', { argument: 'acme-lis/appointments', basis, endpoints }),
    /The contract [0-9a-f-]{36} with .* is asked for\.\nThe operator/,
  )
  await run(ward, 'edge contract ask', { argument: 'acme-lis/results', basis })
  assert.match(await call(1, 'acme-lis/appointments/today'), /^403 /)
  await server.owner`
    insert into vendor.system (id, institution, mb, vendor, name, version, contact, created_at)
    values (gen_random_uuid(), ${lab.member.institution}, '98000003', 'АКМЕ', 'АКМЕ ЛИС', '1', 'it@acme.example', now())`
  const [system] = await server.sql<{ id: string }>`select id from vendor.system`
  const admitted = await server.app.inject({ method: 'POST', url: `/vendor/systems/${system?.id}/admission`, payload: {} })
  const granted = admitted.json().members[0].contracts
  assert.ok(
    granted.some((one: Record<string, string>) => one['service'] === 'acme-lis/appointments' && one['from'] === 'ward-his' && one['state'] === 'active'),
    'and says to whom',
  )
  assert.equal(await call(1, 'acme-lis/appointments/today'), '200 GET /today', 'in the sandbox whoever offers grants')
  assert.equal(
    await run(ward, 'edge contract ask', { argument: 'acme-lis/appointments', basis, endpoints }),
    'This member may use acme-lis/appointments already.',
  )

  const file = join(dirname(ward.file), 'result.json')
  writeFileSync(file, '{"glucose":5.1}')
  const sent = await run(ward, 'edge send', { argument: 'acme-lis/results', file, type: 'application/json', id: 'r-1' })
  assert.match(sent, /The bus has it for acme-lis\/results as [0-9a-f-]{36}\. With --id r-1 it is the same message again\./)
  assert.equal(await run(ward, 'edge send', { argument: 'acme-lis/results', file, type: 'application/json', id: 'r-1' }), sent)
  const arrived = join(dirname(lab.file), 'arrived')
  await until('it has come', () => readdirSync(dirname(arrived)).includes('arrived') && readdirSync(arrived).length === 1)
  assert.equal(readFileSync(join(arrived, readdirSync(arrived)[0] as string), 'utf8'), '{"glucose":5.1}')
  await assert.rejects(run(ward, 'edge send', { argument: 'acme-lis/letters', file }), /403: there is no contract about this service/)
  await assert.rejects(run(ward, 'edge send', { argument: 'acme-lis/results', file: 'nowhere.json' }), /nowhere\.json is not there/)
})
