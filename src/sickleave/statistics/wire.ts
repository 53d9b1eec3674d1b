/** A published figure; `municipality` is null for the whole country on one day. Nothing is published about fewer than `k` persons. */
export type OpenRow = { period: string; municipality: string | null; category: 'illness' | 'care' | 'child'; persons: number; leaves: number; days: number }
/** `GET /sickleave/fund/statistics` */
export type Statistics = { k: number; rows: OpenRow[] }

export type Anomaly = {
  level: 'issuer' | 'firm'
  name: string
  place: string | null
  measure: string
  leaves: number
  persons: number
  peers: number
  value: string
  usual: string
  /** How many usual spreads it is away from the middle. */
  distance: string
  sr: string
  srLatn: string
  en: string
}
/** `GET /sickleave/fund/anomalies`: issuers and firms of the last twelve months, never persons. */
export type Anomalies = { since: string; k: number; limit: string; anomalies: Anomaly[] }
