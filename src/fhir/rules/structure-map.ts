import { expressionProblem } from '../profile/fhirpath.ts'
import { type Json, list } from '../profile/items.ts'
import type { Knowledge } from '../profile/run.ts'
import { textOf } from '../runtime/check.ts'
import { isPrimitive } from '../xml/shapes.ts'
import { hasElement } from './elements-of.ts'
import type { Place, Rule } from './strict.ts'

const core = 'http://hl7.org/fhir/StructureDefinition/'
const depthMax = 60

type Mode = 'source' | 'target'
/** What a variable stands for; no type where it cannot be told, and then its elements are not judged. */
type Variable = { mode: string; type: string | undefined }
type Scope = ReadonlyMap<string, Variable>
type Mapping = {
  map: Json
  groups: ReadonlyMap<string, Json>
  hasImports: boolean
  known: Knowledge | undefined
  says(path: string, text: string, hint: string): void
}

const isName = (name: unknown): boolean => typeof name === 'string' && /^[a-zA-Z][a-zA-Z0-9]*$/.test(name)

/** structuremap.html and mapping-language.html: every variable is declared before it is used, and has the elements that are read from it. */
export const structureMapRule: Rule = (map, { check, depth }: Place) => {
  const groups = new Map(list(map.group).map((group) => [textOf(group.name), group]))
  const says = (path: string, text: string, hint: string) => check.add('invalid', path, text, hint)
  const mapping: Mapping = { map, groups, hasImports: map.import !== undefined, known: check.known, says }
  list(map.group).forEach((group, index) => groupRule(group, check.path(depth, 'group', index), mapping))
}

function named(name: unknown, path: string, { says }: Mapping): void {
  if (typeof name === 'string' && !isName(name)) says(path, 'a name has letters and digits only, and begins with a letter', 'Correct the name.')
}

function invoked(name: unknown, path: string, { groups, hasImports, says }: Mapping): Json | undefined {
  const found = groups.get(textOf(name))
  if (found === undefined && typeof name === 'string' && !hasImports)
    says(path, 'the map has no group of this name', 'Correct the name, or import the map that has it.')
  return found
}

function groupRule(group: Json, path: string, mapping: Mapping): void {
  named(group.name, `${path}.name`, mapping)
  if (group.extends !== undefined) invoked(group.extends, `${path}.extends`, mapping)
  const scope = new Map<string, Variable>()
  list(group.input).forEach(({ name, type, mode }, index) => {
    const here = `${path}.input[${index}]`
    named(name, here, mapping)
    if (typeof name !== 'string') return
    if (scope.has(name)) return mapping.says(here, 'the group has an input of this name already', 'Give each input a name of its own.')
    scope.set(name, { mode: textOf(mode), type: inputType(type, mode, here, mapping) })
  })
  list(group.rule).forEach((rule, index) => ruleRule(rule, `${path}.rule[${index}]`, scope, mapping, 0))
}

function inputType(type: unknown, mode: unknown, path: string, { map, known, says }: Mapping): string | undefined {
  if (typeof type !== 'string' || known === undefined) return undefined
  const structure = list(map.structure).find(({ alias }) => alias === type)
  if (structure !== undefined) {
    const fits = structure.mode === mode || structure.mode === 'queried' || structure.mode === 'produced' || (structure.mode === 'target' && mode === 'source')
    if (!fits) says(path, `the structure of this alias is a ${textOf(structure.mode)}`, 'Make the modes agree.')
    return known.structure(textOf(structure.url))?.type
  }
  const found = known.structure(core + type)?.type
  if (found === undefined) says(path, 'there is no structure and no type of this name', 'Declare it in StructureMap.structure.')
  return found
}

function ruleRule(rule: Json, path: string, outer: Scope, mapping: Mapping, depth: number): void {
  if (depth > depthMax) return
  named(rule.name, `${path}.name`, mapping)
  const scope = new Map(outer)
  list(rule.source).forEach((source, index) => sourceRule(source, `${path}.source[${index}]`, scope, mapping))
  list(rule.target).forEach((target, index) => targetRule(target, `${path}.target[${index}]`, scope, mapping))
  list(rule.rule).forEach((inner, index) => ruleRule(inner, `${path}.rule[${index}]`, scope, mapping, depth + 1))
  list(rule.dependent).forEach(({ name, variable }, index) => {
    const here = `${path}.dependent[${index}]`
    const group = invoked(name, here, mapping)
    const given = Array.isArray(variable) ? variable.length : 0
    const taken = group === undefined ? given : list(group.input).length
    if (taken !== given) mapping.says(here, `the group takes ${taken} variables, and ${given} are given`, 'Give one for each of its inputs.')
  })
}

function sourceRule(source: Json, path: string, scope: Map<string, Variable>, mapping: Mapping): void {
  const { context, element, variable, type, condition, check: checked } = source
  const from = variableOf(context, 'source', path, scope, mapping)
  if (from === undefined) return
  for (const [name, expression] of Object.entries({ condition, check: checked }))
    if (typeof expression === 'string' && expressionProblem(expression) !== null)
      mapping.says(`${path}.${name}`, 'this is no FHIRPath expression', 'Correct its grammar.')
  const found = elementOf(from, element, path, mapping)
  if (typeof type === 'string' && found !== undefined && isPrimitive(found) && type !== found && /^[a-z]/.test(type))
    mapping.says(path, `the element is of the type ${found}`, 'Correct the type.')
  declare(variable, { mode: from.mode, type: element === undefined ? from.type : found }, path, scope, mapping)
}

/** How many parameters a transform takes; others are not judged. */
const counts: Record<string, [number, number] | undefined> = { create: [0, 1], copy: [0, 1], evaluate: [1, 2], uuid: [0, 0], translate: [3, 3] }

function targetRule(target: Json, path: string, scope: Map<string, Variable>, mapping: Mapping): void {
  const { context, element, variable } = target
  const made = transformed(target, path, mapping)
  if (context === undefined) return declare(variable, { mode: 'target', type: made }, path, scope, mapping)
  const to = variableOf(context, 'target', path, scope, mapping)
  if (to === undefined) return
  const found = elementOf(to, element, path, mapping)
  declare(variable, { mode: 'target', type: made ?? (element === undefined ? to.type : found) }, path, scope, mapping)
}

/** The type that a transform makes, where it says so. */
function transformed(target: Json, path: string, { known, map, says }: Mapping): string | undefined {
  const { transform } = target
  const parameters = list(target.parameter)
  const { length } = parameters
  const isAlone = target.context === undefined
  if (transform === undefined && length > 0) says(path, 'there are parameters and no transform that takes them', 'Name the transform.')
  const [least, most] = counts[textOf(transform)] ?? [0, length]
  if (length < least || length > most)
    says(path, `${textOf(transform)} takes ${least === most ? least : `${least} to ${most}`} parameters, and there are ${length}`, 'Correct the parameters.')
  const value = textOf(parameters[0]?.valueString)
  if (transform === 'evaluate' && length === 1 && value !== '' && expressionProblem(value) !== null)
    says(path, 'what is evaluated is no FHIRPath expression', 'Correct its grammar.')
  if (transform !== 'create' || value === '' || known === undefined) return undefined
  const alias = list(map.structure).find((one) => one.alias === value)
  if (alias !== undefined || value.includes(':')) return known.structure(alias === undefined ? value : textOf(alias.url))?.type
  const type = known.structure(core + value)?.type
  if (type === undefined && isAlone) says(path, 'there is no type of this name to create', 'Correct the type.')
  return type
}

function variableOf(name: unknown, mode: Mode, path: string, scope: Scope, mapping: Mapping): Variable | undefined {
  const found = typeof name === 'string' ? scope.get(name) : undefined
  if (found?.mode === mode) return found
  if (typeof name === 'string')
    mapping.says(path, `there is no ${mode} of this name at this point`, 'Declare it as an input or as a variable before it is used.')
  return undefined
}

function declare(name: unknown, variable: Variable, path: string, scope: Map<string, Variable>, mapping: Mapping): void {
  if (typeof name !== 'string') return
  named(name, path, mapping)
  scope.set(name, variable)
}

function elementOf({ type }: Variable, element: unknown, path: string, { known, says }: Mapping): string | undefined {
  if (typeof element !== 'string' || type === undefined || known === undefined) return undefined
  if (!isPrimitive(type) && hasElement(known, type, element) === false) says(path, `${type} has no element of this name`, 'Correct the element.')
  const found = known.shapes.of(type)?.get(element)?.type
  return found === 'Resource' ? undefined : found
}
