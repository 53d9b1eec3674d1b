import type { Extracted, Resource, SearchParameter } from '../types.ts'
import { extractorRuntime } from './extract.ts'
import { interpreter } from './interpreted.ts'
import type { Narrowing } from './narrowing.ts'

/** A search parameter that an operator added. It is compiled once and stored as plain data, so every process runs the same code. */
export type CustomParameter = {
  code: string
  url: string
  /** By resource type. `body` is the source of its extractor; null when only the FHIRPath interpreter understands the expression. */
  on: Record<string, { parameter: SearchParameter; body: string | null }>
}

type Extract = (resource: Resource, out: Extracted[]) => void
type Known = { extract: { code: string; act: Extract }[]; parameters: SearchParameter[]; codes: Map<string, boolean> }

export type CustomParameters = {
  /** Replaces all added parameters; `isIndexed` tells whether the rows of earlier versions are indexed by them already. */
  set(list: readonly { custom: CustomParameter; isIndexed: boolean }[]): void
  /** Grows whenever the set of parameters, and so the extracted values, may have changed. */
  readonly generation: number
  /** Undefined: a parameter of the standard. False: earlier versions are not indexed yet, so only the resources themselves can tell. */
  isIndexed(type: string, code: string): boolean | undefined
  /** The same for an entry. Alternatives on several parameters do not use the index when one of these is an added parameter. */
  isEntryIndexed(type: string, entry: Narrowing): boolean | undefined
  extract(resource: Resource, out: Extracted[], only?: ReadonlySet<string>): void
  parameters(type: string): readonly SearchParameter[]
}

const none: readonly SearchParameter[] = []

export function createCustomParameters(): CustomParameters {
  let known = new Map<string, Known>()
  let generation = 0
  const isIndexed = (type: string, code: string) => known.get(type)?.codes.get(code)
  return {
    set(list) {
      known = knownOf(list)
      generation++
    },
    get generation() {
      return generation
    },
    isIndexed,
    isEntryIndexed: (type, { code, any }) => (any.some(({ of }) => of?.some((one) => isIndexed(type, one) !== undefined)) ? false : isIndexed(type, code)),
    extract(resource, out, only) {
      const found = known.get(resource.resourceType)
      if (found) for (const { code, act } of found.extract) if (only === undefined || only.has(code)) act(resource, out)
    },
    parameters: (type) => known.get(type)?.parameters ?? none,
  }
}

function knownOf(list: readonly { custom: CustomParameter; isIndexed: boolean }[]): Map<string, Known> {
  const known = new Map<string, Known>()
  for (const { custom, isIndexed } of list) {
    for (const [type, { parameter, body }] of Object.entries(custom.on)) {
      const of = known.get(type) ?? { extract: [], parameters: [], codes: new Map<string, boolean>() }
      of.extract.push({ code: custom.code, act: extractorOf(parameter, body) })
      of.parameters.push(parameter)
      of.codes.set(custom.code, isIndexed)
      known.set(type, of)
    }
  }
  return known
}

/** Evaluates the body as code. The compiler of the standard's extractors made it from a checked expression, and it was stored under a seal. */
export function extractorOf(parameter: SearchParameter, body: string | null): Extract {
  if (body === null) return interpreter(parameter)
  // oxlint-disable-next-line no-implied-eval -- compiled, as the standard's parameters are
  const compiled = new Function('x', 'r', 'out', body) as (x: object, resource: Resource, out: Extracted[]) => void
  return (resource, out) => compiled(extractorRuntime.x, resource, out)
}
