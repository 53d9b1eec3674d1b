import { isSnomedCode } from './check-digits.ts'

const token =
  /\s*(?:(\/\*[^]*?\*\/)|(\|[^|]*\|)|(<<!|>>!|<<|>>|<!|>!|<|>|\^|!!>|!!<)|(\d{6,18})|(\*)|(AND|OR|MINUS|,)(?![A-Za-z])|([(){}[\]:=.]|!=|<=|>=|\.\.|R\b)|(#-?[\d.]+|"(?:[^"\\]|\\.)*"|\d+|[A-Za-z+@]+))/iy

/**
 * Whether the text has the outline of an expression constraint of SNOMED CT (ECL 1.5): matching brackets, operators between operands, ids
 * with a right check digit. Refinements are not parsed to the last attribute.
 */
export function isExpressionConstraint(text: string): boolean {
  const open: string[] = []
  let wantsOperand = true
  token.lastIndex = 0
  const end = text.trimEnd().length
  while (token.lastIndex < end) {
    const found = token.exec(text)
    if (found === null) return false
    const [, comment, term, prefix, id, any, operator, sign = '', literal] = found
    if (comment !== undefined) continue
    if (term !== undefined) {
      if (wantsOperand) return false
    } else if (prefix !== undefined) {
      if (!wantsOperand) return false
    } else if (id !== undefined || any !== undefined) {
      if (!wantsOperand || (id !== undefined && !isSnomedCode(id))) return false
      wantsOperand = false
    } else if (operator !== undefined) {
      if (wantsOperand) return false
      wantsOperand = true
    } else if (literal !== undefined) {
      wantsOperand = false
    } else if (sign === '(' || sign === '{' || sign === '[') {
      open.push(sign)
      wantsOperand = true
    } else if (sign === ')' || sign === '}' || sign === ']') {
      if (open.pop() !== { ')': '(', '}': '{', ']': '[' }[sign]) return false
      wantsOperand = sign === ']'
    } else if (sign !== '..') {
      wantsOperand = true
    }
  }
  return open.length === 0 && !wantsOperand
}
