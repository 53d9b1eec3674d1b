import type { Runner } from '../platform/sql.ts'
import type { Heard } from './scenario/judge.ts'
import type { Protocol } from './scenario/documents.ts'
import type { ScenarioVerdict } from './wire.ts'

export type Run = {
  id: string
  system: string
  protocol: Protocol
  playedBy: 'script' | 'system'
  isRepeat: boolean
  rules: string
  seed: string
  systemVersion: string
  beganAt: Date
  sinceTx: number
  heard: Record<string, Heard[]> | null
  endedAt: Date | null
  score: number | null
  passed: boolean | null
  verdict: ScenarioVerdict[] | null
}
export type Certificate = {
  id: string
  system: string
  protocol: string
  run: string
  issuedAt: Date
  expiresAt: Date
  jws: string
  state: 'valid' | 'failing' | 'revoked'
  checkedAt: Date | null
  reason: string | null
}

export async function findRun(sql: Runner, id: string): Promise<Run | null> {
  const [found] = await sql<Run>`
    select id, system, protocol, played_by, is_repeat, rules, seed, system_version, began_at, since_tx, heard, ended_at, score, passed, verdict
      from vendor.run
     where id = ${id}::uuid`
  return found ?? null
}

export const findRuns = (sql: Runner, system: string, limit: number): Promise<Run[]> => sql<Run>`
  select id, system, protocol, played_by, is_repeat, rules, seed, system_version, began_at, since_tx, null as heard, ended_at, score, passed, verdict
    from vendor.run
   where system = ${system}::uuid
   order by began_at desc
   limit ${limit}`

export const findCertificates = (sql: Runner, systems: readonly string[], limit: number): Promise<Certificate[]> => sql<Certificate>`
  select id, system, protocol, run, issued_at, expires_at, jws, state, checked_at, reason
    from vendor.certificate
   where system = any(${systems}::uuid[])
   order by issued_at desc
   limit ${limit}`
