import { fold } from '../../platform/text.ts'

type Concept = { coding?: { system?: string; code?: string }[]; text?: string }

/**
 * The first few items of each kind, in the order given. Items that share a coding are of one kind, even when only a third item links them: a
 * laboratory's own code and the LOINC beside it are translations of each other. For an item without coding the text is its kind.
 */
export function firstOfEachKind<T>(items: readonly T[], codeOf: (item: T) => unknown, max: number): T[] {
  const root = new Map<string, string>()
  const find = (one: string): string => {
    let top = one
    for (let up = root.get(top); up !== undefined && up !== top; up = root.get(top)) top = up
    root.set(one, top)
    return top
  }
  const kinds = items.map((item) => namesOf(codeOf(item)))
  for (const [first = '', ...others] of kinds) for (const other of others) root.set(find(other), find(first))
  const taken = new Map<string, number>()
  return items.filter((_item, at) => {
    const kind = find(kinds[at]?.[0] ?? '')
    const count = taken.get(kind) ?? 0
    taken.set(kind, count + 1)
    return count < max
  })
}

function namesOf(code: unknown): string[] {
  const { coding = [], text = '' } = (code ?? {}) as Concept
  const names = coding.filter((one) => one.code !== undefined).map((one) => `${one.system ?? ''}|${one.code}`)
  return names.length > 0 ? names : [`text ${fold(text)}`]
}
