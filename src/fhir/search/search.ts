/** A search as plain JSON data: it is stored in encrypted paging links and read back by another process. */
export type Search = {
  /** Null for several types: those of `each`, or all of them. */
  type: string | null
  /** What is asked of each type, where one parameter may mean another element in another type. */
  each?: { type: string; clauses: Clause[] }[]
  /** All of them must hold. */
  clauses: Clause[]
  /** Only what is about a patient: where it is filed says so. */
  isAboutPatients?: true
  count: number
  sort: Sort[]
  include: Include[]
  revinclude: Include[]
  /** `_contained` and `_containedType`: also, or only, what stands inside others; answered by itself or by what it stands in. */
  contained?: { how: 'false' | 'true' | 'both'; as: 'container' | 'contained' }
  /** The search is one of containers, and this is asked of what stands inside them. `unless`: what satisfies that itself is in the answer already. */
  inside?: { type: string; clauses: Clause[]; as: 'container' | 'contained'; unless?: Search }
  total: 'none' | 'estimate' | 'accurate' | null
  summary: 'true' | 'false' | 'text' | 'data' | 'count'
  elements: string[]
  /** What took effect, as it was written: the self link says what was really searched. */
  used: [string, string][]
  /** What a lenient search left out, and why. */
  ignored: { name: string; reason: string }[]
}
export type Sort = { code: string; isDescending: boolean }
/** `*` as type or code stands for all; `iterate` also follows what was included. */
export type Include = { type: string; code: string; target?: string; iterate?: true }

/** One parameter as it was given once; any of its values is enough. */
export type Clause = { code: string } & (Decided | Related)

/** What one resource decides by itself. */
type Decided =
  | { test: 'missing'; isMissing: boolean }
  | { test: 'token'; isNot: boolean; values: TokenValue[] }
  | { test: 'text'; values: string[] }
  /** Each value: words that must all be heard in one name. */
  | { test: 'sounds'; values: string[][] }
  | { test: 'of-type'; values: OfTypeValue[] }
  | { test: 'string'; how: StringHow; values: string[] }
  | { test: 'date'; values: DateValue[] }
  /** `isFound` when a relation led to them: nobody named these. */
  | { test: 'reference'; values: ReferenceValue[]; isFound?: true }
  | { test: 'identifier'; values: TokenValue[] }
  | { test: 'uri'; how: 'is' | 'below' | 'above'; values: string[] }
  | { test: 'number'; values: NumberValue[] }
  /** Each alternative has one clause a component, and all must hold of the same element. */
  | { test: 'composite'; components: string[]; values: Clause[][] }
  | { test: 'near'; values: NearValue[] }
  /** Any of the lists; each word or phrase of it must occur. */
  | { test: 'words'; any: string[][] }
  /** Something inside has one of these codes, as far as an index can say: whoever asks looks for himself. */
  | { test: 'inside'; values: string[] }
  /** What related resources were found to lead to. */
  | { test: 'ids'; ids: string[] }
  /** Any of the clauses. A store may have found under which keys everything is filed that satisfies them. */
  | { test: 'any'; clauses: Clause[]; keys?: number[]; named?: number[] }
  /** All of the clauses, or none of them: inside of what a `_filter` joins. */
  | { test: 'all' | 'none'; clauses: Clause[] }
  /** A value that does not satisfy the clause; a resource without any has none. */
  | { test: 'unlike'; clauses: [Clause] }

/** What other resources decide: whoever holds them turns these into the clauses above before anything is matched. */
type Related =
  /** `subject:Patient.name=…`: what is referred to must satisfy the clause of its type. */
  | { test: 'chain'; to: { type: string; clause: Clause }[] }
  /** `_has:Observation:patient:code=…`: a resource of the type refers here by `by` and satisfies the clause. */
  | { test: 'has'; type: string; by: string; clause: Clause }
  /** `location:below=…`: the same, or what lies under or over it. */
  | { test: 'hierarchy'; how: 'above' | 'below'; values: ReferenceValue[] }
  /** `code:in=…`, `:not-in`, `:above`, `:below`: what a value set or a code system says of the codes. */
  | { test: 'codes'; how: 'in' | 'not-in' | 'above' | 'below'; values: string[] }
  /** `Patient/1/Condition`: what belongs to the compartment of one resource. */
  | { test: 'compartment'; name: string; id: string }
  /** `_list=…`: what the List names. */
  | { test: 'list'; ids: string[] }

/** Folded: it begins with it, has it inside, is it or ends with it; `exact` compares what was written. */
export type StringHow = 'starts' | 'contains' | 'is' | 'ends' | 'exact'
/** Without `system` any system will do; null is "without a system" (`|code`). Without `value` any code of the system will do. */
export type TokenValue = { system?: string | null; value?: string }
export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap'
export type DateValue = { prefix: Prefix; low: number; high: number }
/** Any of these literals: an id alone stands for one of each type the parameter may point to. */
export type ReferenceValue = { literals: string[] }
export type NumberValue = { prefix: Prefix; number: number; low: number; high: number; system?: string; unit?: string }
export const ucum = 'http://unitsofmeasure.org'
export type OfTypeValue = { system?: string | null; type: string; value: string }
export type NearValue = { latitude: number; longitude: number; km: number }

export const countMax = 1000
export const countDefault = 50
