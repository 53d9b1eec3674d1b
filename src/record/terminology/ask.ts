import type { Terminology, TerminologyResource } from '../../fhir/fhir.ts'
import type { Asking } from '../asking.ts'
import { searchType } from '../search/search.ts'

type Questions = ReturnType<Terminology['within']>
type Wish = ReturnType<Questions['wishes']>[number]

const roundsMax = 20
const wishesMax = 50
const versionsMax = 20

/**
 * Asks the terminology, and when the answer would need a definition that is neither the standard's nor a package's, looks for it among the
 * stored resources that the actor may see, and asks again. `sent` came with the request.
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

/** The answer, or what refused it, to be had later. */
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

/** How a stored map is found by what it goes from and to (R4, conceptmap search parameters): value sets by either form, systems by their groups. */
const ofValueSets = ['source', 'source-uri', 'target', 'target-uri']
const ofSystems = ['source-system', 'target-system']

/** Stored maps that speak of a value set or of a code system; whether one fits the question is decided where all maps are. */
export async function storedMaps(asking: Asking, { source, system }: { source?: string; system?: string }): Promise<TerminologyResource[]> {
  const url = source ?? system
  if (url === undefined) return []
  const found: TerminologyResource[] = []
  for (const name of source === undefined ? ofSystems : ofValueSets) found.push(...(await storedOnes(asking, 'ConceptMap', name, url)))
  return [...new Map(found.map((one) => [one.id, one])).values()]
}

/** By the same search that a client would make: what the actor may not see is not there, and the look is in the log. */
async function storedOnes(asking: Asking, type: Wish['type'], name: string, url: string): Promise<TerminologyResource[]> {
  const pairs: [string, string][] = [
    [name, url.replace(/[\\,$|]/g, '\\$&')],
    ['_count', String(versionsMax)],
  ]
  const bundle = JSON.parse(await searchType(asking, type, pairs, false)) as { entry?: { resource: TerminologyResource; search?: { mode: string } }[] }
  return (bundle.entry ?? []).map(({ resource }) => resource).filter(({ resourceType }) => resourceType === type)
}
