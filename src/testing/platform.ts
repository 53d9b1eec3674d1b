import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type Config, loadConfig } from '../platform/config.ts'
import { connectAs } from '../platform/connect.ts'
import { appRole } from '../platform/database.ts'
import { keysFrom } from '../platform/keys.ts'
import { unwatchedRoom } from '../platform/room.ts'
import type { Sql } from '../platform/sql.ts'
import { makeLog, systemClock, type World } from '../platform/world.ts'
import type { Ending } from './for-file.ts'

/** What `run.ts` hands to the test files: the shared database cluster and its migrated template. */
export type TestCluster = { owner: pg.ClientConfig; template: string }

export const testMaster = Buffer.alloc(32, 7)
export const testKeys = keysFrom(testMaster)

function cluster(): TestCluster {
  const file = process.env['SPONA_TEST_CLUSTER']
  if (!file) throw new Error('tests on a database run by `npm test -- <path>`')
  return JSON.parse(readFileSync(file, 'utf8')) as TestCluster
}

export function testConfig(more: Record<string, string> = {}): Config {
  const folder = more['DATA_DIR'] ?? folderOfProcess()
  const config = loadConfig({ PORT: '0', LOG_LEVEL: 'silent', ...more, DATA_DIR: folder })
  if (Array.isArray(config)) throw new Error(config.join('\n'))
  return config
}

const folders: string[] = []

/** Removed at the end of the process, also when a test forgets it. */
function folderOfProcess(): string {
  const folder = mkdtempSync(join(tmpdir(), 'spona-test-'))
  if (folders.push(folder) === 1)
    process.once('exit', () => {
      for (const one of folders) rmSync(one, { recursive: true, force: true })
    })
  return folder
}

export type TestPlatform = { world: World; sql: Sql; owner: Sql; appUrl: pg.ClientConfig; ownerUrl: pg.ClientConfig }

/** A database of one's own (a clone of the migrated template), dropped after the test; `settings` as in the environment. */
export async function startPlatform(t: Ending, settings: Record<string, string> = {}): Promise<TestPlatform> {
  const { owner, template } = cluster()
  const name = `t_${randomBytes(6).toString('hex')}`
  await asAdmin(owner, `create database ${name} template ${template} strategy file_copy`)
  const config = testConfig(settings)
  const ownerUrl = { ...owner, database: name }
  const appUrl = { ...ownerUrl, user: appRole, password: testKeys.derive('database-app').toString('hex') }
  const app = connectAs(appUrl)
  const asOwner = connectAs(ownerUrl)
  // Running parts that slices hang on the world (`ledger` …) are opened by the test that needs them.
  const world = {
    config,
    sql: app.sql,
    connect: app.connect,
    keys: testKeys,
    room: unwatchedRoom,
    log: makeLog(config.LOG_LEVEL),
    ...systemClock,
  } as World
  t.after(async () => {
    await app.end()
    await asOwner.end()
    await asAdmin(owner, `drop database if exists ${name} with (force)`)
    rmSync(config.DATA_DIR, { recursive: true, force: true })
  })
  return { world, sql: app.sql, owner: asOwner.sql, appUrl, ownerUrl }
}

async function asAdmin(owner: pg.ClientConfig, statement: string): Promise<void> {
  const client = new pg.Client({ ...owner, database: 'postgres' })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
