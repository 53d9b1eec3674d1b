import type { World } from '../../platform/world.ts'
import { signOutgoing } from '../calls/address.ts'
import { sayByCentre } from '../centre/announce-condition.ts'
import { centreMember, recordMember, sickleaveMember } from '../members/directory.ts'
import { contentDigest } from '../../platform/http-signature.ts'
import type { BusAlert } from '../wire.ts'
import { alertText } from './alert-text.ts'

type Row = {
  id: string
  rule: string
  about: string
  member: string | null
  code: string | null
  figure: string
  since: Date
  toldMemberAt: Date | null
  toldOperatorAt: Date | null
  takenBy: string | null
  endedAt: Date | null
}

const digestMax = 200
const shownMax = 100
const postMs = 10_000
const ownMembers = [recordMember, centreMember, sickleaveMember]

const lineOf = ({ id, rule, about, code, figure, since }: Row) => ({
  id,
  rule,
  member: code,
  about,
  figure,
  text: alertText(rule, about, figure),
  since: since.toISOString(),
})
const minutesAgo = (world: World, minutes: number) => new Date(world.now().getTime() - minutes * 60_000)

/** The member whom it concerns hears it first, on the bus: everything new in one message, and not another one for a while. */
export async function tellMembers(world: World): Promise<number> {
  const rows = await world.sql<Row>`
    select a.id, a.rule, a.about, a.member, m.code, a.figure, a.since
      from bus.alert a join bus.member m on m.id = a.member
     where a.ended_at is null and a.told_member_at is null and m.state in ('active', 'suspended') and a.member <> all(${ownMembers}::uuid[])
       and not exists (select 1 from bus.alert told where told.member = a.member and told.told_member_at > ${minutesAgo(world, world.config.ALERT_DIGEST_MINUTES)})
     order by a.since
     limit ${digestMax}`
  for (const [member, of] of Map.groupBy(rows, (row) => row.member as string)) {
    await sayByCentre(world, 'alerts', { at: world.now().toISOString(), alerts: of.map(lineOf) }, [member])
    await world.sql`update bus.alert set told_member_at = ${world.now()} where id = any(${of.map(({ id }) => id)}::uuid[])`
  }
  return rows.length
}

/** What nobody else can mend, and what stayed although its member was told: on the operator's page, and posted when an address is set. */
export async function tellOperator(world: World): Promise<number> {
  const { ALERT_OPERATOR_MINUTES, ALERT_DIGEST_MINUTES, ALERT_WEBHOOK } = world.config
  const rows = await world.sql<Row>`
    select a.id, a.rule, a.about, a.member, m.code, a.figure, a.since
      from bus.alert a left join bus.member m on m.id = a.member
     where a.ended_at is null and a.told_operator_at is null and a.taken_by is null
       and (a.member is null or a.member = any(${ownMembers}::uuid[]) or a.since <= ${minutesAgo(world, ALERT_OPERATOR_MINUTES)})
       and not exists (select 1 from bus.alert told where told.told_operator_at > ${minutesAgo(world, ALERT_DIGEST_MINUTES)})
     order by a.since
     limit ${digestMax}`
  if (rows.length === 0) return 0
  if (ALERT_WEBHOOK !== '') await post(world, ALERT_WEBHOOK, { at: world.now().toISOString(), alerts: rows.map(lineOf) })
  await world.sql`update bus.alert set told_operator_at = ${world.now()} where id = any(${rows.map(({ id }) => id)}::uuid[])`
  return rows.length
}

/** The operator's own address may lead inside: it is a setting, nobody registered it. */
async function post(world: World, address: string, digest: object): Promise<void> {
  const body = Buffer.from(JSON.stringify(digest))
  const headers = signOutgoing(world, new URL(address), 'POST', { 'content-type': 'application/json' }, contentDigest(body))
  const { ok, status } = await fetch(address, { method: 'POST', headers, body, redirect: 'error', signal: AbortSignal.timeout(postMs) })
  if (!ok) throw new Error(`the address of ALERT_WEBHOOK answered ${status}`)
}

/** Open alerts, and those that ended in the last hour. */
export async function listAlerts(world: World): Promise<BusAlert[]> {
  const rows = await world.sql<Row>`
    select a.id, a.rule, a.about, a.member, m.code, a.figure, a.since, a.told_member_at, a.told_operator_at, a.taken_by, a.ended_at
      from bus.alert a left join bus.member m on m.id = a.member
     where a.ended_at is null or a.ended_at > ${minutesAgo(world, 60)}
     order by a.ended_at is not null, a.since desc
     limit ${shownMax}`
  return rows.map((row) => ({
    ...lineOf(row),
    toldMember: row.toldMemberAt?.toISOString() ?? null,
    toldOperator: row.toldOperatorAt?.toISOString() ?? null,
    takenBy: row.takenBy,
    ended: row.endedAt?.toISOString() ?? null,
  }))
}
