import { join } from 'node:path'
import { createLedger } from './audit/audit.ts'
import { type Fhir, loadFhir } from './fhir/fhir.ts'
import { startPackages } from './fhir/packages/packages.ts'
import type { Config } from './platform/config.ts'
import { type Database, openDatabase } from './platform/database.ts'
import { openKeys } from './platform/keys.ts'
import type { Launch } from './platform/postgres.ts'
import { makeLog, systemClock, type World } from './platform/world.ts'
import { hashesFrom, startCustomParameters } from './record/record.ts'

export type OpenedWorld = { world: World; database: Database; close(how?: { patient?: boolean }): Promise<void> }

/** Opens the real world with its running parts, in which the server and every command work. */
export async function openWorld(config: Config, launch: Launch): Promise<OpenedWorld> {
  const keys = openKeys(config.DATA_DIR)
  const log = makeLog(config.LOG_LEVEL)
  let loading: Promise<Fhir> | undefined
  // A first start compiles the definitions, which blocks this process for two seconds. It does so while another process creates the database.
  const loadOnce = () => (loading ??= loadFhir(join(config.DATA_DIR, 'cache')))
  const meanwhile = () => void loadOnce().catch(() => {}) // The await below reports a failure, when there is a database to close.
  const database = await openDatabase(config, keys, log, { ...launch, meanwhile })
  const world = {
    config,
    keys,
    sql: database.sql,
    connect: database.connect,
    room: database.room,
    log,
    hashes: hashesFrom(keys),
    ...systemClock,
  } as World
  let stopParameters = () => {}
  let stopPackages = async () => {}
  try {
    world.fhir = await loadOnce()
    world.ledger = await createLedger(world)
    stopPackages = await startPackages(world)
    stopParameters = await startCustomParameters(world)
  } catch (error) {
    await database.close()
    throw error
  }
  return {
    world,
    database,
    async close(how) {
      stopParameters()
      await stopPackages()
      await world.ledger.close()
      await database.close(how)
    },
  }
}
