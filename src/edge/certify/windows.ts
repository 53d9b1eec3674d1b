import type { EdgeConfig } from '../process/config.ts'
import { withStore } from '../store/with-store.ts'
import type { Protocol } from './local-system.ts'
import type { Trial } from './settle.ts'

/** By which ways a protocol comes in. */
function sourcesOf({ mllp, folders, rest }: EdgeConfig, protocol: Protocol): string[] {
  if (protocol === 'hl7v2') return mllp.map(({ name }) => name)
  if (protocol === 'rest') return rest === undefined ? [] : [rest.name]
  return folders.filter(({ format }) => format === protocol).map(({ name }) => name)
}

/**
 * A local system that sends by itself gives names that only it knows: what comes in between the beginning of one scenario and that of the next is of the one. Only a sandbox has scenarios, so nothing
 * of it is about anybody.
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

/** Null where another account than the edge's may not look. */
async function newestOf({ data }: EdgeConfig): Promise<number | null> {
  try {
    return await withStore(data, (store) => store.one<{ seq: number | null }>('select max(seq) as seq from item')?.seq ?? 0)
  } catch {
    return null
  }
}
