/** A search as plain JSON data: it is stored in encrypted paging links and read back by another process. */
export type Search = {
  type: string | null
  /** All of them must hold. */
  clauses: Clause[]
  count: number
  sort: Sort[]
  include: Include[]
  revinclude: Include[]
  total: 'none' | 'estimate' | 'accurate' | null
  summary: 'true' | 'false' | 'text' | 'data' | 'count'
  elements: string[]
  /** What took effect, as it was written: the self link says what was really searched. */
  used: [string, string][]
  /** What a lenient search left out, and why. */
  ignored: { name: string; reason: string }[]
}
export type Sort = { code: string; isDescending: boolean }
export type Include = { type: string; code: string; target?: string }

/** One parameter as it was given once; any of its values is enough. */
export type Clause = { code: string } & (
  | { test: 'missing'; isMissing: boolean }
  | { test: 'token'; isNot: boolean; values: TokenValue[] }
  | { test: 'text'; values: string[] }
  | { test: 'string'; how: 'starts' | 'contains' | 'exact'; values: string[] }
  | { test: 'date'; values: DateValue[] }
  | { test: 'reference'; values: ReferenceValue[] }
  | { test: 'identifier'; values: TokenValue[] }
  | { test: 'uri'; how: 'is' | 'below' | 'above'; values: string[] }
  | { test: 'number'; values: NumberValue[] }
)
/** Without `system` any system will do; null is "without a system" (`|code`). Without `value` any code of the system will do. */
export type TokenValue = { system?: string | null; value?: string }
export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap'
export type DateValue = { prefix: Prefix; low: number; high: number }
/** Any of these literals: an id alone stands for one of each type the parameter may point to. */
export type ReferenceValue = { literals: string[] }
export type NumberValue = { prefix: Prefix; number: number; low: number; high: number; system?: string; unit?: string }

export const countMax = 1000
export const countDefault = 50
