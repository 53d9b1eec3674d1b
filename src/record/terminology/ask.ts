import type { Terminology, TerminologyResource } from '../../fhir/fhir.ts'
import type { Asking } from '../asking.ts'
import { searchType } from '../search/search.ts'

type Questions = ReturnType<Terminology['within']>
type Wish = ReturnType<Questions['wishes']>[number]

const roundsMax = 20
const wishesMax = 50
const versionsMax = 20

/**
 * Asks the terminology. When the answer would need a definition that neither the standard nor a package has, it looks among the stored resources that
 * the actor may see and asks again. `sent` came with the request.
 */
export async function ask<T>(asking: Asking, sent: readonly TerminologyResource[], question: (questions: Questions) => T): Promise<T> {
  const known = [...sent]
  const looked = new Set<string>()
  for (let round = 0; ; round++) {
    const questions = asking.world.fhir.terminology.within(known)
    const answer = attempt(() => question(questions))
    const wishes = questions.wishes().filter(({ type, url }) => !looked.has(`${type} ${url}`))
    const found: TerminologyResource[] = []
    for (const wish of wishes.slice(0, wishesMax)) {
      looked.add(`${wish.type} ${wish.url}`)
      found.push(...(await storedOnes(asking, wish.type, 'url', wish.url)))
    }
    if (found.length === 0 || round === roundsMax) return answer()
    known.push(...found)
  }
}

/** The answer, or the error that prevented it, to be taken later. */
function attempt<T>(question: () => T): () => T {
  try {
    const answer = question()
    return () => answer
  } catch (error) {
    return () => {
      throw error
    }
  }
}

/**
 * The search parameters that find a stored map by its source and target (R4, conceptmap search parameters): value sets by either form, systems by
 * their groups.
 */
const ofValueSets = ['source', 'source-uri', 'target', 'target-uri']
const ofSystems = ['source-system', 'target-system']

/** Stored maps about a value set or a code system; the terminology decides whether one fits the question. */
export async function storedMaps(asking: Asking, { source, system }: { source?: string; system?: string }): Promise<TerminologyResource[]> {
  const url = source ?? system
  if (url === undefined) return []
  const found: TerminologyResource[] = []
  for (const name of source === undefined ? ofSystems : ofValueSets) found.push(...(await storedOnes(asking, 'ConceptMap', name, url)))
  return [...new Map(found.map((one) => [one.id, one])).values()]
}

/** Runs the search that a client would make: resources that the actor may not see are not found, and the look is in the log. */
async function storedOnes(asking: Asking, type: Wish['type'], name: string, url: string): Promise<TerminologyResource[]> {
  const pairs: [string, string][] = [
    [name, url.replace(/[\\,$|]/g, '\\$&')],
    ['_count', String(versionsMax)],
  ]
  const bundle = JSON.parse(await searchType(asking, type, pairs, false)) as { entry?: { resource: TerminologyResource; search?: { mode: string } }[] }
  return (bundle.entry ?? []).map(({ resource }) => resource).filter(({ resourceType }) => resourceType === type)
}
