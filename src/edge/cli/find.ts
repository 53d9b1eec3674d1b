import { type Options, type Print, WrongUse } from '../../platform/cli.ts'
import { type Fate, fatesOf } from '../local/fates.ts'
import { readConfig } from '../process/config.ts'
import type { Item } from '../store/items.ts'
import { withStore } from '../store/with-store.ts'

/**
 * Finds what a local system sent, by a number: MSH-10, the name of a file, the number that `edge quarantine` or `/accepted/` shows, or the bus's own.
 * The newest comes first; exit code 1 when there is none.
 */
export function findItems(options: Options, print: Print): Promise<number> {
  const config = readConfig(String(options['config']))
  const number = String(options['argument'] ?? '').trim()
  if (number === '') throw new WrongUse('edge find wants a number: MSH-10, the name of a file, or the number of an item')
  return withStore(config.data, (store) => {
    const all = fatesOf(store, number)
    if (options['json']) print(JSON.stringify(all))
    else if (all.length === 0) print(`Nothing of this number is kept here. What has ended is kept for ${config.keep.days} days (keep.days).`)
    else for (const one of all) print(told(one))
    return all.length === 0 ? 1 : 0
  })
}

const meanings: Record<Item['state'], string> = {
  waiting: 'on the disk of the edge, waits to be mapped',
  ready: 'mapped, waits for the line to the centre',
  sent: 'the bus has it, the record has not said yes yet',
  acknowledged: 'the record has it',
  quarantined: 'stands aside and waits for a person',
  parked: 'the bus put it aside',
  discarded: 'a person decided that it is not sent',
}

function told({ id, source, name, state, came, sent, ended, reason, losses, steps }: Fate): string {
  const lines = [`${id}  ${source}: ${name}`, `  ${state}: ${meanings[state]}`, `  came ${came}`]
  if (sent !== null)
    lines.push(
      `  to the bus ${sent.at} as ${sent.number}${sent.message === null ? '' : `, message ${sent.message}`}, ${sent.receipt === null ? 'without a receipt' : 'with a signed receipt'}`,
    )
  if (ended !== null) lines.push(`  ended ${ended}`)
  if (losses > 0) lines.push(`  parts that had no place: ${losses} (edge quarantine show ${id})`)
  if (reason !== null)
    lines.push(`  ${reason.place === undefined ? '' : `${reason.place}: `}${reason.sentence}`, ...(reason.hint === undefined ? [] : [`  ${reason.hint}`]))
  for (const { at, what, who } of steps) lines.push(`  ${at}  ${what} (${who})`)
  return lines.join('\n')
}
