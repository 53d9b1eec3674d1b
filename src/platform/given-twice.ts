/** The first of these headers (in small letters) that a request has more than once; of some Node keeps only the first, without a word. */
export function givenTwice(rawHeaders: readonly string[], names: readonly string[]): string | undefined {
  return names.find((name) => {
    let count = 0
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const given = rawHeaders[at] as string
      if (given.length === name.length && given.toLowerCase() === name) count++
    }
    return count > 1
  })
}
