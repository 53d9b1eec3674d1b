import type { Options, Print } from '../../platform/cli.ts'
import { Refusal } from '../../platform/refusal.ts'
import { readConfig } from '../process/config.ts'
import { forgetUndelivered, type Listed, listUndelivered } from '../store/undelivered.ts'
import { withStore } from '../store/with-store.ts'

const listedMax = 1000

const dataOf = ({ config }: Options): string => readConfig(String(config)).data

export function listInward(options: Options, print: Print): Promise<number> {
  return withStore(dataOf(options), (store) => {
    const all = listUndelivered(store, listedMax)
    if (options['json']) print(JSON.stringify(all.map(asJson)))
    else if (all.length === 0) print('Everything that came was handed on.')
    else for (const one of all) print(lineOf(one))
    return all.length === 0 ? 0 : 1
  })
}

const momentOf = (at: number): string | null => (at === 0 ? null : new Date(at).toISOString())
const asJson = ({ since, lastTry, isFinal, ...rest }: Listed) => ({ ...rest, since: momentOf(since), lastTry: momentOf(lastTry), isFinal: isFinal === 1 })

const lineOf = ({ message, service, target, since, lastTry, attempts, reason, isFinal }: Listed): string =>
  `${message}  ${momentOf(since)}  ${isFinal ? 'refused' : 'waits'}  ${target === '' ? service : `${target} (${service})`}\n  ${
    attempts === 0 ? 'not tried yet: another one waits before it' : `${reason}; tried ${attempts} times, last ${momentOf(lastTry)}`
  }`

/**
 * Removes entries that were settled elsewhere. When the centre hands such a message out again it is taken as usual, and listed again when it fails
 * again.
 */
export function forgetInward(options: Options, print: Print): Promise<number> {
  return withStore(dataOf(options), async (store) => {
    const given = String(options['argument'])
    const messages = given === 'all' ? listUndelivered(store, listedMax).map(({ message }) => message) : [given]
    const forgotten = await store.write(() => messages.filter((message) => forgetUndelivered(store, message)).length)
    if (given !== 'all' && forgotten === 0)
      throw new Refusal('not-found', 'no message of this number waits for its local system', { hint: 'npm run spona -- edge undelivered list' })
    print(`${forgotten} are told no more`)
    return 0
  })
}
