import type { Shortage } from '../../platform/condition.ts'
import type { Directory } from '../members/directory.ts'
import type { Counted } from '../operator/rates.ts'
import type { Queue } from '../wire.ts'

/** What is wrong now, by rule: `about` names it, so the same trouble is the same alert for as long as it lasts. */
export type Found = { rule: 'errors' | 'queue-old' | 'parked' | 'key-ends' | 'centre'; about: string; member: string | null; figure: string }
export type Seen = { counted: readonly Counted[]; queues: readonly Queue[]; directory: Directory; shortages: readonly Shortage[]; now: Date }
export type Limits = { errorPercent: number; queueMinutes: number }

/** Fewer exchanges than this say nothing about a rate. */
const exchangesMin = 20
const dayMs = 86_400_000
/** Days before its end at which a key is announced; at each of them anew. */
const keyStages = [1, 7, 30] as const

export function findTrouble(seen: Seen, limits: Limits): Found[] {
  return [...errorsOf(seen, limits), ...queuesOf(seen, limits), ...keysOf(seen), ...seen.shortages.map(ofCentre)]
}

const ofCentre = ({ reason, figure }: Shortage): Found => ({ rule: 'centre', about: reason, member: null, figure })

/** Only what failed on the way to the provider or there: a refused request is its sender's. */
function errorsOf({ counted, directory }: Seen, { errorPercent }: Limits): Found[] {
  return counted.flatMap(({ kind, service, good, failed }) => {
    const all = good + failed
    const provider = directory.byCode.get(service.split('/')[0] ?? '')
    if (kind === 'delivery' || all < exchangesMin || !provider || failed * 100 <= errorPercent * all) return []
    return [{ rule: 'errors' as const, about: `${kind} ${service}`, member: provider.id, figure: `${failed} of ${all} in 5 minutes` }]
  })
}

function queuesOf({ queues, directory, now }: Seen, { queueMinutes }: Limits): Found[] {
  return queues.flatMap(({ member: code, state, lanes, parked }) => {
    const member = directory.byCode.get(code)
    if (!member || state === 'revoked') return []
    const oldest = lanes.flatMap((lane) => lane.oldest ?? []).toSorted()[0]
    const minutes = oldest === undefined ? 0 : Math.floor((now.getTime() - Date.parse(oldest)) / 60_000)
    const found: Found[] = []
    if (minutes >= queueMinutes) found.push({ rule: 'queue-old', about: code, member: member.id, figure: `oldest ${minutes} minutes` })
    if (parked > 0) found.push({ rule: 'parked', about: code, member: member.id, figure: String(parked) })
    return found
  })
}

/** Of each member the key that lasts longest: while another one is valid nothing stops. */
function keysOf({ directory, now }: Seen): Found[] {
  const last = new Map<string, { kid: string; until: number }>()
  for (const { kid, member, validUntil, withdrawnAt } of directory.keys.values()) {
    const have = last.get(member)
    if (withdrawnAt === null && (!have || have.until < validUntil.getTime())) last.set(member, { kid, until: validUntil.getTime() })
  }
  return [...last].flatMap(([id, { kid, until }]) => {
    const member = directory.members.get(id)
    if (!member || (member.state !== 'active' && member.state !== 'approved')) return []
    const days = Math.ceil((until - now.getTime()) / dayMs)
    const stage = days <= 0 ? 0 : keyStages.find((one) => days <= one)
    if (stage === undefined) return []
    const figure = days <= 0 ? `ended ${new Date(until).toISOString().slice(0, 10)}` : `ends ${new Date(until).toISOString().slice(0, 10)}`
    return [{ rule: 'key-ends' as const, about: `${member.code} ${kid.slice(0, 12)} ${stage}`, member: id, figure }]
  })
}
