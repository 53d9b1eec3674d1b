import type { Terminology } from '../terminology/terminology.ts'
import type { Units } from '../units.ts'
import type { Shapes } from '../xml/shapes.ts'
import { holdsFor } from './fhirpath.ts'
import type { Json } from './items.ts'
import type { Library } from './library.ts'
import { plainRule } from './plain-rule.ts'
import type { Knowledge } from './run.ts'
import { type Choices, type Tree, treeOf } from './tree.ts'

const notDomain = new Set(['Bundle', 'Binary', 'Parameters'])
const ofQuantity = new Set(['Age', 'Distance', 'Duration', 'Count', 'MoneyQuantity', 'SimpleQuantity'])
const treesMax = 2000
/** Keeps descriptions of codes: most codes are among the same few thousand. */
const describedMax = 20_000
const describedKeyMax = 200

type Sources = { library: Library; choices: Choices; shapes: Shapes; terminology: Terminology; units: Units }

/** Compiles profiles to trees when they are first needed, and forgets the trees when a package comes or goes. */
export function knowledgeOf({ library, choices, shapes, terminology, units }: Sources): Knowledge {
  const trees = new Map<string, Tree | null>()
  let madeAt = library.changes()

  function tree(canonical: string): Tree | undefined {
    if (madeAt !== library.changes() || trees.size >= treesMax) {
      trees.clear()
      madeAt = library.changes()
    }
    const known = trees.get(canonical)
    if (known !== undefined) return known ?? undefined
    const structure = library.structure(canonical)
    const made = structure === undefined ? null : treeOf(structure, library.structure, choices)
    trees.set(canonical, made)
    return made ?? undefined
  }

  const { member } = terminology
  return {
    choices,
    shapes,
    tree,
    member,
    structure: library.structure,
    globals: library.globals,
    find: (canonical) => library.find(canonical) as Json | undefined,
    describe: describer(library, terminology),
    unit: units.canonical,
    holds(expression, element, path, resource, root, around) {
      const plain = plainRule(expression)
      if (plain !== null) return plain(element, choices)
      return holdsFor(expression, element, path, resource, root, { ...around, member })
    },
    isKindOf: (type, ancestor) =>
      type === ancestor ||
      ancestor === 'Resource' ||
      (ancestor === 'DomainResource' && !notDomain.has(type)) ||
      (ancestor === 'Quantity' && ofQuantity.has(type)),
  }
}

type Describe = Knowledge['describe']

/** Describes codes, and keeps the descriptions until a package comes or goes. */
function describer(library: Library, terminology: Terminology): Describe {
  // By system, then by code: joining the two into one key for every Coding would cost more than the look-ups.
  const described = new Map<string, Map<string, ReturnType<Describe>>>()
  let count = 0
  let madeAt = library.changes()

  function describedIn(name: string): Map<string, ReturnType<Describe>> {
    if (madeAt !== library.changes() || count >= describedMax) {
      described.clear()
      count = 0
      madeAt = library.changes()
    }
    const there = described.get(name)
    if (there !== undefined) return there
    const made = new Map<string, ReturnType<Describe>>()
    if (name.length > describedKeyMax) return made
    described.set(name, made)
    count++
    return made
  }

  return (coding) => {
    const { system: name = '', version, code = '' } = coding
    const ofSystem = describedIn(version === undefined ? name : `${name}|${version}`)
    const there = ofSystem.get(code)
    if (there !== undefined) return there
    const { isKnown, display, designations } = terminology.describe(coding)
    const system = coding.system === undefined ? undefined : library.find(coding.system)
    const isSupplement = system?.content === 'supplement' || system?.supplements !== undefined
    const description = { isKnown, ...(display === undefined ? {} : { display }), designations: designations.map(({ value }) => value), isSupplement }
    if (code.length <= describedKeyMax) {
      ofSystem.set(code, description)
      count++
    }
    return description
  }
}
