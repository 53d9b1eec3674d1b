import { isObject, type Json } from '../profile/items.ts'
import { type Around, isOfTypeOf, type Knowledge } from '../profile/run.ts'
import type { Tree } from '../profile/tree.ts'
import { checkProfile } from '../profile/walk.ts'
import { type Check, textOf } from '../runtime/check.ts'
import { contextsOf } from './context.ts'
import type { Place, Rule } from './strict.ts'

const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:/
// HL7's own name space without its guides (uv, us …): the extensions pack, tooling, and elements of other versions as extensions.
const elsewhere = /^http:\/\/hl7\.org\/fhir\/(?!(?:uv|[a-z]{2}|[a-z]{2}-[a-z]+)\/)/
const ofVersion = /^http:\/\/hl7\.org\/fhir\/(\d+\.\d+)\/StructureDefinition\/extension-/
const otherVersions = new Set(['1.0', '3.0', '4.3', '5.0', '6.0'])
// Addresses that the reference validator takes for examples, and those of DICOM, whose extensions are defined in no package: there is nothing to look up.
const ofExamples = /^https?:\/\/(?:[\w-]+\.)*(?:example\.org|acme\.com|nema\.org)\//
// These definitions of R4 omit contexts in which R4's own definitions use the extensions; later versions name them.
const contextsMended: Record<string, string[] | undefined> = {
  'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type': ['ElementDefinition.type'],
  'http://hl7.org/fhir/StructureDefinition/regex': ['ElementDefinition.type'],
  'http://hl7.org/fhir/StructureDefinition/structuredefinition-normative-version': ['CanonicalResource', 'ElementDefinition'],
  'http://hl7.org/fhir/StructureDefinition/valueset-concept-comments': ['CodeSystem.concept'],
}

/** versions.html#extensions: an element of another version of FHIR has an address that names this version; 4.0 is R4 itself. */
function versionProblem(url: string): string | null {
  const version = ofVersion.exec(url)?.[1]
  return version === undefined || otherVersions.has(version) ? null : `names the version ${version}, whose elements are no extensions here`
}

/**
 * extensibility.html: an extension must have the value and the parts of its definition, and stand where the definition allows it. An extension whose
 * definition is not known is an error for `$validate`; a write accepts it.
 */
export const extensionRule: Rule = (object, place) => {
  const { url } = object
  const { check, depth } = place
  if (typeof url !== 'string' || url.includes('|') || !scheme.test(url) || check.known === undefined) return
  const tree = check.known.tree(url)
  const problem =
    tree === undefined ? versionProblem(url) : tree.structure.type === 'Extension' ? null : 'is the definition of something else, not of an extension'
  if (problem !== null) return check.add('extension', check.path(depth, 'url'), problem, 'Write the URL of the definition of an extension.')
  if (tree === undefined) {
    const severity = elsewhere.test(url) || ofExamples.test(url) ? 'warning' : 'error'
    check.add(
      'extension',
      check.path(depth),
      'the definition of this extension is not known, so it is not allowed here',
      'Load the package that defines it.',
      severity,
    )
    return
  }
  const isModifier = (tree.structure.differential ?? tree.structure.snapshot)?.element[0]?.isModifier === true
  const isUsedAsModifier = check.names[depth] === 'modifierExtension'
  if (isModifier !== isUsedAsModifier) {
    const says = isModifier
      ? 'this extension changes the meaning and must stand in modifierExtension'
      : 'this extension changes no meaning and must stand in extension'
    check.add('structure', check.path(depth), says, 'Move it.')
  }
  checkContext(tree, place)
  checkParts(tree, object, place)
  const run = { check, known: check.known, underWay: new Map(), hops: 0, resolve: (reference: string) => check.resolve(reference) }
  checkProfile(run, tree, object, depth)
}

/**
 * defining-extensions.html#context: the expression must select the element from its resource. Elements have no identity here, so it is enough that
 * a selected element carries the same extension.
 */
function isSelected(expression: string, url: string, check: Check): boolean {
  const { current, root, known } = check
  if (known === undefined || url.includes("'") || url.includes('\\')) return true
  const carriers = `(${expression}).where(extension.where(url = '${url}').exists() or modifierExtension.where(url = '${url}').exists()).exists()`
  return known.holds(carriers, current, textOf(current.resourceType), current, root, aroundOf(check, known)) !== false
}

const aroundOf = (check: Check, known: Knowledge): Around => ({
  resolve: (reference) => check.resolve(reference),
  conforms: (object, profile) => isOfTypeOf(known, object, profile),
})

function checkContext(tree: Tree, { check, depth }: Place): void {
  const allowed = tree.structure.context ?? []
  if (allowed.length === 0) return
  const found = contextsOf(check, depth)
  if (found !== null) checkInvariants(tree, found, { check, depth })
  const here = found?.names ?? null
  if (
    here === null ||
    contextsMended[tree.structure.url]?.some((one) => here.has(one)) === true ||
    allowed.some(({ type, expression }) => {
      if (type === 'fhirpath') return isSelected(expression, tree.structure.url, check)
      // The context of an extension also includes its value.
      return here.has(expression) || here.has(expression.split('#').at(-1) as string) || (type === 'extension' && here.has(`${expression}.value`))
    })
  )
    return
  const places = allowed.map(({ expression }) => expression).join(', ')
  check.add('structure', check.path(depth), `the extension ${tree.structure.url} may not stand here`, `It belongs to: ${places}.`)
}

/** StructureDefinition.contextInvariant: "rules about when the extension can be used". Rules that ask about the extension itself are not evaluated. */
function checkInvariants({ structure }: Tree, { holder, type }: { holder: Json; type: string }, { check, depth }: Place): void {
  const { known, current, root } = check
  if (known === undefined) return
  for (const expression of structure.contextInvariant ?? []) {
    if (expression.includes('%extension')) continue
    const holds = known.holds(expression, holder, type, current, root, aroundOf(check, known))
    if (holds === false)
      check.add('structure', check.path(depth), `the extension ${structure.url} may not stand here`, `It stands where this holds: ${expression}.`)
  }
}

/** A complex extension may only have the parts that its definition names. */
function checkParts(tree: Tree, object: Json, { check, depth }: Place): void {
  const parts = Array.isArray(object.extension) ? object.extension : []
  const slices = [...(tree.root.children.get('extension')?.slices.values() ?? [])]
  const names = new Set(slices.flatMap((slice) => [slice.children.get('url')?.fixed, slice.sliceName]))
  if (slices.length === 0) return
  parts.forEach((part, index) => {
    if (!isObject(part) || typeof part.url !== 'string' || scheme.test(part.url) || names.has(part.url)) return
    check.add(
      'structure',
      check.path(depth, 'extension', index),
      `the extension ${tree.structure.url} has no part of this name`,
      `Its parts are: ${[...names].join(', ')}.`,
    )
  })
}
