import { TextMap } from '../../platform/text-map.ts'
import { membershipOf } from '../profile/binding.ts'
import type { Knowledge } from '../profile/run.ts'
import type { Tree } from '../profile/tree.ts'
import { checkProfile } from '../profile/walk.ts'
import { checkExtensible, checkMaximum } from '../rules/extensible.ts'
import { responseRule } from '../rules/questionnaire-response.ts'
import { checkResource } from '../rules/strict.ts'
import type { Issue } from '../types.ts'
import { entriesOf } from './bundle-entries.ts'
import { resourceTypes } from '../resource-types.ts'
import { Check, type Codes, depthMax, shown, textOf, tokenOf } from './check.ts'
import type { Primitive } from './primitives.ts'

type TypeCheck = (value: unknown, check: ElementCheck, depth: number) => void
type ResourceChecks = Record<string, TypeCheck | undefined>
type Json = Record<string, unknown>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
// Type/id, Type/id/_history/version, an absolute URI, #contained, or Type?condition in a transaction.
const form = /^(?:[A-Za-z][A-Za-z0-9+.-]*:\S+|[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?(?:[#|]\S*)?|[A-Z][A-Za-z]+\?\S+)$/
// [base/]Type/id[/_history/version]
const literal = /^(?:https?:\/\/[^\s?#]+\/|)([A-Z][A-Za-z]{1,63})\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?(?:#.*)?$/

/** Functions that the generated code calls for arrays of primitives, primitive extensions, nested resources, bindings and references. */
export class ElementCheck extends Check {
  /** The ids of elements found so far in the innermost resource; for `$validate` they must be unique. */
  private ids: Set<string> | undefined
  /** True in the `_name` object of a primitive with a value, when that object has an id and no extension. */
  private isBesideValue = false
  private containedRoot: Json | undefined
  private containedById = new TextMap<Json>()

  primitives(owner: Json, value: unknown, depth: number, name: string, primitive: Primitive, set?: Codes): void {
    if (!this.array(value, depth, name)) return
    for (let index = 0; index < value.length; index++) {
      const item = value[index]
      if (item !== null) primitive(item, this, depth, name, index, set)
      else if (!isObject((owner[`_${name}`] as unknown[] | undefined)?.[index])) {
        const hint = `Remove it, or say more at the same place of _${name}.`
        this.value(depth, name, index, 'null stands for a value with extensions, and there is none', hint)
      }
    }
  }

  extras(owner: Json, value: unknown, depth: number, property: string, name: string, element: TypeCheck): void {
    if (value === null) {
      this.add('structure', this.path(depth, name), `_${property} must be an object, found null`, 'Leave the property out.')
      return
    }
    this.names[depth + 1] = name
    this.at[depth + 1] = -1
    this.extra(owner[property], value, depth + 1, element)
    if (owner[property] === undefined && isObject(value) && value.extension === undefined) this.empty(depth + 1)
  }

  /** ele-1 requires a value or children. When the primitive has its value, an id alone is enough in `_name`. */
  private extra(primitive: unknown, value: unknown, depth: number, element: TypeCheck): void {
    this.isBesideValue = primitive !== undefined && primitive !== null && isObject(value) && value.id !== undefined && value.extension === undefined
    element(value, this, depth)
    this.isBesideValue = false
  }

  override empty(depth: number): void {
    if (!this.isBesideValue) super.empty(depth)
  }

  extrasArray(owner: Json, value: unknown, depth: number, property: string, name: string, element: TypeCheck): void {
    if (!this.array(value, depth, `_${name}`)) return
    const values = owner[property]
    if (Array.isArray(values) && values.length !== value.length) {
      const hint = `Give both arrays the same length and fill gaps with null.`
      this.add('structure', this.path(depth, name), `${name} and _${name} have different lengths`, hint)
    }
    for (let index = 0; index < value.length; index++) {
      if (value[index] === null) continue
      this.names[depth + 1] = name
      this.at[depth + 1] = index
      this.extra(Array.isArray(values) ? values[index] : undefined, value[index], depth + 1, element)
    }
  }

  /** A nested resource that is not contained: an entry of a Bundle, a parameter of Parameters. */
  nestedResource(value: unknown, depth: number, name: string, checks: ResourceChecks): void {
    this.names[depth + 1] = name
    this.at[depth + 1] = -1
    const root = this.root
    const wasContained = this.inContained
    this.inContained = false
    if (isObject(value)) this.root = value
    this.dispatch(value, depth + 1, checks)
    this.root = root
    this.inContained = wasContained
  }

  containedResources(value: unknown, depth: number, name: string, checks: ResourceChecks): void {
    if (!this.array(value, depth, name)) return
    if (this.inContained) {
      const hint = 'Move it up, beside the resource that contains it.'
      this.add('invariant', this.path(depth, name), 'a contained resource must not contain resources (dom-2)', hint)
      return
    }
    this.inContained = true
    const ids = new Set<unknown>()
    for (let index = 0; index < value.length; index++) {
      this.names[depth + 1] = name
      this.at[depth + 1] = index
      const one = value[index]
      this.dispatch(one, depth + 1, checks)
      if (isObject(one)) this.contained(one, depth + 1, ids)
    }
    this.inContained = false
  }

  contained(one: Json, depth: number, ids: Set<unknown>): void {
    const { id, meta } = one
    if (id === undefined) this.add('required', this.path(depth, 'id'), 'a contained resource needs an id', 'Add an id and refer to it as #id.')
    else if (ids.has(id)) this.add('value', this.path(depth, 'id'), 'two contained resources have the same id', 'Give each an id of its own.')
    ids.add(id)
    if (!isObject(meta)) return
    if (meta.versionId !== undefined || meta.lastUpdated !== undefined) {
      this.invariant(depth, 'dom-4', 'a contained resource must not have meta.versionId or meta.lastUpdated')
    }
    if (meta.security !== undefined) this.invariant(depth, 'dom-5', 'a contained resource must not have a security label')
  }

  dispatch(value: unknown, depth: number, checks: ResourceChecks): void {
    if (!isObject(value)) return this.notObject(value, depth)
    if (depth > depthMax) return this.deep(depth)
    const type = value.resourceType
    const check = typeof type === 'string' ? checks[type] : undefined
    if (check !== undefined) {
      const outer = this.current
      const outerDepth = this.currentDepth
      const outerBundle = this.bundle
      const ids = this.ids
      this.ids = undefined
      this.current = value
      this.currentDepth = depth
      if (type === 'Bundle') this.bundle = value
      check(value, this, depth)
      if (value.meta !== undefined) this.namedProfiles(value, depth)
      if (this.isStrict) {
        if (!this.inContained) this.globalProfiles(value, type as string, depth)
        checkResource(this, value, depth)
        this.ids = ids
      } else if (type === 'QuestionnaireResponse') responseRule(value, { check: this, depth })
      this.current = outer
      this.currentDepth = outerDepth
      this.bundle = outerBundle
    } else {
      const what = type === undefined ? 'resourceType is missing' : `${shown(type)} is not a resource type of FHIR R4`
      const hint = 'Write resourceType with the exact name of an R4 resource, for example Patient.'
      this.add(type === undefined ? 'required' : 'structure', this.path(depth, 'resourceType'), what, hint)
    }
  }

  /** meta.profile: known profiles are checked; an unknown one is reported and does not stop a write. */
  namedProfiles(resource: Json, depth: number): void {
    const { meta } = resource
    const profiles = isObject(meta) ? meta.profile : undefined
    if (!Array.isArray(profiles) || this.known === undefined) return
    for (const profile of profiles) {
      if (typeof profile !== 'string') continue
      const tree = this.known.tree(profile)
      if (tree !== undefined) this.conform(resource, tree, depth)
      else this.unknownProfile(profile, depth, 'warning')
    }
  }

  /** implementationguide.html#default: profiles that a guide requires of all resources of a type. A write only has to conform to those it names. */
  private globalProfiles(resource: Json, type: string, depth: number): void {
    const { meta } = resource
    const named = isObject(meta) && Array.isArray(meta.profile) ? meta.profile : []
    for (const profile of this.known?.globals(type) ?? []) {
      const tree = named.includes(profile) ? undefined : this.known?.tree(profile)
      if (tree !== undefined) this.conform(resource, tree, depth)
    }
  }

  wantedProfiles(resource: Json, profiles: readonly string[]): void {
    for (const profile of profiles) {
      const tree = this.known?.tree(profile)
      if (tree !== undefined) this.conform(resource, tree, 0)
      else this.unknownProfile(profile, 0, 'error')
    }
  }

  unknownProfile(profile: string, depth: number, severity: Issue['severity']): void {
    if (isTypeItself(profile, this.current.resourceType)) return
    const hint = 'Load the package that defines it: npm run spona -- fhir package add FILE.tgz.'
    this.add('not-found', this.path(depth, 'meta.profile'), `the profile ${shown(profile)} is not known here and was not checked`, hint, severity)
  }

  conform(resource: Json, tree: Tree, depth: number): void {
    const { type } = tree.structure
    if (type !== resource.resourceType && this.known?.isKindOf(textOf(resource.resourceType), type) !== true) {
      const hint = `The profile is for ${type}.`
      this.add('structure', this.path(depth), `the profile ${tree.structure.url} is not for this type of resource`, hint)
      return
    }
    const outer = this.current
    const outerBundle = this.bundle
    this.current = resource
    // A profile that the caller named is checked after the walk through the Bundle.
    if (resource.resourceType === 'Bundle') this.bundle = resource
    const run = { check: this, known: this.known as Knowledge, underWay: new Map(), hops: 0, resolve: (reference: string) => this.resolve(reference) }
    checkProfile(run, tree, resource, depth)
    this.current = outer
    this.bundle = outerBundle
  }

  /** The resource that a reference means, when it came along: a contained one, or an entry of the same Bundle. */
  override resolve(reference: string): Json | undefined {
    if (reference.startsWith('#')) return reference === '#' ? this.root : this.containedOf(this.root, reference.slice(1))
    return this.bundle === undefined ? undefined : entriesOf(this.bundle, this).find(reference, this.root)
  }

  /** Evaluates a rule that is not translated to JavaScript by the FHIRPath engine; such rules are about definitions. */
  evaluate(object: Json, depth: number, key: string, human: string, expression: string, place: string): void {
    const holds = this.known?.holds(expression, object, place, this.current, this.root, {
      resolve: (reference) => this.resolve(reference),
      conforms: () => true,
    })
    if (holds === false) this.invariant(depth, key, human)
  }

  /** element.html: the id of an element is unique within its resource. */
  elementId(id: unknown, depth: number): void {
    if (typeof id !== 'string') return
    this.ids ??= new Set()
    const { size } = this.ids
    if (this.ids.add(id).size > size) return
    this.add('business-rule', this.path(depth, 'id'), 'the id is that of another element of this resource', 'Give each element an id of its own.')
  }

  weakly(value: unknown, depth: number, extensible: string | undefined, maximum: string | undefined): void {
    if (!isObject(value)) return
    if (extensible !== undefined) checkExtensible(value, extensible, this, depth)
    if (maximum !== undefined) checkMaximum(value, maximum, this, () => this.path(depth))
  }

  /** Among primitive codes only languages have a maximum value set. */
  inMaximum(value: unknown, depth: number, name: string, maximum: string): void {
    if (typeof value === 'string') checkMaximum(value, maximum, this, () => this.path(depth, name))
  }

  asked(value: unknown, depth: number, name: string, valueSet: string): void {
    const values = Array.isArray(value) ? value : [value]
    values.forEach((code, at) => {
      if (typeof code !== 'string' || formats.has(code) || this.known?.member(valueSet, { code }) !== 'out') return
      this.outside(this.path(depth, name, Array.isArray(value) ? at : -1), code, valueSet)
    })
  }

  askedConcept(value: unknown, depth: number, valueSet: string): void {
    if (this.known === undefined || membershipOf({ known: this.known }, valueSet, value) !== 'out') return
    this.outside(this.path(depth), isObject(value) ? value.code : value, valueSet)
  }

  /** What is bound to a value set has a code from it: to say why there is none is not enough to the reference validator. */
  withoutCode(depth: number, name: string): void {
    this.add('code-invalid', this.path(depth, name), 'there is no code, and one of a value set is required', 'Write a code of the value set.')
  }

  private outside(path: string, code: unknown, valueSet: string): void {
    const what = code === undefined ? 'none of the codings is in' : `${shown(code)} is not in`
    const severity = this.isStrict ? 'error' : 'warning'
    this.add('code-invalid', path, `${what} the required value set ${valueSet}`, `Use a code of ${valueSet}.`, severity)
  }

  boundCoding(value: unknown, depth: number, set: Codes): void {
    if (!isObject(value) || inSet(value, set)) return
    if (value.code === undefined && value.extension !== undefined) return
    this.unbound(depth, 'code', -1, value.code ?? null, set)
  }

  boundCodeableConcept(value: unknown, depth: number, set: Codes): void {
    if (!isObject(value)) return
    const { coding } = value
    if (Array.isArray(coding) ? coding.some((one) => inSet(one, set)) : value.extension !== undefined && !this.isStrict) return
    const hint = `Add a coding from ${set.url}${set.codes.size <= 30 ? `: ${[...set.codes].join(', ')}` : ''}.`
    const what = Array.isArray(coding) ? 'none of the codings is in' : 'there is no coding from'
    this.add('code-invalid', this.path(depth), `${what} the required value set ${set.url}`, hint)
  }

  reference(value: unknown, depth: number, targets: Set<string> | null): void {
    if (!isObject(value)) return
    const { reference, type: declared } = value
    let type: string | undefined
    if (typeof reference === 'string') {
      type = reference[0] === '#' ? this.containedType(reference, depth) : this.literalType(reference, depth)
    }
    if (typeof declared === 'string') {
      if (type !== undefined && type !== declared && knownType.has(declared)) {
        this.add('structure', this.path(depth, 'type'), `says ${shown(declared)}, the reference says ${type}`, 'Make them agree.')
      }
      type ??= declared
    }
    if (type === undefined || targets === null || targets.has(type) || !knownType.has(type)) return
    const hint = `Refer to one of: ${[...targets].join(', ')}.`
    this.add('structure', this.path(depth, 'reference'), `a reference to ${type} is not allowed here`, hint)
  }

  literalType(reference: string, depth: number): string | undefined {
    const known = this.bundle === undefined ? undefined : entriesOf(this.bundle, this).typeOf(reference)
    if (known !== undefined) return known
    const type = literal.exec(reference)?.[1]
    const isRelative = type !== undefined && reference.startsWith(type)
    if (isRelative ? !knownType.has(type) : type === undefined && !form.test(reference)) {
      const hint = 'Write Type/id with the name of an R4 resource type, an absolute URL, or #id of a contained resource.'
      this.value(depth, 'reference', -1, 'is not a reference to a FHIR resource', hint)
    }
    return type
  }

  /**
   * The first contained resource with this id. The index is made once for each resource: otherwise many contained resources and as many references would
   * take the square of their number.
   */
  private containedOf(root: Json, id: string): Json | undefined {
    if (root !== this.containedRoot) {
      this.containedRoot = root
      this.containedById = new TextMap()
      for (const one of Array.isArray(root.contained) ? root.contained : []) {
        if (isObject(one) && typeof one.id === 'string' && !this.containedById.has(one.id)) this.containedById.set(one.id, one)
      }
    }
    return this.containedById.get(id)
  }

  /** ref-1: `#id` must be contained in the same root resource; `#` alone is that root itself. */
  containedType(reference: string, depth: number): string | undefined {
    const id = reference.slice(1)
    if (id === '') return typeof this.root.resourceType === 'string' ? this.root.resourceType : undefined
    const found = this.containedOf(this.root, id)
    if (found !== undefined) return typeof found.resourceType === 'string' ? found.resourceType : undefined
    const hint = 'Contain the resource, or refer to it by Type/id.'
    this.add('invariant', this.path(depth, 'reference'), 'there is no contained resource of this id (ref-1)', hint)
    return undefined
  }
}

// The definition of the type itself: the walk has already checked all of it.
const isTypeItself = (profile: string, type: unknown) =>
  profile === `http://hl7.org/fhir/StructureDefinition/${type}` || profile === `http://hl7.org/fhir/StructureDefinition/${type}|4.0.1`

// http.html#mime-type: the short names of the formats stand for their MIME types.
const formats = new Set(['xml', 'json', 'ttl'])

/** Types of other FHIR versions are not judged. */
const knownType = new Set(resourceTypes)

function inSet(coding: unknown, set: Codes): boolean {
  return isObject(coding) && set.tokens.has(tokenOf(coding))
}
