import type { Resource } from '../types.ts'
import { structuredCloneExact } from './json-patch.ts'

type Coding = { system?: string; code?: string }
/** The parts of meta that $meta-add and $meta-delete work on (R4 resource-operation-meta-add). */
export type Labels = { profile?: string[]; tag?: Coding[]; security?: Coding[] }

const names = ['profile', 'security', 'tag'] as const

/** Adds or removes labels. They are sets: a label that is there already is not added again. System and code identify a label. */
export function changeLabels(before: Resource, act: 'add' | 'delete', labels: Labels): Resource {
  const resource = structuredCloneExact(before)
  const meta: Record<string, unknown> = { ...resource.meta }
  for (const name of names) {
    const given = labels[name] ?? []
    const there = (meta[name] ?? []) as (string | Coding)[]
    const [labelled, named] = [there, given].map((labels) => new Set(labels.map(keyOf))) as [Set<string>, Set<string>]
    const kept = act === 'delete' ? there.filter((one) => !named.has(keyOf(one))) : there
    const added = act === 'add' ? given.filter((one) => !labelled.has(keyOf(one))) : []
    meta[name] = [...kept, ...added]
  }
  resource.meta = meta
  return resource
}

const keyOf = (label: string | Coding): string => (typeof label === 'string' ? label : `${label.system ?? ''} ${label.code ?? ''}`)
