/** An answer includes so many resources at most that are outside its records. */
export const outsideMax = 2000
const outsideTypes = /"reference":"((?:Practitioner|PractitionerRole|Organization|Location|Medication|Substance|HealthcareService)\/[A-Za-z0-9\-.]{1,64})"/g

/**
 * Adds the references of these versions to people and places, found in their text: this path never parses bodies. Each body is read as a text of its
 * own, as a text of a whole chunk is too large for the memory of young objects.
 */
export function noteOutside(outside: Set<string>, bodies: readonly Buffer[]): void {
  for (const body of bodies) {
    const text = body.toString('latin1') // A letter for each byte.
    outsideTypes.lastIndex = 0
    for (let match = outsideTypes.exec(text); match !== null; match = outsideTypes.exec(text)) {
      if (outside.size >= outsideMax) return
      const reference = match[1] as string
      if (!outside.has(reference)) outside.add(copyOf(reference))
    }
  }
}

/** A part of a text keeps the whole of it in memory. */
const copyOf = (part: string): string => Buffer.from(part, 'latin1').toString('latin1')
