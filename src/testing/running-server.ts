import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { addClient, type Client, clientById } from '../access/client.ts'
import { tokenFor } from '../access/token-endpoint.ts'
import { buildApp } from '../app.ts'
import { keySets, personOfAnyNumber } from '../identity/keys.ts'
import { baseUrl } from '../platform/config.ts'
import { isoDay } from '../simulator/calendar.ts'
import { generateCountry, makeDemoCountry } from '../simulator/simulator.ts'
import { startRecord } from './simulator.ts'

export type Stranger = { handle: string; family: string; given: string; jmbg: string; birthDate: string }
/** The software of the demo doctor's institution, and the doctor's licence as that software knows it. */
export type OwnSystem = { token: string; licence: string }
export type RunningServer = { url: string; stranger: Stranger; ownSystem(): Promise<OwnSystem> }

/**
 * The whole server with the invented country, on a port of its own for browsers and other programs that need a network. `stranger` is a living adult
 * with whom the demo doctor has no relation.
 */
export async function runServer(t: TestContext, { portals, people }: { portals: string; people: number }): Promise<RunningServer> {
  const { world, owner } = await startRecord(t, { DEMO_PEOPLE: String(people) })
  await makeDemoCountry(world)
  const app = await buildApp(world, portals)
  await app.listen({ port: 0, host: world.config.HOST })
  // The issuer of tokens is the address that people use, and its port is known only now.
  world.config.PORT = (app.server.address() as AddressInfo).port
  const url = baseUrl(world.config)
  t.after(async () => {
    app.server.closeAllConnections()
    await app.close()
  })
  const [doctor] = await owner<{ worker: number; institution: number }>`select worker, institution from access.account where user_name = 'doktor'`
  const ownSystem = async (): Promise<OwnSystem> => {
    const institution = doctor?.institution as number
    const made = await world.sql.begin((tx) => addClient(tx, world, { name: 'ИС дома здравља', institution, institutionName: null, scopes: 'system/*.cruds' }))
    const client = await clientById(world.sql, made.id)
    const [worker] = await owner<{ licence: string }>`select licence_number as licence from registry.worker where id = ${doctor?.worker ?? 0}`
    return { token: await tokenFor(world, client as Client, made.scopes, 600), licence: worker?.licence ?? '' }
  }
  for (const person of generateCountry({ seed: 1, count: people, today: world.now().toISOString().slice(0, 10) }).people) {
    if (person.death || Number(person.jmbg.slice(4, 7)) < 800) continue
    const known = await personOfAnyNumber(world.sql, world, person.jmbg)
    const keys = known ? ((await keySets(world.sql, known.keys)).get(known.keys[0] as number) ?? known.keys) : []
    const related =
      await owner`select 1 as one from access.relation where patient = any(${keys}::int8[]) and (worker = ${doctor?.worker ?? 0} or unit is not null)`
    if (known && related.length === 0) {
      return {
        url,
        ownSystem,
        stranger: { handle: known.handle, family: person.family, given: person.given, jmbg: person.jmbg, birthDate: isoDay(person.birth) },
      }
    }
  }
  throw new Error('everybody in this country is a patient of the demo doctor; ask for more people')
}
