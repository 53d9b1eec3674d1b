/** What is wrong with one parameter of a search; collected, so that a refusal lists them all. */
export class Problem {
  readonly code: 'not-supported' | 'value' | 'not-found'
  readonly says: string
  readonly hint: string
  /** Also a lenient client is refused: "servers SHALL reject" a modifier that they do not support (https://hl7.org/fhir/R4/search.html#modifiers). */
  readonly isFirm: boolean

  constructor(code: Problem['code'], says: string, hint: string, isFirm = false) {
    this.code = code
    this.says = says
    this.hint = hint
    this.isFirm = isFirm
  }
}

export const isProblem = (value: unknown): value is Problem => value instanceof Problem

/** A name as it may be said: what could be a personal number is not. */
export const safeName = (name: string): string => (/^[A-Za-z_][\w:.-]{0,79}$/.test(name) && !/\d{6}/.test(name) ? name : 'a parameter')
