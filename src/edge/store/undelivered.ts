import type { Store } from './store.ts'

/** A delivery that did not reach its local system. `target` is the name of the inbound setting; empty when no setting takes the service. */
type Failed = { message: string; service: string; target: string; at: number; reason: string; isFinal: boolean }

/** The deliveries of one service that did not get through: `waiting` ones are tried again by themselves, `refused` ones wait at the centre for a person. */
export type Undelivered = {
  target: string
  service: string
  waiting: number
  refused: number
  since: number
  lastTry: number
  reason: string
  isFinal: boolean
}

/** One row of the list that a person settles. */
export type Listed = { message: string; service: string; target: string; since: number; lastTry: number; attempts: number; reason: string; isFinal: number }

const groupsMax = 50

/** Notes a failed delivery. Only inside `write`. */
export function noteUndelivered(store: Store, { message, service, target, at, reason, isFinal }: Failed): void {
  store.run(
    `insert into undelivered (message, service, target, since, last_try, attempts, reason, is_final) values (?, ?, ?, ?, ?, 1, ?, ?)
       on conflict do update set target = excluded.target, last_try = excluded.last_try, attempts = attempts + 1, reason = excluded.reason, is_final = excluded.is_final`,
    message,
    service,
    target,
    at,
    at,
    reason,
    Number(isFinal),
  )
}

/**
 * Notes a delivery that waits behind another one and was not tried itself. Inside `write`, and only when it is not noted yet: each would be a flush
 * of the disk.
 */
export function noteBehind(store: Store, { message, service, target, at }: Pick<Failed, 'message' | 'service' | 'target' | 'at'>): void {
  store.run(
    `insert into undelivered (message, service, target, since, last_try, attempts, reason, is_final) values (?, ?, ?, ?, 0, 0, '', 0) on conflict do nothing`,
    message,
    service,
    target,
    at,
  )
}

export const isUndelivered = (store: Store, message: string): boolean => store.one('select 1 from undelivered where message = ?', message) !== undefined

/** Removes a delivery that was taken at last, or settled by a person. Only inside `write`. */
export const forgetUndelivered = (store: Store, message: string): boolean => store.run('delete from undelivered where message = ?', message).changes > 0

export function undeliveredOf(store: Store): Undelivered[] {
  const groups = store.all<Omit<Undelivered, 'reason' | 'isFinal'>>(
    `select target, service, count(*) - sum(is_final) as waiting, sum(is_final) as refused, min(since) as since, max(last_try) as lastTry
       from undelivered group by target, service order by since limit ?`,
    groupsMax,
  )
  return groups.map((group) => {
    const latest = store.one<{ reason: string; isFinal: number }>(
      `select reason, is_final as isFinal from undelivered where target = ? and service = ? order by last_try desc limit 1`,
      group.target,
      group.service,
    )
    return { ...group, reason: latest?.reason ?? '', isFinal: latest?.isFinal === 1 }
  })
}

export const listUndelivered = (store: Store, most: number): Listed[] =>
  store.all<Listed>(
    `select message, service, target, since, last_try as lastTry, attempts, reason, is_final as isFinal from undelivered order by since, message limit ?`,
    most,
  )
