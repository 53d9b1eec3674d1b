import { access } from '../../access/access.ts'
import { type NewAuthority, type NewMandate, registerAuthorities, registerMandates } from '../companies.ts'
import { endOfDay, startOfDay } from '../../platform/calendar.ts'
import { numberHash } from '../number-hash.ts'
import { day, digits, lastOfEach, type List, needed, oneOf, text } from './list.ts'
import { eachOf, employersByPib, endOf, known, people, type PersonNumber, Unknown } from './lookups.ts'

// Who acts for whom: for a company by the registers of companies and state bodies, an agency by a power of attorney, a parent by the register of persons.

const period = { from: needed(day('first day')), until: day('last day') }
export const authorities: List = {
  about: 'who may act for an employer (registers of companies and of state bodies)',
  columns: {
    jmbg: needed(digits(13, 'kept as a keyed hash only')),
    employer: needed(digits(9, 'tax number')),
    register: needed(oneOf(['companies', 'state-bodies'], 'which register says so')),
    capacity: needed(oneOf(['representative', 'authorised'], 'by law or by authorisation')),
    ...period,
  },
  async store(tx, world, given, isTrial) {
    const byPib = await employersByPib(
      tx,
      given.map(({ row }) => row['employer'] as string),
    )
    const { taken, problems } = eachOf(given, ({ row }): NewAuthority => {
      const { jmbg, register, capacity, from } = row as Record<'jmbg' | 'from', string> & Pick<NewAuthority, 'register' | 'capacity'>
      const employer = known(byPib, row['employer'] as string, 'employer', 'employers')
      return { personHash: numberHash(world, 'jmbg', jmbg), employer, register, capacity, fromDate: from, untilDate: endOf(row) }
    })
    const key = ({ personHash, employer, register, fromDate }: NewAuthority) => `${personHash.toString('hex')}/${employer}/${register}/${fromDate}`
    if (!isTrial) await registerAuthorities(tx, lastOfEach(taken, key))
    return problems
  },
}

export const mandates: List = {
  about: 'powers of attorney of agencies',
  columns: {
    agency: needed(digits(9, 'tax number of the agency')),
    client: needed(digits(9, 'tax number of the client')),
    number: needed(text('number of the power of attorney')),
    ...period,
  },
  async store(tx, _world, given, isTrial) {
    const byPib = await employersByPib(
      tx,
      given.flatMap(({ row }) => [row['agency'] as string, row['client'] as string]),
    )
    const { taken, problems } = eachOf(given, ({ row }): NewMandate => {
      const [agency, client] = (['agency', 'client'] as const).map((column) => known(byPib, row[column] as string, column, 'employers'))
      return { agency: agency as number, client: client as number, number: row['number'] as string, fromDate: row['from'] as string, untilDate: endOf(row) }
    })
    if (!isTrial)
      await registerMandates(
        tx,
        lastOfEach(taken, ({ agency, client, number }) => `${agency}/${client}/${number}`),
      )
    return problems
  },
}

export const guardians: List = {
  about: 'who represents which child or ward (register of persons); parents lose the view by themselves when the child is grown',
  columns: { jmbg: needed(digits(13, 'of the parent or guardian')), child: needed(digits(13, 'JMBG of the child or ward')), ...period },
  async store(tx, world, given, isTrial) {
    if (!people.find || !people.shown) throw new Error('registry cannot look for people')
    const number = (column: string) => given.map(({ row }): PersonNumber => ({ kind: 'jmbg', value: row[column] as string }))
    const [parents, children] = [await people.find(world, tx, number('jmbg')), await people.find(world, tx, number('child'))]
    const roots = [...parents, ...children].filter((one) => typeof one === 'number')
    const [accounts, shown] = [await access.accountsOfPatients(tx, roots), await people.shown(world, tx, roots)]
    const places = new Map(given.map((one, at) => [one, at]))
    const { taken, problems } = eachOf(given, (one) => {
      const [parent, child] = [parents, children].map((found, which) => {
        const root = found[places.get(one) as number]
        if (typeof root === 'number') return root
        throw new Unknown(which === 0 ? 'jmbg' : 'child', root ?? 'belongs to nobody here yet; send the list again')
      }) as [number, number]
      const account = accounts.get(parent)
      const ward = shown.get(child)
      if (account === undefined) throw new Unknown('jmbg', 'belongs to somebody who has not signed in yet; send the list again')
      if (!ward?.born) throw new Unknown('child', 'belongs to somebody whose birth date is not known')
      const until = endOf(one.row)
      return {
        account,
        patient: child,
        ...ward,
        born: ward.born,
        from: startOfDay(one.row['from'] as string),
        until: until === null ? null : endOfDay(until),
      }
    })
    if (!isTrial)
      await access.setGuardians(
        tx,
        lastOfEach(taken, ({ account, patient }) => `${account}/${patient}`),
        world.now(),
      )
    return problems
  },
}
