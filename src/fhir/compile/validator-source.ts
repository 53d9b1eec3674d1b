import { resourceTypes } from '../resource-types.ts'
import { inlineInvariants } from '../runtime/invariants.ts'
import { placeRules } from '../runtime/places.ts'
import { typeRules } from '../rules/strict.ts'
import { type InvariantCompiler, invariantCompiler } from './invariant-source.ts'
import { type Constraint, choiceProperty, type Field, type FieldType, isPrimitive, type Model, type Structure } from './model.ts'
import type { Expansion } from './value-sets.ts'

type ValidatorSource = { source: string; notCompiled: string[] }

type Writer = {
  model: Model
  expand: (url: string) => Expansion | null
  invariants: InvariantCompiler
  functions: Map<string, string>
  sets: Map<string, string>
  targets: Map<string, string>
}

/**
 * Generates one function for each type and backbone: a switch over the properties that are there, then the missing ones, then the invariants.
 * In generated functions `o` is the object, `c` the Check and `d` the depth; `c.names[d]` is the object's own name.
 */
export function validatorSource(model: Model, expand: (url: string) => Expansion | null): ValidatorSource {
  const functions = new Map([...model.keys()].map((name, index) => [name, `t${index}`]))
  const writer: Writer = { model, expand, invariants: invariantCompiler(model), functions, sets: new Map(), targets: new Map() }
  const bodies = [...model.values()].map((structure) => functionSource(structure, writer))
  const resources = resourceTypes.map((type) => `${type}: ${functions.get(type)}`).join(', ')
  const source = [...[...writer.sets.values(), ...writer.targets.values()], ...bodies, `const resources = { __proto__: null, ${resources} }`].join('\n')
  return { source, notCompiled: writer.invariants.notCompiled }
}

const quote = (text: string) => JSON.stringify(text)

function functionSource(structure: Structure, writer: Writer): string {
  const fields = [...structure.fields.values()]
  const required = fields.filter((field) => field.isRequired && !field.isChoice)
  if (required.length > 30) throw new Error(`${structure.name} has more required elements than one integer has bits`)
  const choices = fields.filter((field) => field.isChoice)
  const cases = fields.flatMap((field) => fieldCases(structure, field, required.indexOf(field), choices.indexOf(field), writer))
  const isResource = structure.kind === 'resource'
  const all = (1 << required.length) - 1
  return `
// ${structure.name}
function ${writer.functions.get(structure.name)}(o, c, d) {
  if (typeof o !== 'object' || o === null || Array.isArray(o)) return c.notObject(o, d)
  if (d > depthMax) return c.deep(d)
  let n = 0${required.length > 0 ? ', h = 0' : ''}${choices.map((_, index) => `, x${index} = ''`).join('')}
  for (const k in o) {
    const v = o[k]
    if (v === undefined) continue
    n++
    switch (k) {${isResource ? "\n      case 'resourceType': break" : ''}
${cases.join('\n')}
      default: c.unknown(o, d, k)
    }
  }
${isResource ? '' : '  if (n === 0) c.empty(d)\n'}${
  required.length > 0
    ? `  if (h !== ${all}) {\n${required.map((field, bit) => `    if ((h & ${1 << bit}) === 0) c.missing(d, ${quote(field.name)})`).join('\n')}\n  }\n`
    : ''
}${choices.map((field, index) => (field.isRequired ? `  if (x${index} === '') c.missing(d, ${quote(`${field.name}[x]`)})\n` : '')).join('')}${structure.constraints
  .map((constraint) => invariantSource(constraint, structure.name, 'o', 'd', writer))
  .join('')}${structure.name in placeRules ? `  place[${quote(structure.name)}](o, c, d)\n` : ''}${
  structure.name in typeRules ? `  if (c.isStrict) strict.${structure.name}(o, { check: c, depth: d })\n` : ''
}}`
}

function fieldCases(structure: Structure, field: Field, bit: number, choice: number, writer: Writer): string[] {
  return field.types.flatMap((type) => {
    const property = field.isChoice ? choiceProperty(field, type) : field.name
    const seen = bit >= 0 ? `h |= ${1 << bit}; ` : ''
    const once = choice >= 0 ? onlyForm(field, property, choice) : ''
    const value = valueSource(structure, field, type, property, writer)
    const also = type.code === 'elementId' && !structure.name.startsWith('ElementDefinition') ? '; if (c.isStrict) c.elementId(v, d)' : ''
    const cases = [`      case ${quote(property)}: ${property === 'id' ? 'n--; ' : ''}${seen}${once}${value}${also}; break`]
    if (!isPrimitive(type.code)) return cases
    const names = field.isChoice ? `${quote(property)}, ${quote(field.name)}` : `${quote(property)}, ${quote(property)}`
    const extension = `c.extras${field.isMany ? 'Array' : ''}(o, v, d, ${names}, ${writer.functions.get('Element')})`
    // The extensions of Element.id and Resource.id do not exist in JSON.
    const isAsked = field.binding !== undefined && !field.isMany
    const code = isAsked ? `; if (c.isStrict && o${memberOf(property)} === undefined) c.withoutCode(d, ${names.split(', ')[1] as string})` : ''
    if (property !== 'id') cases.push(`      case ${quote(`_${property}`)}: ${seen}${once}${extension}${code}; break`)
    return cases
  })
}

const memberOf = (name: string) => `[${quote(name)}]`

const onlyForm = (field: Field, property: string, choice: number) =>
  `if (x${choice} !== '' && x${choice} !== ${quote(property)}) c.choice(d, ${quote(`${field.name}[x]`)}); x${choice} = ${quote(property)}; `

function valueSource(structure: Structure, field: Field, type: FieldType, property: string, writer: Writer): string {
  // In FHIRPath a choice is called `value`, whichever form it has.
  const name = quote(field.isChoice ? field.name : property)
  if (type.code === 'Resource') return `c.${field.name === 'contained' ? 'containedResources' : 'nestedResource'}(v, d, ${name}, resources)`
  if (type.code === 'xhtml') return `narrative(v, c, d, ${name})`
  const set = field.binding === undefined ? undefined : setOf(field.binding, writer)
  if (isPrimitive(type.code)) {
    const check = `p.${type.code}`
    // Members of a value set that cannot be listed here (MIME types, units) are asked of the terminology.
    const asked = field.binding !== undefined && set === undefined ? `; c.asked(v, d, ${name}, ${quote(field.binding)})` : ''
    const most = field.preferred?.maximum === undefined ? '' : `; if (c.isStrict) c.inMaximum(v, d, ${name}, ${quote(field.preferred.maximum)})`
    if (field.isMany) return `c.primitives(o, v, d, ${name}, ${check}, ${set})${asked}${most}`
    return `${check}(v, c, d, ${name}, -1${set === undefined ? '' : `, ${set}`})${asked}${most}`
  }
  const call = `${writer.functions.get(type.code)}(v${field.isMany ? '[i]' : ''}, c, d + 1)`
  const item = field.isMany ? 'v[i]' : 'v'
  const more = afterObject(structure, field, type, item, set, writer)
  const enter = `c.names[d + 1] = ${name}; `
  if (!field.isMany) return `${enter}c.at[d + 1] = -1; ${call}${more}`
  return `if (c.array(v, d, ${name})) for (let i = 0; i < v.length; i++) { ${enter}c.at[d + 1] = i; ${call}${more} }`
}

/** The checks of an element beyond those of its type: the value set it is bound to, the types it may point to, the rules of this place. */
function afterObject(structure: Structure, field: Field, type: FieldType, item: string, set: string | undefined, writer: Writer): string {
  let more = ''
  if (set !== undefined && (type.code === 'CodeableConcept' || type.code === 'Coding')) more += `; c.bound${type.code}(${item}, d + 1, ${set})`
  if (field.binding !== undefined && set === undefined && (type.code === 'CodeableConcept' || type.code === 'Coding')) {
    more += `; c.askedConcept(${item}, d + 1, ${quote(field.binding)})`
  }
  if (field.preferred !== undefined && (type.code === 'CodeableConcept' || type.code === 'Coding')) {
    const { extensible, maximum } = field.preferred
    more += `; if (c.isStrict) c.weakly(${item}, d + 1, ${extensible === undefined ? undefined : quote(extensible)}, ${maximum === undefined ? undefined : quote(maximum)})`
  }
  if (type.isSimple === true)
    more += `; if (isObject(${item}) && ${item}.comparator !== undefined) c.invariant(d + 1, 'sqty-1', 'The comparator is not used on a SimpleQuantity')`
  if (type.code === 'Reference') more += `; c.reference(${item}, d + 1, ${targetsOf(type, writer)})`
  for (const constraint of field.constraints) {
    const forType = field.isChoice ? constraintOnChoice(constraint, type) : true
    if (forType) more += `; ${invariantSource(constraint, type.code, item, 'd + 1', writer, `${structure.name}.${field.name}`)}`
  }
  return more
}

// The only rule of R4 on a choice (ras-1) is about a Range.
const constraintOnChoice = (_: Constraint, type: FieldType) => type.code === 'Range'

function invariantSource(constraint: Constraint, type: string, object: string, depth: string, writer: Writer, place = type): string {
  const inline = inlineInvariants[constraint.key]
  if (inline !== undefined) return inline === 'elsewhere' ? '' : `  inv[${quote(constraint.key)}](${object}, c, ${depth})\n`
  const holds = writer.invariants.compile(constraint, type, object, place)
  if (holds === null) {
    const words = [constraint.key, constraint.human, constraint.expression, place].map(quote).join(', ')
    return `  if (isObject(${object})) c.evaluate(${object}, ${depth}, ${words})\n`
  }
  const report = `c.invariant(${depth}, ${quote(constraint.key)}, ${quote(constraint.human)})`
  return `  if (isObject(${object}) && !(${holds})) ${report}\n`
}

function setOf(url: string, writer: Writer): string | undefined {
  const name = `set${writer.sets.size}`
  const known = writer.sets.get(url)
  if (known !== undefined) return known === '' ? undefined : (/const (\w+)/.exec(known)?.[1] as string)
  const expansion = writer.expand(url)
  if (expansion === null) {
    writer.sets.set(url, '')
    return undefined
  }
  writer.sets.set(url, `const ${name} = codes(${quote(url.split('|')[0] as string)}, ${JSON.stringify([...expansion])})`)
  return name
}

function targetsOf(type: FieldType, writer: Writer): string {
  if (type.targets === undefined) return 'anyType'
  const key = JSON.stringify([...type.targets].sort())
  const known = writer.targets.get(key)
  if (known !== undefined) return /const (\w+)/.exec(known)?.[1] as string
  const name = `ref${writer.targets.size}`
  writer.targets.set(key, `const ${name} = new Set(${key})`)
  return name
}
