import type { Search } from '../../fhir/fhir.ts'
import { outcomeOf, type RefusalIssue } from '../../platform/refusal.ts'
import type { Asking } from '../asking.ts'
import type { Hit } from './run-search.ts'
import { shortened } from '../http/shortened.ts'

export type Answer = {
  search: Search
  self: string
  hits: readonly Hit[]
  included: readonly Hit[]
  first: string | null
  previous: string | null
  next: string | null
  total: number | null
  isWithheld: boolean
  isCut: boolean
}

/** A searchset Bundle. Bodies go in exactly as stored; only a summary or a choice of elements is put together anew. */
export function searchBundle(asking: Asking, { search, self, hits, included, first, previous, next, total, isWithheld, isCut }: Answer): string {
  const links = [
    { relation: 'self', url: self },
    ...(first === null ? [] : [{ relation: 'first', url: first }]),
    ...(previous === null ? [] : [{ relation: 'previous', url: previous }]),
    ...(next === null ? [] : [{ relation: 'next', url: next }]),
  ]
  const entry = (hit: Hit, mode: string) => {
    const { row, part } = hit
    const type = asking.world.fhir.types[row.type] as string
    // "The fullUrl points to the containing resource first" (R4 search, Contained Resources).
    const fullUrl = `${asking.base}/${type}/${row.name ?? row.id}${part === null ? '' : `#${part}`}`
    const shown = shortened(asking, search, part === null ? type : hit.says, hit.body)
    return `{"fullUrl":"${fullUrl}","resource":${shown},"search":{"mode":"${mode}"}}`
  }
  const entries = [...hits.map((hit) => entry(hit, 'match')), ...included.map((hit) => entry(hit, 'include'))]
  const issues = issuesOf(search, isWithheld, isCut)
  if (issues.length > 0) entries.push(`{"resource":${JSON.stringify(outcomeOf(issues))},"search":{"mode":"outcome"}}`)
  const known = total === null ? '' : `,"total":${total}`
  return `{"resourceType":"Bundle","type":"searchset"${known},"link":${JSON.stringify(links)}${entries.length > 0 ? `,"entry":[${entries.join(',')}]` : ''}}`
}

/** What a lenient search left out; and that a named patient's record is closed, whatever was asked about it. */
function issuesOf(search: Search, isWithheld: boolean, isCut: boolean): RefusalIssue[] {
  const issues: RefusalIssue[] = search.ignored.map(({ name, reason }) => ({
    severity: 'warning',
    code: 'not-supported',
    diagnostics: `${name} was left out: ${reason}`,
    expression: `http.${name}`,
  }))
  if (isCut) {
    issues.push({
      severity: 'warning',
      code: 'incomplete',
      diagnostics: 'more is related to these matches than one answer includes; the rest is left out',
      hint: 'Ask for fewer matches with _count, or search for what is related by itself.',
    })
  }
  if (isWithheld) {
    issues.push({
      severity: 'information',
      code: 'suppressed',
      diagnostics: 'the record of a patient you named, or this part of it, is not open to you; nothing of it was searched',
      hint: 'An open visit, a referral to your unit or being the chosen doctor opens it.',
    })
  }
  return issues
}
