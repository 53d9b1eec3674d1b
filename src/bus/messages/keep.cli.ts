import { access } from '../../access/access.ts'
import { type Command, type Options, WrongUse } from '../../platform/cli.ts'
import { keepLimits, prune, replay } from './keep.ts'
import { isUuid } from '../../platform/uuid.ts'

function instantOf(options: Options, name: string): Date | null {
  const given = options[name]
  if (given === undefined) return null
  const at = new Date(String(given))
  if (Number.isNaN(at.getTime())) throw new WrongUse(`--${name}: must be an instant, for example 2026-11-28T10:00:00Z`)
  return at
}

/** `npm run spona -- bus replay lab-nis --from 2026-11-28T10:00:00Z --to 2026-11-28T11:00:00Z` */
export const replayCommand: Command = {
  name: 'bus replay',
  summary: 'Hand messages out again to one member: one, those of a stretch of time, or what is parked.',
  argument: { name: 'CODE', about: 'Code of the member.' },
  options: {
    message: { type: 'string', about: 'Number of one message.' },
    from: { type: 'string', about: 'Received at or after this instant.' },
    to: { type: 'string', about: 'Received before this instant.' },
    parked: { type: 'boolean', about: 'Only what is parked.' },
  },
  async run(world, options, print) {
    const message = options['message'] === undefined ? null : String(options['message'])
    if (message !== null && !isUuid(message)) throw new WrongUse('--message: must be the number of a message')
    const wish = {
      member: String(options['argument']),
      message,
      from: instantOf(options, 'from'),
      to: instantOf(options, 'to'),
      parkedOnly: options['parked'] === true,
    }
    if (message === null && wish.from === null && !wish.parkedOnly) throw new WrongUse('say which: --message, --from or --parked')
    const count = await access.asOperator(
      world,
      'update',
      (tx) => replay(world, tx, wish),
      (done) => `bus-replay/${wish.member} ${done}`,
    )
    print(options['json'] ? JSON.stringify({ replayed: count }) : `${count} messages wait again for ${wish.member}`)
    return count > 0 ? 0 : 1
  },
}

/** `npm run spona -- bus prune --days 7` */
export const pruneCommand: Command = {
  name: 'bus prune',
  summary: 'Remove contents that were delivered longer ago than this; the log and its proofs stay.',
  options: { days: { type: 'string', about: 'Days that delivered contents are kept.', default: String(keepLimits.bodiesDays) } },
  async run(world, options, print) {
    const days = Number(options['days'])
    if (!Number.isSafeInteger(days) || days < 0 || days > 3650) throw new WrongUse('--days: must be a whole number from 0 to 3650')
    const freed = await prune(world, days)
    print(
      options['json']
        ? JSON.stringify(freed)
        : `removed ${freed.bodies} contents, ${freed.deliveries} deliveries, ${freed.numbers} numbers, ${freed.answers} answers, ${freed.events} events of the record`,
    )
  },
}
