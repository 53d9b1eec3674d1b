import { type Command, type Options, WrongUse } from '../platform/cli.ts'
import { type NewAccount, accountsOf, createAccount, revokeAccount } from './account.ts'
import { asOperator } from './operator.ts'
import type { Role } from './wire.ts'

const offices = ['operator', 'ministry', 'fund', 'fund-supervisor', 'commission', 'commission2', 'employer'] as const satisfies readonly Role[]
/** Whose account tells where they work, or who they are. */
const fromRegisters: readonly string[] = ['doctor', 'nurse', 'laboratory', 'data-officer', 'patient'] satisfies Role[]
const subjectMax = 255

/** `npm run spona -- access account add --name "Иван Крстић" --role operator --subject SUBJECT` */
export const accountAdd: Command = {
  name: 'access account add',
  summary: 'Let somebody of an office in: operator, ministry, Fund, commission or employer. Health workers come by registry load --list accounts.',
  options: {
    name: { type: 'string', about: 'As pages and the log show it.', required: true },
    role: { type: 'string', about: `One or several, with commas: ${offices.join(', ')}.`, required: true },
    subject: { type: 'string', about: 'Who they are at the issuer (the claim sub).', required: true },
    issuer: { type: 'string', about: 'The issuer, when it is not OIDC_ISSUER.' },
  },
  async run(world, options, print) {
    const account = wished(options, world.config.OIDC_ISSUER)
    const id = await asOperator(
      world,
      'grant',
      (tx) => createAccount(tx, account),
      (done) => `account/${done}`,
    )
    print(options['json'] ? JSON.stringify({ account: id, roles: account.roles }) : `account ${id}: ${account.name}, ${account.roles.join(', ')}`)
  },
}

function wished(options: Options, usual: string): NewAccount {
  const issuer = String(options['issuer'] ?? usual)
  if (issuer === '') throw new WrongUse('--issuer: there is no OIDC_ISSUER among the settings, so it must be said')
  const wishes = String(options['role'])
    .split(',')
    .map((one) => one.trim())
  const roles = wishes.map((wish): Role => {
    const office = offices.find((one) => one === wish)
    if (office) return office
    if (!fromRegisters.includes(wish)) throw new WrongUse(`--role: ${JSON.stringify(wish)} is none of ${offices.join(', ')}`)
    throw new WrongUse(`--role: ${wish} comes from the registers, see npm run spona -- registry load --help; citizens are let in when they sign in`)
  })
  const [name, subject] = [String(options['name']).trim(), String(options['subject']).trim()]
  if (name === '') throw new WrongUse('--name: must not be empty')
  if (subject === '' || subject.length > subjectMax) throw new WrongUse(`--subject: must be text of 1 to ${subjectMax} characters`)
  return { name, roles, issuer, subject }
}

export const accountList: Command = {
  name: 'access account list',
  summary: 'List who may sign in, with roles and place, the newest first.',
  options: {
    role: { type: 'string', about: 'Only those with this role.' },
    name: { type: 'string', about: 'Only those whose name begins so.' },
  },
  async run(world, options, print) {
    const accounts = await accountsOf(world.sql, { role: textOf(options['role']), name: textOf(options['name']) })
    if (options['json']) return print(JSON.stringify(accounts))
    for (const { id, name, roles: of, institutionName, unitName, revokedAt } of accounts)
      print([id, revokedAt ? 'revoked' : 'active ', of.join(','), name, institutionName ?? '', unitName ?? ''].join('  ').trimEnd())
    print(`${accounts.length} accounts`)
  },
}

const textOf = (option: Options[string]): string | null => (option === undefined ? null : String(option))

export const accountRevoke: Command = {
  name: 'access account revoke',
  summary: 'Close an account: its sessions end within a second. It is never deleted, because the log names it.',
  argument: { name: 'ID', about: 'Account id, as access account list prints it.' },
  options: {},
  async run(world, options, print) {
    const id = String(options['argument'])
    await asOperator(
      world,
      'revoke',
      (tx) => revokeAccount(tx, id, world.now()),
      () => `account/${id}`,
    )
    print(options['json'] ? JSON.stringify({ account: id, revoked: true }) : `account ${id} is closed`)
  },
}
