import { access, setDuty } from '../../access/access.ts'
import type { Duty, Substitution } from '../../access/access.ts'
import { momentOf } from '../../platform/calendar.ts'
import { day, digits, lastOfEach, type List, moment, needed, text } from './list.ts'
import { eachOf, endOf, known, placesOf, Unknown, workersByLicence } from './lookups.ts'

// Who works where, and who substitutes for whom, as institutions report it: a nurse sees the patients of her unit while she is on its roster.

export const duty: List = {
  about: 'who is on the roster of a unit; the same beginning again moves the end',
  columns: {
    licence: needed(text('licence number')),
    institution: needed(digits(8, 'registration number of the institution')),
    unit: needed(text('code of the unit')),
    from: needed(moment('beginning, Belgrade time')),
    until: needed(moment('end')),
  },
  async store(tx, _world, given, isTrial) {
    const byLicence = await workersByLicence(
      tx,
      given.map(({ row }) => row['licence'] as string),
    )
    const placeOf = await placesOf(tx, given)
    const { taken, problems } = eachOf(given, ({ row }): Duty => {
      const { unit } = placeOf(row)
      const [from, until] = [momentOf(row['from'] as string), momentOf(row['until'] as string)]
      if (until <= from) throw new Unknown('until', 'is not after from')
      const worker = known(byLicence, row['licence'] as string, 'licence', 'workers')
      return { worker, unit, from, until }
    })
    if (!isTrial)
      await setDuty(
        tx,
        lastOfEach(taken, ({ worker, unit, from }) => `${worker}/${unit}/${from.getTime()}`),
      )
    return problems
  },
}

export const substitutes: List = {
  about: 'who stands in for which chosen doctor, by days; the same first day again moves the last',
  columns: {
    licence: needed(text('licence number of the doctor who is away')),
    substitute: needed(text('licence number of who stands in')),
    from: needed(day('first day')),
    until: needed(day('last day')),
  },
  async store(tx, _world, given, isTrial) {
    const byLicence = await workersByLicence(
      tx,
      given.flatMap(({ row }) => [row['licence'] as string, row['substitute'] as string]),
    )
    const { taken, problems } = eachOf(given, ({ row }): Substitution => {
      const [worker, substitute] = (['licence', 'substitute'] as const).map((column) => known(byLicence, row[column] as string, column, 'workers'))
      const [fromDay, untilDay] = [row['from'] as string, row['until'] as string]
      if (worker === substitute) throw new Unknown('substitute', 'is the doctor who is away')
      endOf(row)
      return { worker: worker as number, substitute: substitute as number, fromDay, untilDay }
    })
    if (!isTrial)
      await access.setSubstitution(
        tx,
        lastOfEach(taken, ({ worker, substitute, fromDay }) => `${worker}/${substitute}/${fromDay}`),
      )
    return problems
  },
}
