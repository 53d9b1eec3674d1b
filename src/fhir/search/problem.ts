/** One mistake in a search. Problems are collected, so that a refusal lists them all. */
export class Problem {
  readonly code: 'not-supported' | 'value' | 'not-found'
  readonly says: string
  readonly hint: string
  /**
   * True: a lenient client is refused, too, because "servers SHALL reject" a modifier that they do not support (https://hl7.org/fhir/R4/search.html#modifiers).
   */
  readonly isFirm: boolean

  constructor(code: Problem['code'], says: string, hint: string, isFirm = false) {
    this.code = code
    this.says = says
    this.hint = hint
    this.isFirm = isFirm
  }
}

export const isProblem = (value: unknown): value is Problem => value instanceof Problem

/** The name as a message may quote it; a name that could contain a personal number is not quoted. */
export const safeName = (name: string): string => (/^[A-Za-z_][\w:.-]{0,79}$/.test(name) && !/\d{6}/.test(name) ? name : 'a parameter')
