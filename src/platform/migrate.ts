import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { runner } from 'node-pg-migrate'
import pg from 'pg'

/** Slices in floor order; a migration may only rely on the floors below. */
export const floors = [
  'platform',
  'fhir',
  'audit',
  'access',
  'bus',
  'registry',
  'identity',
  'record',
  'sickleave',
  'vendor',
  'referral',
  'migration',
  'portals',
  'edge',
  'simulator',
] as const

const sourceFolder = join(import.meta.dirname, '..')
const lowestVersion = 150_000

/** Brings every schema up to date as the owner, one slice after the other; a second process waits or finds nothing to do. */
export async function migrate(owner: pg.ClientConfig, app: { role: string; password: string | null }): Promise<void> {
  const client = new pg.Client(owner)
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    throw new Error(`the database cannot be reached: ${(error as Error).message}`)
  }
  try {
    const {
      rows: [version],
    } = await client.query(`select current_setting('server_version_num')::int as number`)
    if (version.number < lowestVersion) throw new Error('the database is older than PostgreSQL 15')
    await client.query(`select pg_advisory_lock(7304110501)`)
    await ensureRole(client, app)
    const applied = await appliedMigrations(client)
    for (const slice of floors) {
      const folder = join(sourceFolder, slice, 'migrations')
      const files = existsSync(folder)
        ? readdirSync(folder)
            .filter((file) => file.endsWith('.sql'))
            .sort()
        : []
      const isNew = files.some((file) => !applied.has(`${slice}/${file.replace(/\.sql$/, '')}`))
      if (!isNew) continue
      await runner({
        dbClient: client,
        dir: folder,
        direction: 'up',
        migrationsTable: `migrations_${slice}`,
        migrationsSchema: 'platform',
        createMigrationsSchema: true,
        count: Number.POSITIVE_INFINITY,
        log: () => {},
        noLock: true,
        checkOrder: true,
        singleTransaction: true,
      })
    }
  } finally {
    await client.end().catch(() => {})
  }
}

async function ensureRole(client: pg.Client, app: { role: string; password: string | null }): Promise<void> {
  const {
    rows: [found],
  } = await client.query('select 1 as yes from pg_roles where rolname = $1', [app.role])
  if (!found) await client.query(`create role ${app.role} login`)
  if (app.password !== null) await setPasswordOn(client, app.role, app.password)
}

/** For a role of its own that another process signs in as. */
export async function setPassword(owner: pg.ClientConfig, role: string, password: string): Promise<void> {
  const client = new pg.Client(owner)
  client.on('error', () => {})
  await client.connect()
  try {
    await setPasswordOn(client, role, password)
  } finally {
    await client.end().catch(() => {})
  }
}

/** The password comes from the master key. It is set again at each start, so a restored database follows its key. */
async function setPasswordOn(client: pg.Client, role: string, password: string): Promise<void> {
  const statement = `alter role ${role} login password '${scramVerifier(password)}'`
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query(statement)
      return
    } catch (error) {
      // Roles belong to the whole server: another database of it may set the same one now (XX000, "tuple concurrently updated").
      if ((error as { code?: string }).code !== 'XX000' || attempt === 5) throw error
    }
  }
}

/** What PostgreSQL would make of the password itself (RFC 5802, section 3), so that no statement log of a server holds it in clear. */
function scramVerifier(password: string): string {
  const iterations = 4096
  const salt = createHash('sha256').update(`spona salt ${password}`).digest().subarray(0, 16)
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256')
  const part = (name: string) => createHmac('sha256', salted).update(name).digest()
  const stored = createHash('sha256').update(part('Client Key')).digest('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${part('Server Key').toString('base64')}`
}

async function appliedMigrations(client: pg.Client): Promise<Set<string>> {
  const { rows: tables } = await client.query(
    `select table_name from information_schema.tables where table_schema = 'platform' and table_name like 'migrations\\_%'`,
  )
  const applied = new Set<string>()
  for (const { table_name: table } of tables) {
    if (!/^migrations_[a-z]+$/.test(table)) continue
    const { rows } = await client.query(`select name from platform.${table}`)
    for (const { name } of rows) applied.add(`${table.slice('migrations_'.length)}/${name}`)
  }
  return applied
}
