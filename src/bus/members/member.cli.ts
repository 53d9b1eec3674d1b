import { access } from '../../access/access.ts'
import { type Command, type Options, WrongUse } from '../../platform/cli.ts'
import type { World } from '../../platform/world.ts'
import { setContract } from './catalogue.ts'
import { issueCode } from './admission.ts'
import { setMember } from './member.ts'

/** Institutions live on a higher floor; whoever puts the commands together (src/commands.ts) hands the look-up in. */
export const registry = { nameOf: null as ((world: World, id: number) => Promise<string | null>) | null }

const listedMax = 1000
const textOf = (options: Options, name: string): string | null => (options[name] === undefined ? null : String(options[name]))

/** `npm run spona -- bus code --mb 12345678 --institution 7`: hand it to the institution outside the net. */
export const codeCommand: Command = {
  name: 'bus code',
  summary: 'Make the code by which an institution proves that a system is its own; shown once.',
  options: {
    mb: { type: 'string', about: 'Registration number of the institution, 8 digits.', required: true },
    institution: { type: 'string', about: 'Number of the institution in the register.', required: true },
  },
  async run(world, options, print) {
    const mb = String(options['mb'])
    const institution = Number(options['institution'])
    if (!/^\d{8}$/.test(mb)) throw new WrongUse('--mb: must have 8 digits')
    if (!Number.isSafeInteger(institution) || (registry.nameOf && (await registry.nameOf(world, institution)) === null))
      throw new WrongUse('--institution: there is none of this number')
    const { code, expiresAt } = await access.asOperator(
      world,
      'grant',
      (tx) => issueCode(world, tx, { mb, institution }),
      () => `bus-code/institution ${institution}`,
    )
    if (options['json']) print(JSON.stringify({ code, mb, institution, expiresAt: expiresAt.toISOString() }))
    else print(`${code}  (for institution ${institution}, until ${expiresAt.toISOString().slice(0, 10)})`)
  },
}

/** `npm run spona -- bus member set lab-nis --state approved --decision 451-02-17/2026` */
export const memberSet: Command = {
  name: 'bus member set',
  summary: 'Take the next step of a member: approved, active, suspended or revoked, by a decision.',
  argument: { name: 'CODE', about: 'Code of the member.' },
  options: {
    state: { type: 'string', about: 'approved, active, suspended or revoked.', required: true },
    decision: { type: 'string', about: 'Number of the decision.', required: true },
    reason: { type: 'string', about: 'Why, in words.' },
    scope: { type: 'string', about: 'On approval: scopes of its client.', default: 'system/*.cruds' },
  },
  async run(world, options, print) {
    const wish = {
      code: String(options['argument']),
      to: String(options['state']),
      decision: textOf(options, 'decision'),
      reason: textOf(options, 'reason'),
      scopes: String(options['scope']),
    }
    const member = await access.asOperator(
      world,
      wish.to === 'revoked' || wish.to === 'suspended' ? 'revoke' : 'grant',
      (tx) => setMember(world, tx, wish),
      (done) => `bus-member/${done.id} ${done.state}`,
    )
    if (options['json']) print(JSON.stringify({ code: member.code, state: member.state, client_id: member.client }))
    else print(`${member.code} is ${member.state}${member.client === null ? '' : `, client ${member.client}`}`)
  },
}

export const memberList: Command = {
  name: 'bus member list',
  summary: 'List the members of the bus with their state, keys and queues.',
  options: {},
  async run(world, options, print) {
    const rows = await world.sql<{
      code: string
      state: string
      name: string
      client: string | null
      keyUntil: Date | null
      waiting: number
      parked: number
      oldest: Date | null
    }>`
      select m.code, m.state, m.name, m.client,
             (select max(valid_until) from bus.member_key k where k.member = m.id and k.withdrawn_at is null) as key_until,
             (select count(*)::int from bus.delivery d where d.recipient = m.id and d.open) as waiting,
             (select count(*)::int from bus.delivery d where d.recipient = m.id and d.parked) as parked,
             (select min(stored_at) from bus.delivery d where d.recipient = m.id and d.open) as oldest
        from bus.member m
       order by m.code
       limit ${listedMax}`
    if (options['json']) return print(JSON.stringify(rows))
    for (const row of rows) {
      const key = row.keyUntil === null ? 'no key' : `key until ${row.keyUntil.toISOString().slice(0, 10)}`
      print(`${row.code.padEnd(24)} ${row.state.padEnd(10)} ${key}, ${row.waiting} waiting, ${row.parked} parked  ${row.name}`)
    }
  },
}

/** `npm run spona -- bus contract set ID --state active --decision 451-02-18/2026 --until 2027-12-31` */
export const contractSet: Command = {
  name: 'bus contract set',
  summary: 'Decide about a contract: active, suspended or revoked, or other terms of it.',
  argument: { name: 'ID', about: 'Number of the contract.' },
  options: {
    state: { type: 'string', about: 'active, suspended or revoked; without it the contract stays what it is.' },
    decision: { type: 'string', about: 'Number of the decision.', required: true },
    reason: { type: 'string', about: 'Why, in words.' },
    until: { type: 'string', about: 'Last day of it, YYYY-MM-DD.' },
    'body-mb': { type: 'string', about: 'Of calls: the largest body and answer in megabytes, 1 to 100.' },
  },
  async run(world, options, print) {
    const day = textOf(options, 'until')
    if (day !== null && (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(day)))) throw new WrongUse('--until: must be YYYY-MM-DD')
    const until = day === null ? null : new Date(Date.parse(day) + 86_400_000)
    const wish = {
      id: String(options['argument']),
      to: textOf(options, 'state'),
      decision: textOf(options, 'decision'),
      reason: textOf(options, 'reason'),
      until,
      bodyMb: options['body-mb'] === undefined ? null : Number(options['body-mb']),
    }
    const contract = await access.asOperator(
      world,
      wish.to === 'suspended' || wish.to === 'revoked' ? 'revoke' : 'grant',
      (tx) => setContract(world, tx, wish),
      (done) => `bus-contract/${done.id} ${done.state}`,
    )
    if (options['json']) print(JSON.stringify({ contract: contract.id, state: contract.state }))
    else print(`contract ${contract.id} is ${contract.state}`)
  },
}

export const contractList: Command = {
  name: 'bus contract list',
  summary: 'List the contracts: who may use which service, for what.',
  options: {},
  async run(world, options, print) {
    const rows = await world.sql<{ id: string; consumer: string; provider: string; service: string; state: string; purpose: string }>`
      select c.id, m.code as consumer, p.code as provider, c.service, c.state, c.purpose
        from bus.contract c join bus.member m on m.id = c.consumer join bus.member p on p.id = c.provider
       order by c.created_at desc
       limit ${listedMax}`
    if (options['json']) return print(JSON.stringify(rows))
    for (const row of rows) print(`${row.id}  ${row.state.padEnd(10)} ${row.consumer} → ${row.provider}/${row.service}  ${row.purpose}`)
  },
}
