import { resourceTypes } from '../resource-types.ts'
import { shown } from '../runtime/check.ts'
import type { Fhir } from '../types.ts'
import { Problem, safeName } from './problem.ts'
import { countMax, type Include, type Search } from './search.ts'
import { parameterOf } from './relation.ts'
import { nearest } from './suggest.ts'
import { targetsOf } from './values.ts'

type Control = (search: Search, value: string, modifier: string | null, fhir: Fhir) => Problem | null

const only = (known: readonly string[], value: string): Problem | null =>
  known.includes(value) ? null : new Problem('value', `${shown(value)} is not supported`, `Use one of: ${known.join(', ')}.`)

const includesMax = 50

/** Parameters that control the answer and not what is found. */
export const controls: Record<string, Control> = {
  _count(search, value) {
    if (!/^\d{1,9}$/.test(value)) return new Problem('value', `${shown(value)} is not a count`, `Give a whole number from 0 to ${countMax}.`)
    // "If _count has the value 0, this shall be treated the same as _summary=count": https://hl7.org/fhir/R4/search.html#count
    if (Number(value) === 0) search.summary = 'count'
    else search.count = Math.min(Number(value), countMax)
    return null
  },
  _sort(search, value, _, fhir) {
    for (const part of value.split(',')) {
      const isDescending = part.startsWith('-')
      const code = isDescending ? part.slice(1) : part
      const parameter = parameterOf(fhir, search.type, code)
      if (parameter instanceof Problem) return new Problem(parameter.code, `${safeName(code)} ${parameter.says}`, parameter.hint)
      // Composites, positions and texts have no order.
      if (parameter.components !== undefined || parameter.type === 'special' || parameter.expression === '') {
        return new Problem('not-supported', `${code} has no order`, 'Sort by a parameter of another type.')
      }
      search.sort.push({ code, isDescending })
    }
    return null
  },
  _include: (search, value, modifier, fhir) => include(search.include, search.type, value, modifier, fhir),
  _revinclude: (search, value, modifier, fhir) => include(search.revinclude, null, value, modifier, fhir),
  _total(search, value) {
    search.total = value as Search['total']
    return only(['none', 'estimate', 'accurate'], value)
  },
  // A parameter of Aidbox, which its client fhirpy sends in every count(): it tells how the total is made and does not change what is found.
  _totalMethod(search, value) {
    search.total = value === 'count' ? 'accurate' : (value as Search['total'])
    return only(['count', 'estimate', 'none'], value)
  },
  _summary(search, value) {
    search.summary = value as Search['summary']
    return only(['true', 'false', 'text', 'data', 'count'], value)
  },
  _elements(search, value, _, fhir) {
    for (const part of value.split(',')) {
      const dot = part.indexOf('.')
      const isOfType = dot > 0 && (search.type === null ? resourceTypes.includes(part.slice(0, dot)) : part.slice(0, dot) === search.type)
      const name = isOfType ? part.slice(dot + 1) : part
      if (!/^[A-Za-z][A-Za-z0-9]{0,63}$/.test(name)) {
        return new Problem('value', 'names something that is not a top-level element', 'Write names with commas: id,status,code.')
      }
      // `resourceType` is no element, but clients that think in JSON ask for it, and every answer has it.
      if (name === 'resourceType') continue
      const among = search.type === null ? resourceTypes : [search.type]
      if (!among.some((type) => fhir.propertiesOf(type, name).length > 0)) {
        const where = search.type === null ? 'any type' : search.type
        return new Problem('value', `${shown(name)} is no element of ${where}`, 'Name elements as the specification does: id, status, code.')
      }
      search.elements.push(name)
    }
    return null
  },
  _format: () => null, // The HTTP surface has read it, or refused the whole request.
  _contained(search, value) {
    search.contained = { as: 'container', ...search.contained, how: value as 'both' }
    return only(['true', 'false', 'both'], value)
  },
  _containedType(search, value) {
    search.contained = { how: 'false', ...search.contained, as: value as 'container' }
    return only(['container', 'contained'], value)
  },
  _pretty: (_, value) => only(['true', 'false'], value),
}

function include(into: Include[], ownType: string | null, value: string, modifier: string | null, fhir: Fhir): Problem | null {
  // `recurse` is the name of this modifier in STU3; older clients still use it.
  if (modifier !== null && modifier !== 'iterate' && modifier !== 'recurse') {
    return new Problem('not-supported', 'the modifier is not supported', 'Write :iterate to follow what was included, or no modifier.', true)
  }
  const wanted = value === '*' ? { type: '*', code: '*' } : includeOf(value, fhir)
  if (wanted instanceof Problem) return wanted
  const { type } = wanted
  // Included resources may be of any type, so only the first step must begin at the type that is searched.
  if (ownType !== null && type !== '*' && type !== ownType && modifier === null) {
    return new Problem('value', `includes from ${type} in a search for ${ownType}`, `Begin with ${ownType}:, or write :iterate.`)
  }
  if (into.length >= includesMax) return new Problem('value', `there are more than ${includesMax} includes`, 'Ask for fewer.')
  into.push(modifier === null ? wanted : { ...wanted, iterate: true })
  return null
}

function includeOf(value: string, fhir: Fhir): Include | Problem {
  const [type = '', code, target, ...more] = value.split(':')
  if (code === undefined || more.length > 0) return new Problem('value', 'is not an include', 'Write Type:parameter, Type:parameter:TargetType or *.')
  if (!resourceTypes.includes(type)) return new Problem('value', `${shown(type)} is not a resource type of FHIR R4`, 'Write Type:parameter.')
  const references = fhir.parameters(type).filter((one) => one.type === 'reference')
  const parameter = references.find((one) => one.code === code)
  if (code !== '*' && parameter === undefined) {
    const near = nearest(
      code,
      references.map((one) => one.code),
    )
    const hint = near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `Reference parameters of ${type}: ${references.map((one) => one.code).join(', ')}.`
    return new Problem('not-supported', `${shown(code)} is not a reference parameter of ${type}`, hint)
  }
  if (target === undefined || target === '') return { type, code }
  if (!resourceTypes.includes(target)) return new Problem('value', `${shown(target)} is not a resource type of FHIR R4`, 'Write Type:parameter:TargetType.')
  if (parameter !== undefined && !targetsOf(parameter).includes(target)) {
    return new Problem('value', `${code} never refers to ${target}`, `It refers to: ${targetsOf(parameter).join(', ')}.`)
  }
  return { type, code, target }
}
