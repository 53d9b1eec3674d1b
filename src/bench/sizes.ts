import type { BenchWorld } from './bench-server.ts'

export type Sizes = { bytes: number; walBytes: number; tables: [string, number][] }

/** How much disk the written tables take with their indexes, and how far the log has come; minus the values of `before`. */
export async function sizesOf(world: BenchWorld, before?: Sizes): Promise<Sizes> {
  const rows = await world.sql<{ name: string; bytes: number }>`
    select n.nspname || '.' || c.relname as name, pg_total_relation_size(c.oid)::int8 as bytes
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname in ('record', 'identity', 'audit', 'bus')
     order by bytes desc
     limit 100`
  const [log] = await world.sql<{ bytes: number }>`select (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::int8 as bytes`
  const known = new Map(before?.tables)
  const tables = rows.map(({ name, bytes }): [string, number] => [name, bytes - (known.get(name) ?? 0)])
  return { bytes: tables.reduce((sum, [, bytes]) => sum + bytes, 0), walBytes: (log?.bytes ?? 0) - (before?.walBytes ?? 0), tables }
}
