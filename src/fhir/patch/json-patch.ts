import { Refusal } from '../../platform/refusal.ts'
import { nodesOf } from './nodes.ts'

type Holder = Record<string, unknown> | unknown[]
type Operation = { op: string; path: string[]; from: string[] | null; value: unknown; at: string }

const operationsMax = 10_000
/** Copies of copies soon make a document of any size, so the values that a patch copies are counted. */
const nodesMax = 1_000_000

/** JSON Patch (RFC 6902) on exact JSON: numbers keep their digits. The error for a path that leads nowhere names the operation. */
export function applyJsonPatch(document: unknown, patch: unknown): unknown {
  const root = { '': structuredCloneExact(document) }
  let copied = 0
  for (const operation of operationsOf(patch)) {
    if (operation.op === 'copy') {
      copied += nodesOf(read(root, operation.from as string[], operation.at))
      if (copied > nodesMax) throw cannot(operation.at, 'copies more than a resource may hold', 'Copy less.')
    }
    apply(root, operation)
  }
  return root['']
}

function operationsOf(patch: unknown): Operation[] {
  if (!Array.isArray(patch)) throw malformed('$', 'a JSON Patch is an array of operations', 'Send [{"op": …, "path": …}].')
  if (patch.length > operationsMax) throw malformed('$', `a patch has at most ${operationsMax} operations`, 'Send fewer.')
  return patch.map((one: unknown, index) => {
    const at = `$[${index}]`
    if (typeof one !== 'object' || one === null || Array.isArray(one)) throw malformed(at, 'an operation is an object', 'Write op, path and value.')
    const { op, path, from, value } = one as Record<string, unknown>
    if (typeof op !== 'string' || !known.has(op)) throw malformed(`${at}.op`, 'the operation is not known', `Use one of: ${[...known].join(', ')}.`)
    const needsFrom = op === 'move' || op === 'copy'
    if ((op === 'add' || op === 'replace' || op === 'test') && value === undefined) throw malformed(`${at}.value`, `${op} needs a value`, 'Add value.')
    return { op, path: pointer(path, `${at}.path`), from: needsFrom ? pointer(from, `${at}.from`) : null, value: structuredCloneExact(value), at }
  })
}

const known = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test'])

/** Reads a JSON pointer (RFC 6901). */
function pointer(text: unknown, at: string): string[] {
  if (typeof text !== 'string' || (text !== '' && !text.startsWith('/')) || /~(?![01])/.test(text)) {
    throw malformed(at, 'is not a JSON pointer', 'Write it like /name/0/family.')
  }
  if (text === '') return []
  const parts = text
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  if (parts.includes('__proto__')) throw malformed(at, 'names what no resource has', 'Write names of FHIR elements.')
  return parts
}

function apply(root: { '': unknown }, { op, path, from, value, at }: Operation): void {
  if (op === 'test') {
    const there = read(root, path, at)
    nodesOf(there)
    if (!isEqual(there, value)) throw cannot(at, 'the test fails: there is another value', 'Read the resource again and repeat your change on it.')
  } else if (op === 'add') add(root, path, value, at)
  else if (op === 'remove') remove(root, path, at)
  else if (op === 'replace') {
    read(root, path, at)
    const { holder, key } = placeOf(root, path, at)
    ;(holder as Record<string, unknown>)[key] = value
  } else if (op === 'copy') add(root, path, structuredCloneExact(read(root, from as string[], at)), at)
  else {
    const source = from as string[]
    if (source.length < path.length && source.every((part, index) => part === path[index])) {
      throw cannot(at, 'moves an element into itself', 'Choose another place.')
    }
    const moved = read(root, source, at)
    remove(root, source, at)
    add(root, path, moved, at)
  }
}

function placeOf(root: { '': unknown }, path: string[], at: string): { holder: Holder; key: string } {
  const full = ['', ...path]
  let holder: unknown = root
  for (const part of full.slice(0, -1)) holder = step(holder, part, at)
  if (typeof holder !== 'object' || holder === null || JSON.isRawJSON(holder)) throw nowhere(at)
  return { holder: holder as Holder, key: full.at(-1) as string }
}

function step(holder: unknown, part: string, at: string): unknown {
  if (Array.isArray(holder)) return holder[indexOf(holder, part, holder.length - 1, at)]
  if (typeof holder !== 'object' || holder === null || JSON.isRawJSON(holder) || !Object.hasOwn(holder, part)) throw nowhere(at)
  return (holder as Record<string, unknown>)[part]
}

function read(root: { '': unknown }, path: string[], at: string): unknown {
  let value: unknown = root
  for (const part of ['', ...path]) value = step(value, part, at)
  return value
}

function add(root: { '': unknown }, path: string[], value: unknown, at: string): void {
  const { holder, key } = placeOf(root, path, at)
  if (Array.isArray(holder)) holder.splice(key === '-' ? holder.length : indexOf(holder, key, holder.length, at), 0, value)
  else holder[key] = value
}

function remove(root: { '': unknown }, path: string[], at: string): void {
  read(root, path, at)
  const { holder, key } = placeOf(root, path, at)
  if (path.length === 0) root[''] = null
  else if (Array.isArray(holder)) holder.splice(Number(key), 1)
  else delete holder[key]
}

function indexOf(list: unknown[], part: string, max: number, at: string): number {
  if (!/^(?:0|[1-9]\d{0,8})$/.test(part) || Number(part) > max) throw cannot(at, `the list has ${list.length} members; no such place`, 'Count from 0.')
  return Number(part)
}

/** Numbers are compared by value (RFC 6902, section 4.6); numbers too long for a double are compared by their digits. */
function isEqual(a: unknown, b: unknown): boolean {
  if (isNumber(a) && isNumber(b)) {
    const [x, y] = [JSON.stringify(a), JSON.stringify(b)]
    return x === y || (Math.max(x.length, y.length) <= 15 && Number(x) === Number(y))
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || isNumber(a) || isNumber(b)) return a === b
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const [x, y] = [a as Record<string, unknown>, b as Record<string, unknown>]
  const names = Object.keys(x)
  return names.length === Object.keys(y).length && names.every((name) => Object.hasOwn(y, name) && isEqual(x[name], y[name]))
}

const isNumber = (value: unknown): boolean => typeof value === 'number' || JSON.isRawJSON(value)

/** A deep copy, except for exact numbers, which cannot change. */
export function structuredCloneExact<T>(value: T): T {
  if (typeof value !== 'object' || value === null || JSON.isRawJSON(value)) return value
  if (Array.isArray(value)) return value.map(structuredCloneExact) as T
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, structuredCloneExact(inner)])) as T
}

const malformed = (expression: string, says: string, hint: string) => new Refusal('incorrect', says, { expression, hint })
const cannot = (expression: string, says: string, hint: string) => new Refusal('unprocessable', says, { expression, hint })
const nowhere = (at: string) => cannot(at, 'the path leads to nothing in this resource', 'Read the resource and write a path that is there.')
