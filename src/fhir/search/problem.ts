/** What is wrong with one parameter of a search; collected, so that a refusal lists them all. */
export class Problem {
  readonly code: 'not-supported' | 'value' | 'not-found'
  readonly says: string
  readonly hint: string

  constructor(code: Problem['code'], says: string, hint: string) {
    this.code = code
    this.says = says
    this.hint = hint
  }
}

export const isProblem = (value: unknown): value is Problem => value instanceof Problem
