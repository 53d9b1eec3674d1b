import { isObject, type Item, type Json } from './items.ts'
import { isSilent, type Run } from './run.ts'
import type { TypeOfElement } from './structure.ts'
import type { Tree } from './tree.ts'
import { checkProfile, inResource, profileOf } from './walk.ts'

const core = 'http://hl7.org/fhir/StructureDefinition/'
const isCore = (profile: string) => /^http:\/\/hl7\.org\/fhir\/StructureDefinition\/[A-Z][A-Za-z]+(\|[\d.]+)?$/.test(profile)
const coreType = (profile: string) => profile.slice(core.length).split('|')[0] as string
const literal = /(?:^|\/)([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/

/** Checks targetProfile: the target of a reference must have one of the types, and must conform to one of the profiles when the target is here. */
export function checkTargets(run: Run, types: TypeOfElement[], item: Item, depth: number): void {
  if (!isObject(item.value) || types.some(({ targetProfile }) => targetProfile === undefined)) return
  const profiles = types.flatMap(({ targetProfile }) => targetProfile ?? [])
  const { reference, type: declared } = item.value
  const { check } = run
  checkAggregation(run, types, item.value, depth)
  const target = typeof reference === 'string' ? run.resolve(reference) : undefined
  if (target !== undefined) return checkTarget(run, profiles, target, depth)
  const type = typeof reference === 'string' ? literal.exec(reference)?.[1] : undefined
  const named = type ?? (typeof declared === 'string' ? declared : undefined)
  if (named === undefined || fitting(run, profiles, named).length > 0) return
  check.add(
    'structure',
    check.path(depth, 'reference'),
    `a reference to ${named} is not allowed here (${profileOf(run)})`,
    `Refer to one of: ${profiles.join(', ')}.`,
  )
}

/** The profiles that a resource of this type may conform to. Nothing can be said about a profile that is not known. */
function fitting(run: Run, profiles: string[], type: string): string[] {
  return profiles.filter((profile) => {
    if (isCore(profile)) return run.known.isKindOf(type, coreType(profile))
    const tree = run.known.tree(profile)
    return tree === undefined || run.known.isKindOf(type, tree.structure.type)
  })
}

function checkTarget(run: Run, profiles: string[], target: Json, depth: number): void {
  const { check } = run
  const type = typeof target.resourceType === 'string' ? target.resourceType : ''
  const possible = fitting(run, profiles, type)
  if (possible.length === 0) {
    check.add('structure', check.path(depth), `refers to a ${type}, which is not allowed here (${profileOf(run)})`, `Refer to one of: ${profiles.join(', ')}.`)
    return
  }
  const trees = possible.filter((profile) => !isCore(profile)).map((profile) => run.known.tree(profile))
  if (trees.length < possible.length) return
  if (trees.includes(undefined))
    return unknownTarget(
      run,
      possible.filter((profile) => !isCore(profile) && run.known.tree(profile) === undefined),
      depth,
    )
  const next = { ...run, hops: run.hops + 1 }
  const judge = (tree: Tree) => () => inResource(run, target, depth, () => checkProfile(next, tree, target, depth))
  if (trees.some((tree) => isSilent(check, judge(tree as Tree)))) return
  const hint = 'Make the resource conform to one of these profiles.'
  check.add('structure', check.path(depth), `the resource it refers to conforms to none of ${possible.join(', ')} (${profileOf(run)})`, hint)
}

/** `$validate` says that it cannot judge; a write is not refused for what it refers to. */
function unknownTarget(run: Run, missing: string[], depth: number): void {
  const { check } = run
  const says = `the profile ${missing.join(', ')} of what it refers to is not known and was not checked (${profileOf(run)})`
  check.add('not-found', check.path(depth), says, 'Load the package that defines it.', check.isStrict ? 'error' : 'information')
}

/** ElementDefinition.type.aggregation: contained, referenced (elsewhere) or bundled. */
function checkAggregation(run: Run, types: TypeOfElement[], value: Json, depth: number): void {
  const modes = types.flatMap(({ aggregation }) => aggregation ?? [])
  const { reference } = value
  if (modes.length === 0 || typeof reference !== 'string') return
  const isContained = reference.startsWith('#')
  const isBundled = !isContained && run.resolve(reference) !== undefined
  const mode = isContained ? 'contained' : isBundled ? 'bundled' : 'referenced'
  if (modes.includes(mode) || (mode === 'bundled' && modes.includes('referenced'))) return
  const { check } = run
  check.add(
    'structure',
    check.path(depth, 'reference'),
    `the reference is ${mode}, which the profile does not allow (${profileOf(run)})`,
    `It must be ${modes.join(' or ')}.`,
  )
}
