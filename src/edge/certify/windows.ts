import type { EdgeConfig } from '../process/config.ts'
import { withStore } from '../store/with-store.ts'
import type { Protocol } from './local-system.ts'
import type { Trial } from './settle.ts'

/** The names of the sources that a protocol comes in by. */
function sourcesOf({ mllp, folders, rest }: EdgeConfig, protocol: Protocol): string[] {
  if (protocol === 'hl7v2') return mllp.map(({ name }) => name)
  if (protocol === 'rest') return rest === undefined ? [] : [rest.name]
  return folders.filter(({ format }) => format === protocol).map(({ name }) => name)
}

/**
 * Remembers where a scenario begins. A local system that sends by itself gives names that only it knows: everything that arrives between the
 * beginnings of two scenarios belongs to the first. Only a sandbox has scenarios, so none of it is about a real person.
 */
export async function beginWindow(config: EdgeConfig, protocol: Protocol, scenario: string, trials: Trial[]): Promise<void> {
  const sources = sourcesOf(config, protocol)
  if (sources.length === 0) return
  const after = await newestOf(config)
  if (after === null) return
  const before = trials.at(-1)?.made
  if (before !== undefined && 'sources' in before) before.upTo = after
  trials.push({ scenario, made: { sources, after, upTo: Number.MAX_SAFE_INTEGER } })
}

/** The newest item; null when this account may not look into the edge's store. */
async function newestOf({ data }: EdgeConfig): Promise<number | null> {
  try {
    return await withStore(data, (store) => store.one<{ seq: number | null }>('select max(seq) as seq from item')?.seq ?? 0)
  } catch {
    return null
  }
}
