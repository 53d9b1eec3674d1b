import type { EventRow } from '../employer/store.ts'

/** The possible values of the parts of a URL. A part without values here makes the trial itself fail, so that no route is tried without any. */
export type Known = { pib: string; events: readonly EventRow[]; others: Readonly<Record<string, readonly string[]>> }

const hostile = ['000000000', "1'or'1'='1", '%00', 'ffffffff-ffff-4fff-8fff-ffffffffffff']
const queries = ['after=0&limit=500', 'limit=9999999999999', 'fields=diagnosis,reason', 'language=en', 'month=2026-03', 'include=diagnosis']
const part = /:(\w+)/g

/** The URLs of a route with every right value of each part, with each part wrong, and with query parameters that it does not know. */
export function urlsOf(route: string, { pib, events, others }: Known): string[] | { unknown: string } {
  const own = route.replace(':pib', pib)
  const ofEvents = /:(leave|number|version)/.test(own) ? events.flatMap((event) => ofEvent(own, event)) : [own]
  let real = [...new Set(ofEvents)]
  for (const [, name = ''] of own.matchAll(part)) {
    if (name === 'leave' || name === 'number' || name === 'version') continue
    const values = others[name]
    if (!values) return { unknown: name }
    real = real.flatMap((one) => values.map((value) => one.replace(`:${name}`, value)))
  }
  const [some] = real
  const wrong = hostile.flatMap((value) => [route.replaceAll(part, value), own.replaceAll(part, value), ...(some ? [some.replace(pib, value)] : [])])
  return [...real, ...wrong, ...(some ? queries.map((query) => `${some}?${query}`) : [])]
}

function ofEvent(path: string, { knownAs, content: { document } }: EventRow): string[] {
  if (path.includes(':number') && document === null) return []
  return [
    path
      .replace(':leave', knownAs)
      .replace(':number', document?.number ?? '')
      .replace(':version', String(document?.version ?? '')),
  ]
}
