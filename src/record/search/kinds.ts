import { fold } from '../../platform/text.ts'

type Concept = { coding?: { system?: string; code?: string }[]; text?: string }

/**
 * The first few of each kind, in the order given. Of one kind are those that share a coding, also through a third that has both: a
 * laboratory's own code and LOINC beside it are translations of each other. Without any coding the text is the kind.
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
