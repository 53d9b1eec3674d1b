/**
 * The grammar of FHIRPath (http://hl7.org/fhirpath/N1/) as far as the definitions use it: what the two compilers beside this file
 * cannot translate they say so of, node by node.
 */
export type Expression =
  | { kind: 'name'; name: string; on: Expression | null }
  | { kind: 'call'; name: string; on: Expression | null; parameters: Expression[] }
  | { kind: 'index'; on: Expression; at: number }
  | { kind: 'literal'; value: string | number | boolean }
  | { kind: 'variable'; name: string }
  | { kind: 'empty' }
  | { kind: 'operator'; operator: string; left: Expression; right: Expression }

const token = /\s*(?:(`[^`]+`|[A-Za-z_]\w*)|('(?:[^'\\]|\\.)*')|(\d+(?:\.\d+)?)|(%`[^`]+`|%[\w-]+)|(\$this)|(<=|>=|!=|!~|[()[\],.|=~<>+\-*/&{}]))/y

// From the weakest to the strongest; `is` and `as` bind tighter than comparison.
const strength: Record<string, number> = {
  implies: 1, or: 2, xor: 2, and: 3, in: 4, contains: 4, '=': 5, '!=': 5, '~': 5, '!~': 5,
  '<': 6, '>': 6, '<=': 6, '>=': 6, '|': 7, is: 8, as: 8, '+': 9, '-': 9, '&': 9, '*': 10, '/': 10,
}

type Token = { kind: 'name' | 'string' | 'number' | 'variable' | 'this' | 'sign' | 'end'; text: string }

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  token.lastIndex = 0
  while (token.lastIndex < text.trimEnd().length) {
    const from = token.lastIndex
    const found = token.exec(text)
    if (found === null) throw new Error(`not FHIRPath at ${from}: ${text}`)
    const [, name, string, number, variable, self, sign] = found
    if (name !== undefined) tokens.push({ kind: 'name', text: name.replaceAll('`', '') })
    else if (string !== undefined) tokens.push({ kind: 'string', text: unescaped(string.slice(1, -1)) })
    else if (number !== undefined) tokens.push({ kind: 'number', text: number })
    else if (variable !== undefined) tokens.push({ kind: 'variable', text: variable.slice(1).replaceAll('`', '') })
    else if (self !== undefined) tokens.push({ kind: 'this', text: self })
    else tokens.push({ kind: 'sign', text: sign as string })
  }
  return [...tokens, { kind: 'end', text: '' }]
}

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', f: '\f' }
const unescaped = (text: string) => text.replace(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter)

export function parsePath(text: string): Expression {
  const tokens = tokensOf(text)
  let at = 0
  const peek = () => tokens[at] as Token
  const isSign = (sign: string) => peek().kind === 'sign' && peek().text === sign
  const next = () => tokens[at++] as Token

  function expect(sign: string): void {
    if (!isSign(sign)) throw new Error(`expected ${sign} in ${text}`)
    at++
  }

  function expression(weakest: number): Expression {
    let left = invocations(term())
    for (;;) {
      const operator = peek().kind === 'name' || peek().kind === 'sign' ? peek().text : ''
      const bound = strength[operator] ?? 0
      if (bound === 0 || bound < weakest) return left
      next()
      left = { kind: 'operator', operator, left, right: expression(bound + 1) }
    }
  }

  function invocations(first: Expression): Expression {
    let on = first
    for (;;) {
      if (isSign('.')) {
        next()
        on = nameOrCall(on)
      } else if (isSign('[')) {
        next()
        on = { kind: 'index', on, at: Number(next().text) }
        expect(']')
      } else {
        return on
      }
    }
  }

  function nameOrCall(on: Expression | null): Expression {
    const { kind, text: name } = next()
    if (kind !== 'name') throw new Error(`expected a name in ${text}`)
    if (!isSign('(')) return { kind: 'name', name, on }
    next()
    const parameters: Expression[] = []
    while (!isSign(')')) {
      parameters.push(expression(1))
      if (isSign(',')) next()
    }
    next()
    return { kind: 'call', name, on, parameters }
  }

  function term(): Expression {
    const found = peek()
    if (found.kind === 'name') {
      if (found.text === 'true' || found.text === 'false') {
        next()
        return { kind: 'literal', value: found.text === 'true' }
      }
      return nameOrCall(null)
    }
    next()
    if (found.kind === 'string') return { kind: 'literal', value: found.text }
    if (found.kind === 'number') return { kind: 'literal', value: Number(found.text) }
    if (found.kind === 'variable') return { kind: 'variable', name: found.text }
    if (found.kind === 'this') return { kind: 'variable', name: 'this' }
    if (found.text === '(') {
      const inner = expression(1)
      expect(')')
      return inner
    }
    if (found.text === '{') {
      expect('}')
      return { kind: 'empty' }
    }
    throw new Error(`unexpected ${found.text} in ${text}`)
  }

  const parsed = expression(1)
  if (peek().kind !== 'end') throw new Error(`unexpected ${peek().text} in ${text}`)
  return parsed
}
