import { isDeepStrictEqual } from 'node:util'
import { requireScope } from '../../access/access.ts'
import type { Resource } from '../../fhir/fhir.ts'
import { checkWebhook, readAddress } from '../../platform/outside.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Runner } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import type { Asking } from '../asking.ts'
import { maySeeType } from '../scope.ts'
import { readCriteriaSetup } from './criteria.ts'
import { type Header, hiddenValue, isOnTopic, readSetup, type Setup } from './setup.ts'
import { countOfClient, lockRunning, openHeaders, type Running, sealHeaders, type State, storeRunning } from './store.ts'

/** How many Subscriptions that are not `off` a client may have at once. */
export const subscriptionsMax = 100

type Place = { patient: number; id: string; name: string | null }

/** "requested" asks this server to begin (R4 Subscription.status); one that another server ran, or nobody, is kept as it is. */
const asksToRun = (resource: Resource): boolean => isOnTopic(resource) || resource['status'] === 'requested' || resource['status'] === 'active'

/**
 * A Subscription as it will be stored. It begins to run in the transaction that stores it: its status is the server's to say
 * ("requested" until the endpoint was found), its header values are kept apart and sealed.
 */
export async function holdSubscription(asking: Asking, tx: Runner, given: Resource, place: Place, path: string): Promise<Resource> {
  const { world, actor } = asking
  const before = await lockRunning(tx, place)
  if (before === null && !asksToRun(given)) return given
  const { types, namesTypes, ...setup } = isOnTopic(given) ? readSetup(world, given, path) : await readCriteriaSetup(asking, tx, given, path)
  requireTypes(asking, types, namesTypes)
  atEndpoint(path, () => readAddress(world, setup.endpoint))
  const headers = withKept(setup.headers, before ? openHeaders(world, before.headers) : [], path)
  const isAsBefore = before !== null && isSameSetup(world, before, { ...setup, headers })
  const state: State = given['status'] === 'off' ? 'off' : isAsBefore && before.state === 'active' && given['status'] === 'active' ? 'active' : 'requested'
  if (state !== 'active' || !isDeepStrictEqual(before?.scopes, [...actor.scopes])) {
    if (state !== 'off' && (await countOfClient(tx, actor.id, place)) >= subscriptionsMax) {
      throw new Refusal('too-many', `this system has ${subscriptionsMax} Subscriptions already`, {
        expression: path,
        hint: 'Delete one, or set its status to off.',
      })
    }
    await storeRunning(tx, { ...setup, ...place, client: actor.id, scopes: actor.scopes, headers: sealHeaders(world, headers), state, now: world.now() })
  }
  return shown(given, state, headers)
}

/** May the subscriber read what it would be told? Without named types it hears of those that its token covers. */
function requireTypes({ actor }: Asking, types: readonly string[], namesTypes: boolean): void {
  if (namesTypes) for (const type of types) requireScope(actor, type, 'r')
  else if (!types.some((type) => maySeeType(actor, type))) requireScope(actor, types[0] as string, 'r')
}

/** A header value that comes back in its hidden form stands for the stored value. */
function withKept(headers: readonly Header[], before: readonly Header[], path: string): Header[] {
  return headers.map(({ name, value }, at) => {
    if (value !== hiddenValue) return { name, value }
    const same = before.find((one) => one.name.toLowerCase() === name.toLowerCase())
    if (same) return { name, value: same.value }
    throw new Refusal('unprocessable', `the value of this header was never given`, {
      expression: `${path}.channel.header[${at}]`,
      hint: `${hiddenValue} keeps a value that is there; write the value itself.`,
    })
  })
}

function isSameSetup(world: World, before: Running, setup: Setup): boolean {
  const { topic, filters, content, mime, endpoint, heartbeat, timeout, batch, endsAt } = before
  return isDeepStrictEqual({ topic, filters, content, mime, endpoint, heartbeat, timeout, batch, endsAt, headers: openHeaders(world, before.headers) }, setup)
}

function shown(given: Resource, status: State, headers: readonly Header[]): Resource {
  const resource: Resource = { ...given, status }
  if (status === 'requested' || status === 'active') delete resource['error']
  if (headers.length > 0) resource['channel'] = { ...(given['channel'] as object), header: headers.map(({ name }) => `${name}: ${hiddenValue}`) }
  return resource
}

/** Before a transaction begins: does the name of each endpoint lead outside now? Names are looked up by others, who may be slow. */
export async function checkEndpoints({ world }: Asking, resources: readonly (Resource | null | undefined)[]): Promise<void> {
  for (const resource of resources) {
    if (resource?.resourceType !== 'Subscription' || !asksToRun(resource)) continue
    const { type, endpoint } = (resource['channel'] ?? {}) as { type?: unknown; endpoint?: unknown }
    if (typeof endpoint !== 'string' || type !== 'rest-hook') continue
    try {
      await checkWebhook(world, endpoint)
    } catch (error) {
      throw atChannel('Subscription', error)
    }
  }
}

function atEndpoint(path: string, act: () => unknown): void {
  try {
    act()
  } catch (error) {
    throw atChannel(path, error)
  }
}

const atChannel = (path: string, error: unknown): unknown =>
  error instanceof Refusal ? new Refusal('unprocessable', error.message, { expression: `${path}.channel.endpoint`, hint: error.hint ?? '' }) : error
