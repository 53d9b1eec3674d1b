import { setTimeout as sleep } from 'node:timers/promises'
import type { Outside } from '../process/edge.ts'
import { discard, noteStep } from '../store/items.ts'
import type { Store } from '../store/store.ts'
import type { Verdict } from './play.ts'

/**
 * How to find what a trial sent among the items: by its number; by its source and name (for a table, each row); or, for a local system that names
 * things itself, by its sources and the time (after one item and up to another).
 */
export type Made = { id: string } | { source: string; name: string } | { sources: readonly string[]; after: number; upTo: number }
export type Trial = { scenario: string; made: Made }

/** The actor in the steps of an item. */
const who = 'contract tests'
/** How long to wait: a refusal by the record comes back a moment later. */
const underWayMs = 30_000
const lookEveryMs = 500
const windowMax = 10_000
const onTheirWay = `state in ('waiting', 'ready', 'sent')`
const aside = `state in ('quarantined', 'parked')`

/**
 * Items that the scenarios expected to be refused are left aside at the end, and nobody would mend them: each is discarded when its scenario has
 * passed. Those of a failed scenario stay for whoever looks for the reason, until a run of the same protocol passes. `verdict` is null when the run
 * did not come to its end.
 */
export async function settleTrials(store: Store, outside: Pick<Outside, 'now'>, trials: readonly Trial[], verdict: Verdict | null): Promise<number> {
  for (let waited = 0; waited < underWayMs && trials.some(({ made }) => seqsOf(store, made, onTheirWay).length > 0); waited += lookEveryMs)
    await sleep(lookEveryMs)
  const passed = new Set(verdict?.scenarios.filter((one) => one.passed).map(({ id }) => id))
  const at = outside.now().getTime()
  return store.write(() => {
    let discarded = 0
    const settle = (seq: number, why: string) => void (discarded += Number(discard(store, seq, at, who, why)))
    for (const { scenario, made } of trials)
      for (const seq of seqsOf(store, made, aside)) {
        if (passed.has(scenario)) settle(seq, `the scenario "${scenario}" meant it to be refused, and has passed`)
        else noteStep(store, seq, at, `of the scenario "${scenario}", which did not pass`, who)
      }
    if (verdict?.passed === true) for (const seq of leftOver(store, trials)) settle(seq, 'of contract tests that did not pass; these have')
    return discarded
  })
}

function seqsOf(store: Store, made: Made, states: string): number[] {
  if ('id' in made) return store.all<{ seq: number }>(`select seq from item where id = ? and ${states}`, made.id).map(({ seq }) => seq)
  if ('sources' in made) {
    const text = `select seq, source from item where ${states} and seq > ? and seq <= ? limit ?`
    return store
      .all<{ seq: number; source: string }>(text, made.after, made.upTo, windowMax)
      .flatMap(({ seq, source }) => (made.sources.includes(source) ? [seq] : []))
  }
  const [{ source, name }, row] = [made, `${made.name}, line `]
  const text = `select seq from item where ${states} and source = ? and (name = ? or substr(name, 1, ?) = ?)`
  return store.all<{ seq: number }>(text, source, name, row.length, row).map(({ seq }) => seq)
}

/** Items of earlier runs that came from the same sources. */
function leftOver(store: Store, trials: readonly Trial[]): number[] {
  const sources = new Set(trials.flatMap(({ made }) => ('id' in made ? sourceOf(store, made.id) : 'sources' in made ? made.sources : made.source)))
  return store
    .all<{ seq: number; source: string }>(
      `select seq, source from item where ${aside} and exists (select 1 from step where step.seq = item.seq and who = ?)`,
      who,
    )
    .filter(({ source }) => sources.has(source))
    .map(({ seq }) => seq)
}

const sourceOf = (store: Store, id: string) => store.one<{ source: string }>('select source from item where id = ?', id)?.source ?? ''
