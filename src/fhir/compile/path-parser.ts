/**
 * The grammar of FHIRPath (http://hl7.org/fhirpath/N1/) as far as the definitions use it. The compilers beside this file throw `NotTranslated`
 * for each node that they cannot translate.
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
  implies: 1,
  or: 2,
  xor: 2,
  and: 3,
  in: 4,
  contains: 4,
  '=': 5,
  '!=': 5,
  '~': 5,
  '!~': 5,
  '<': 6,
  '>': 6,
  '<=': 6,
  '>=': 6,
  '|': 7,
  is: 8,
  as: 8,
  '+': 9,
  '-': 9,
  '&': 9,
  '*': 10,
  '/': 10,
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

type Reader = { text: string; tokens: Token[]; at: number }

export function parsePath(text: string): Expression {
  const reader: Reader = { text, tokens: tokensOf(text), at: 0 }
  const parsed = expression(reader, 1)
  if (peek(reader).kind !== 'end') throw new Error(`unexpected ${peek(reader).text} in ${text}`)
  return parsed
}

const peek = (reader: Reader) => reader.tokens[reader.at] as Token
const next = (reader: Reader) => reader.tokens[reader.at++] as Token
const isSign = (reader: Reader, sign: string) => peek(reader).kind === 'sign' && peek(reader).text === sign

function expect(reader: Reader, sign: string): void {
  if (!isSign(reader, sign)) throw new Error(`expected ${sign} in ${reader.text}`)
  reader.at++
}

function expression(reader: Reader, weakest: number): Expression {
  let left = invocations(reader, term(reader))
  for (;;) {
    const { kind, text: operator } = peek(reader)
    const bound = kind === 'name' || kind === 'sign' ? (strength[operator] ?? 0) : 0
    if (bound === 0 || bound < weakest) return left
    next(reader)
    left = { kind: 'operator', operator, left, right: expression(reader, bound + 1) }
  }
}

function invocations(reader: Reader, first: Expression): Expression {
  let on = first
  for (;;) {
    if (isSign(reader, '.')) {
      next(reader)
      on = nameOrCall(reader, on)
    } else if (isSign(reader, '[')) {
      next(reader)
      on = { kind: 'index', on, at: Number(next(reader).text) }
      expect(reader, ']')
    } else {
      return on
    }
  }
}

function nameOrCall(reader: Reader, on: Expression | null): Expression {
  const { kind, text: name } = next(reader)
  if (kind !== 'name') throw new Error(`expected a name in ${reader.text}`)
  if (!isSign(reader, '(')) return { kind: 'name', name, on }
  next(reader)
  const parameters: Expression[] = []
  while (!isSign(reader, ')')) {
    parameters.push(expression(reader, 1))
    if (isSign(reader, ',')) next(reader)
  }
  next(reader)
  return { kind: 'call', name, on, parameters }
}

function term(reader: Reader): Expression {
  const found = peek(reader)
  if (found.kind === 'name' && found.text !== 'true' && found.text !== 'false') return nameOrCall(reader, null)
  next(reader)
  if (found.kind === 'name') return { kind: 'literal', value: found.text === 'true' }
  if (found.kind === 'string') return { kind: 'literal', value: found.text }
  if (found.kind === 'number') return { kind: 'literal', value: Number(found.text) }
  if (found.kind === 'variable') return { kind: 'variable', name: found.text }
  if (found.kind === 'this') return { kind: 'variable', name: 'this' }
  if (found.text === '(') {
    const inner = expression(reader, 1)
    expect(reader, ')')
    return inner
  }
  if (found.text !== '{') throw new Error(`unexpected ${found.text} in ${reader.text}`)
  expect(reader, '}')
  return { kind: 'empty' }
}
