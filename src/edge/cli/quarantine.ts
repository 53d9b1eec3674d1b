import { readFileSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { type Options, type Print, WrongUse } from '../../platform/cli.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import { readKeyFile } from '../centre/key-file.ts'
import { type Aside, asideOf } from '../local/aside.ts'
import { type EdgeConfig, readConfig } from '../process/config.ts'
import { mapperOf } from '../process/mappers.ts'
import { discard, type Item, itemColumns, originalOf, sendAgain, stepsOf } from '../store/items.ts'
import { receiptOf } from '../store/receipts.ts'
import type { Store } from '../store/store.ts'
import { openVault, type Vault } from '../store/vault.ts'
import { withStore } from '../store/with-store.ts'

const listedMax = 1000
const correctedBytesMax = 8 * 1_048_576

type Opened = { store: Store; vault: Vault; config: EdgeConfig }

function opened<T>(world: World, file: unknown, act: (opened: Opened) => Promise<T> | T): Promise<T> {
  const config = readConfig(String(file))
  const { secret } = readKeyFile(config.centre.key)
  return withStore(config.data, (store) => act({ store, vault: openVault(secret, world.random), config }))
}

export function listAside(world: World, options: Options, print: Print): Promise<number> {
  return opened(world, options['config'], ({ store }) => {
    const all = asideOf(store, listedMax)
    if (options['json']) print(JSON.stringify(all))
    else if (all.length === 0) print('Nothing waits for a person.')
    else for (const one of all) print(lineOf(one))
    return all.length === 0 ? 0 : 1
  })
}

const lineOf = ({ id, source, name, state, receivedAt, reason }: Aside): string =>
  `${id}  ${receivedAt}  ${state}  ${source}: ${name}\n  ${reason.place && !reason.sentence.startsWith(reason.place) ? `${reason.place}: ` : ''}${reason.sentence}${reason.hint ? `\n  ${reason.hint}` : ''}`

function itemOf(store: Store, given: unknown): Item {
  const item = store.one<Item>(`select ${itemColumns} from item where id = ?`, String(given))
  if (!item) throw new Refusal('not-found', 'there is no item of this number', { hint: 'npm run spona -- edge quarantine list' })
  return item
}

/** The item with its history and, on demand, the original. The original is about a patient, so it goes only into a named file or a pipe. */
export function showItem(world: World, options: Options, print: Print): Promise<number> {
  return opened(world, options['config'], ({ store, vault }) => {
    const item = itemOf(store, options['argument'])
    if (options['original']) {
      const bytes = originalOf(store, vault, item)
      if (!bytes) throw new Refusal('gone', 'the original is not kept any more')
      process.stdout.write(bytes)
      return 0
    }
    const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text))
    const moment = (at: number | null) => (at === null ? null : new Date(at).toISOString())
    const { seq: _, key: __, document: ___, ...rest } = item
    const shown = {
      ...rest,
      receivedAt: moment(item.receivedAt),
      dueAt: moment(item.dueAt),
      sentAt: moment(item.sentAt),
      endedAt: moment(item.endedAt),
      meta: parsed(item.meta),
      reason: parsed(item.reason),
      losses: parsed(item.losses),
      receipt: parsed(receiptOf(store, item.seq)),
      steps: stepsOf(store, item.seq, listedMax),
    }
    print(JSON.stringify(shown, null, options['json'] ? 0 : 1))
    return 0
  })
}

export function resendItems(world: World, options: Options, print: Print): Promise<number> {
  return opened(world, options['config'], async ({ store, vault }) => {
    const items = options['argument'] === 'all' ? asideOf(store, listedMax).map(({ id }) => itemOf(store, id)) : [itemOf(store, options['argument'])]
    const again = await store.write(() => items.filter((item) => sendAgain(store, vault, { item, corrected: null, who: who(), at: world.now().getTime() })))
    print(`${again.length} of ${items.length} are sent again`)
    return again.length === items.length ? 0 : 1
  })
}

export function fixItem(world: World, options: Options, print: Print): Promise<number> {
  return opened(world, options['config'], async ({ store, vault, config }) => {
    const item = itemOf(store, options['argument'])
    const corrected = read(String(options['file']))
    await requireMappable(config, item, corrected)
    const isDone = await store.write(() => sendAgain(store, vault, { item, corrected, who: who(), at: world.now().getTime() }))
    print(isDone ? 'The correction is sent; what came is kept beside it' : `It is ${item.state}, and only what is quarantined or parked can be corrected`)
    return isDone ? 0 : 1
  })
}

/** Checks a correction while the person has the file open: one that cannot be mapped would come back at once. When it is refused nothing changes. */
async function requireMappable(config: EdgeConfig, { protocol, name, meta }: Item, original: Buffer): Promise<void> {
  const map = await mapperOf(protocol)
  try {
    map({ original, name, meta: JSON.parse(meta) as Record<string, unknown> }, config)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const place = error.expression === undefined ? '' : `${error.expression}: `
    throw new Refusal('unprocessable', `the correction cannot be mapped either (${protocol}), and nothing was sent. ${place}${error.message}`, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    })
  }
}

export function discardItem(world: World, options: Options, print: Print): Promise<number> {
  return opened(world, options['config'], async ({ store }) => {
    const item = itemOf(store, options['argument'])
    const isDone = await store.write(() => discard(store, item.seq, world.now().getTime(), who(), String(options['reason'])))
    print(isDone ? 'It will not be sent' : `It is ${item.state}, and only what is quarantined or parked can be discarded`)
    return isDone ? 0 : 1
  })
}

function read(file: string): Buffer {
  try {
    if (statSync(file).size > correctedBytesMax) throw new WrongUse(`${file} has more than ${correctedBytesMax} bytes`)
    return readFileSync(file)
  } catch (error) {
    if (error instanceof WrongUse) throw error
    throw new WrongUse(`${file} cannot be read`)
  }
}

/** The actor of the step: the account on this machine. */
const who = (): string => userInfo().username
