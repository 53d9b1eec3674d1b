import { Problem } from './problem.ts'

/** The parsed form of a `_filter`: https://hl7.org/fhir/R4/search_filter.html. */
export type Expression = Comparison | { is: 'and' | 'or'; of: Expression[] } | { is: 'not'; of: Expression }
export type Comparison = { is: 'comparison'; path: Step[]; operator: Operator; value: string }
/** `subject[type eq x].name`: the target of the reference must also satisfy the filter. */
export type Step = { name: string; filter?: Expression }

const operators = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'lt', 'ge', 'le', 'ap', 'sa', 'eb', 'pr', 'po', 'ss', 'sb', 'in', 'ni', 're'] as const
export type Operator = (typeof operators)[number]
const isOperator = (text: string): text is Operator => (operators as readonly string[]).includes(text)

const nestedMax = 20
const comparisonsMax = 100

const space = /\s*/y
const name = /_?[A-Za-z][\w:-]*/y
const word = /[A-Za-z]+/y
/** A value is a JSON string, or everything up to a space or a closing bracket. */
const quoted = /"(?:[^"\\]|\\.)*"/y
const bare = /[^\s)\]"]+/y

const form = 'Write path operator value, joined by and, or, not (…): given eq "Ана" and birthdate ge 1980.'

/**
 * Reads a filter from left to right: neither `and` nor `or` binds closer, so `a or b and c` is `(a or b) and c`.
 * A Problem names the character where the filter becomes unreadable.
 */
export function readExpression(text: string): Expression | Problem {
  try {
    return new Reader(text).whole()
  } catch (error) {
    if (error instanceof Unreadable) return new Problem('value', `${error.message} at character ${error.at + 1}`, form)
    throw error
  }
}

class Unreadable extends Error {
  readonly at: number

  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

class Reader {
  readonly #text: string
  #at = 0
  #depth = 0
  #comparisons = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(): Expression {
    const expression = this.#any()
    this.#take(space)
    if (this.#at < this.#text.length) throw this.#unreadable('and, or or the end is missing')
    return expression
  }

  #any(): Expression {
    if (++this.#depth > nestedMax) throw this.#unreadable(`more than ${nestedMax} brackets are open`)
    let expression = this.#one()
    for (let by = this.#takeJoint(); by !== null; by = this.#takeJoint()) {
      const next = this.#one()
      expression = expression.is === by ? { is: by, of: [...expression.of, next] } : { is: by, of: [expression, next] }
    }
    this.#depth--
    return expression
  }

  #takeJoint(): 'and' | 'or' | null {
    return this.#takeWord('and') ? 'and' : this.#takeWord('or') ? 'or' : null
  }

  #one(): Expression {
    if (this.#takeSign('(')) return this.#closed(')')
    const from = this.#at
    if (this.#takeWord('not')) {
      if (this.#takeSign('(')) return { is: 'not', of: this.#closed(')') }
      this.#at = from // Not the operator but a parameter that is called `not`.
    }
    return this.#comparison()
  }

  #closed(sign: ')' | ']'): Expression {
    const expression = this.#any()
    if (!this.#takeSign(sign)) throw this.#unreadable(`${sign} is missing`)
    return expression
  }

  #comparison(): Comparison {
    if (++this.#comparisons > comparisonsMax) throw this.#unreadable(`more than ${comparisonsMax} conditions are joined`)
    const path = [this.#step()]
    while (this.#text[this.#at] === '.') {
      this.#at++
      path.push(this.#step())
    }
    if (path.at(-1)?.filter !== undefined) throw this.#unreadable('a dot and a parameter are missing')
    this.#take(space)
    const [from, operator] = [this.#at, this.#take(word)?.toLowerCase()]
    if (operator === undefined || !isOperator(operator)) {
      this.#at = from
      throw this.#unreadable(`one of ${operators.join(', ')} is missing`)
    }
    return { is: 'comparison', path, operator, value: this.#value() }
  }

  #step(): Step {
    const found = this.#takeText(name)
    if (found === null) throw this.#unreadable('the name of a parameter is missing')
    if (this.#text[this.#at] !== '[') return { name: found }
    this.#at++
    return { name: found, filter: this.#closed(']') }
  }

  #value(): string {
    const text = this.#takeText(quoted)
    if (text === null) {
      const plain = this.#takeText(bare)
      if (plain === null) throw this.#unreadable('the value is missing')
      return plain
    }
    try {
      return JSON.parse(text) as string
    } catch {
      throw this.#unreadable('the text before is no JSON string')
    }
  }

  #takeSign(sign: string): boolean {
    this.#take(space)
    if (this.#text[this.#at] !== sign) return false
    this.#at++
    return true
  }

  /** Takes a whole word only: `order` does not begin with `or`. */
  #takeWord(wanted: string): boolean {
    this.#take(space)
    const from = this.#at
    if (this.#take(name)?.toLowerCase() === wanted) return true
    this.#at = from
    return false
  }

  #takeText(pattern: RegExp): string | null {
    this.#take(space)
    return this.#take(pattern)
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0] ?? null
    if (found !== null) this.#at += found.length
    return found
  }

  #unreadable(message: string): Unreadable {
    return new Unreadable(message, this.#at)
  }
}
