/** A search as plain JSON data: it is stored in encrypted paging links and read back by another process. */
export type Search = {
  /** Null for a search over several types: those of `each`, or all. */
  type: string | null
  /** The clauses of each type, because one parameter may mean different elements in different types. */
  each?: { type: string; clauses: Clause[] }[]
  /** Clauses that must all hold. */
  clauses: Clause[]
  /** Finds only resources about patients, which is known from where they are filed. */
  isAboutPatients?: true
  count: number
  sort: Sort[]
  include: Include[]
  revinclude: Include[]
  /** `_contained` and `_containedType`: whether contained resources are found too, or only these, and whether the answer has them or their containers. */
  contained?: { how: 'false' | 'true' | 'both'; as: 'container' | 'contained' }
  /** A search for containers: the clauses are about their contained resources. `unless`: containers that satisfy this search are in the answer already. */
  inside?: { type: string; clauses: Clause[]; as: 'container' | 'contained'; unless?: Search }
  total: 'none' | 'estimate' | 'accurate' | null
  summary: 'true' | 'false' | 'text' | 'data' | 'count'
  elements: string[]
  /** The parameters that took effect, as they were written, for the self link. */
  used: [string, string][]
  /** The parameters that a lenient search left out, and why. */
  ignored: { name: string; reason: string }[]
}
export type Sort = { code: string; isDescending: boolean }
/** `*` as type or code stands for all; `iterate` also follows included resources. */
export type Include = { type: string; code: string; target?: string; iterate?: true }

/** One parameter as it was given; one of its values is enough. */
export type Clause = { code: string } & (Decided | Related)

/** Clauses that can be decided from the resource alone. */
type Decided =
  | { test: 'missing'; isMissing: boolean }
  | { test: 'token'; isNot: boolean; values: TokenValue[] }
  | { test: 'text'; values: string[] }
  /** Each value is a list of words, which must all sound like words of one name. */
  | { test: 'sounds'; values: string[][] }
  | { test: 'of-type'; values: OfTypeValue[] }
  | { test: 'string'; how: StringHow; values: string[] }
  | { test: 'date'; values: DateValue[] }
  /** `isFound`: the references come from following a relation and not from the client. */
  | { test: 'reference'; values: ReferenceValue[]; isFound?: true }
  | { test: 'identifier'; values: TokenValue[] }
  | { test: 'uri'; how: 'is' | 'below' | 'above'; values: string[] }
  | { test: 'number'; values: NumberValue[] }
  /** Each alternative has one clause for each component; all of them must hold for the same element. */
  | { test: 'composite'; components: string[]; values: Clause[][] }
  | { test: 'near'; values: NearValue[] }
  /** Each list has words and phrases; all those of one list must occur. */
  | { test: 'words'; any: string[][] }
  /** A contained resource has one of these codes, as far as an index can tell; the caller must check it. */
  | { test: 'inside'; values: string[] }
  /** The ids to which related resources were found to lead. */
  | { test: 'ids'; ids: string[] }
  /** One of the clauses is enough. A store may have found the keys under which all resources are filed that satisfy the clause. */
  | { test: 'any'; clauses: Clause[]; keys?: number[]; named?: number[] }
  /** All of the clauses must hold, or none of them; for the conditions joined in a `_filter`. */
  | { test: 'all' | 'none'; clauses: Clause[] }
  /** The resource has a value that does not satisfy the clause; a resource without any value is not found. */
  | { test: 'unlike'; clauses: [Clause] }

/** Clauses that depend on other resources. The store turns them into the clauses above before anything is matched. */
type Related =
  /** `subject:Patient.name=…`: the target of the reference must satisfy the clause of its type. */
  | { test: 'chain'; to: { type: string; clause: Clause }[] }
  /** `_has:Observation:patient:code=…`: a resource of the type refers here by its parameter `by` and satisfies the clause. */
  | { test: 'has'; type: string; by: string; clause: Clause }
  /** `location:below=…`: the resource itself, or those below or above it. */
  | { test: 'hierarchy'; how: 'above' | 'below'; values: ReferenceValue[] }
  /** `code:in=…`, `:not-in`, `:above`, `:below`: a value set or a code system decides about the codes. */
  | { test: 'codes'; how: 'in' | 'not-in' | 'above' | 'below'; values: string[] }
  /** `Patient/1/Condition`: resources in the compartment of one resource. */
  | { test: 'compartment'; name: string; id: string }
  /** `_list=…`: resources that the List names. */
  | { test: 'list'; ids: string[] }

/** How a folded text is compared: it starts with the value, contains it, is it or ends with it. `exact` compares the text as it was written. */
export type StringHow = 'starts' | 'contains' | 'is' | 'ends' | 'exact'
/** Without `system` any system matches; null means "without a system" (`|code`). Without `value` any code of the system matches. */
export type TokenValue = { system?: string | null; value?: string }
export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap'
export type DateValue = { prefix: Prefix; low: number; high: number }
/** One of these literals is enough: an id alone stands for one literal of each type that the parameter may refer to. */
export type ReferenceValue = {
  literals: string[]
  /** `url|1.2` of a canonical with `:below`: the version, or one that begins with it (1.2.3). The literals have no version. */
  family?: string
}
export type NumberValue = { prefix: Prefix; number: number; low: number; high: number; system?: string; unit?: string }
export const ucum = 'http://unitsofmeasure.org'
export type OfTypeValue = { system?: string | null; type: string; value: string }
export type NearValue = { latitude: number; longitude: number; km: number }

export const countMax = 1000
export const countDefault = 50
