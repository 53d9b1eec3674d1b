import { access } from '../../access/access.ts'
import { type Command, WrongUse } from '../../platform/cli.ts'
import { companies } from '../../registry/registry.ts'
import { addMember, employerRoles, endMember } from './members.ts'

const member = {
  type: 'string',
  about: 'Id of an account, or client id of a payroll system with the scope system/sickleave.employer.',
  required: true,
} as const
const pib = { type: 'string', about: 'Tax number of the employer.', required: true } as const

export const memberAdd: Command = {
  name: 'sickleave member add',
  summary: 'Let an account or a payroll system act for an employer.',
  options: { member, pib, role: { type: 'string', about: employerRoles.join(', '), default: 'viewer' } },
  async run(world, options, print) {
    const role = employerRoles.find((one) => one === options['role'])
    if (!role) throw new WrongUse(`--role: must be one of ${employerRoles.join(', ')}`)
    const employer = await companies.byPib(world.sql, String(options['pib']))
    if (!employer) throw new WrongUse('--pib: no employer of the register has this number')
    const row = { member: String(options['member']), employer: employer.id, pib: employer.pib, name: employer.name, role, at: world.now() }
    await access.asOperator(
      world,
      'grant',
      (tx) => addMember(tx, row),
      () => `sick-leave member ${row.member}`,
    )
    print(options['json'] ? JSON.stringify(row) : `${row.member} acts for ${employer.name} as ${role}`)
  },
}

export const memberEnd: Command = {
  name: 'sickleave member end',
  summary: 'From now on an account or a payroll system no longer acts for an employer.',
  options: { member, pib },
  async run(world, options, print) {
    const who = String(options['member'])
    await access.asOperator(
      world,
      'revoke',
      (tx) => endMember(tx, who, String(options['pib']), world.now()),
      () => `sick-leave member ${who}`,
    )
    print(options['json'] ? JSON.stringify({ member: who }) : `${who} no longer acts for this employer`)
  },
}
