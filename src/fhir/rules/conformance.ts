import { list } from '../profile/items.ts'
import { expressionProblem } from '../profile/fhirpath.ts'
import { isResourceType } from '../xml/shapes.ts'
import { definitionOf, isSystem } from './elements-of.ts'
import { nameProblem } from './expression-types.ts'
import { hasForm } from './datatypes.ts'
import type { Place, Rule } from './strict.ts'

/** searchparameter.html: a parameter that is derived from another has the same type, and no other bases. */
export const searchParameterRule: Rule = (parameter, { check, depth }) => {
  const { derivedFrom, type, base, expression } = parameter
  if (typeof expression === 'string') {
    const problem = expressionProblem(expression)
    if (problem !== null) check.add('invalid', check.path(depth, 'expression'), `the expression ${problem}`, 'Correct its grammar.')
    else if (Array.isArray(base) && check.known !== undefined) {
      const bases = base.filter((one) => typeof one === 'string')
      const wrong = nameProblem(expression, bases, check.known)
      if (wrong !== null) check.add('invalid', check.path(depth, 'expression'), `the expression ${wrong}`, 'Correct the name, or the base.')
    }
  }
  if (type === 'composite' && Array.isArray(parameter.component)) {
    list(parameter.component).forEach((one, index) => {
      const problem = typeof one.expression === 'string' ? expressionProblem(one.expression) : null
      if (problem !== null) check.add('invalid', check.path(depth, 'component', index), `the expression ${problem}`, 'Correct its grammar.')
    })
  }
  const origin = typeof derivedFrom === 'string' ? check.known?.find(derivedFrom) : undefined
  if (origin?.resourceType !== 'SearchParameter') return
  const says = (name: string, text: string, hint: string) => check.add('business-rule', check.path(depth, name), text, hint)
  if (origin.type !== type) says('type', `the type is not that of the parameter it is derived from, ${String(origin.type)}`, 'Make them agree.')
  const bases = Array.isArray(origin.base) ? origin.base : []
  for (const one of Array.isArray(base) ? base : []) {
    if (!bases.includes(one) && !bases.includes('Resource') && !bases.includes('DomainResource'))
      says('base', 'a base is none of those of the parameter it is derived from', 'Remove it.')
  }
}

/** Definitions are found by their URL, so it must be absolute (references.html#canonical). */
export const addressRule: Rule = ({ resourceType, url }, { check, depth }) => {
  if (typeof url !== 'string' || /^[A-Za-z][A-Za-z0-9+.-]*:/.test(url)) return
  const shape = check.known?.shapes.of(String(resourceType))
  if (shape?.get('url')?.type === 'uri' && shape.has('publisher'))
    check.add('invalid', check.path(depth, 'url'), 'the canonical URL of a definition is absolute', 'Write the whole URL.')
}

/** capabilitystatement.html: a search parameter has the type that its definition gives it. */
export const capabilityRule: Rule = (statement, { check, depth }) => {
  list(statement.rest).forEach((rest, at) => {
    list(rest.resource).forEach((resource, index) => {
      list(resource.searchParam).forEach(({ definition, type }, place) => {
        const found = typeof definition === 'string' ? check.known?.find(definition) : undefined
        if (found?.resourceType !== 'SearchParameter' || found.type === type) return
        const path = `${check.path(depth)}.rest[${at}].resource[${index}].searchParam[${place}]`
        check.add('business-rule', path, `its definition says the type ${String(found.type)}`, 'Make them agree.')
      })
    })
  })
}

/** operationdefinition.html: a profile of what goes in or comes out is one of Parameters. */
export const operationRule: Rule = (operation, { check, depth }) => {
  for (const name of ['inputProfile', 'outputProfile']) {
    const profile = operation[name]
    if (typeof profile !== 'string' || profile.startsWith('#') || check.known === undefined) continue
    const type = check.known.structure(profile)?.type
    if (type === 'Parameters') continue
    const says = type === undefined ? 'the profile is not known here' : `this is a profile of ${type}, not of Parameters`
    check.add(type === undefined ? 'not-found' : 'invalid', check.path(depth, name), says, 'Name a profile of Parameters that is loaded.')
  }
}

/** implementationguide.html: a guide depends on another guide, by its own address, and says the version beside it. */
export const guideRule: Rule = (guide, { check, depth }) => {
  list(guide.dependsOn).forEach(({ uri, version }, index) => {
    if (typeof uri !== 'string') return
    const says = (text: string, hint: string) => check.add('business-rule', check.path(depth, 'dependsOn', index), text, hint)
    const [address = '', named] = uri.split('|')
    if (named !== undefined && version === undefined) says('the version stands in the address only', 'Write it as version.')
    else if (named === '') says('the address ends where its version should begin', 'Remove the bar.')
    if (!address.includes('/ImplementationGuide/')) says('the address is not that of a guide', 'Write the canonical URL of the ImplementationGuide itself.')
  })
}

/** conceptmap.html: mapped codes must exist in the code systems that are named. */
export const conceptMapRule: Rule = (map, place) => {
  const { check, depth } = place
  const source = map.sourceCanonical ?? map.sourceUri
  const target = map.targetCanonical ?? map.targetUri
  for (const name of ['sourceCanonical', 'sourceUri', 'targetCanonical', 'targetUri']) {
    const found = typeof map[name] === 'string' ? definitionOf(map[name], check.known) : undefined
    if (found !== undefined && found !== 'ValueSet') check.add('invalid', check.path(depth, name), `this is a ${found}, not a value set`, 'Name a value set.')
  }
  list(map.group).forEach((group, at) => {
    // Of a system that is not here it cannot be told which of its codes a value set means.
    const isHere = typeof group.target === 'string' && check.known !== undefined && isSystem(check.known, group.target)
    list(group.element).forEach((element, index) => {
      const path = `${check.path(depth)}.group[${at}].element[${index}]`
      mapped(element.code, group.source, source, `${path}.code`, place)
      list(element.target).forEach((one, to) => mapped(one.code, group.target, isHere ? target : undefined, `${path}.target[${to}].code`, place))
    })
  })
}

function mapped(code: unknown, system: unknown, valueSet: unknown, path: string, { check }: Place): void {
  if (typeof code !== 'string' || typeof system !== 'string' || check.known === undefined) return
  if (!hasForm(system, code) || check.known.describe({ system, code }).isKnown === false)
    return check.add('code-invalid', path, `the code is not in ${system}`, 'Correct the code or its system.')
  if (typeof valueSet === 'string' && !isResourceType(valueSet) && check.known.member(valueSet, { system, code }) === 'out') {
    check.add('code-invalid', path, `the code is not in the value set ${valueSet}`, 'Correct the code or the value set.')
  }
}
