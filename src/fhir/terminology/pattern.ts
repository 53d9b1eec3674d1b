type Node =
  | { kind: 'letter'; takes: RegExp }
  | { kind: 'sequence'; parts: Node[] }
  | { kind: 'choice'; ways: Node[] }
  | { kind: 'repeat'; part: Node; min: number; max: number }
/** One step of the machine: take a letter, or continue at either of two places. */
type Step = { takes: RegExp; to: number } | { takes: null; to: number; or: number }

const patternMax = 200
const depthMax = 20
const stepsMax = 500

/**
 * Matches whole values against a regular expression by following all of its ways at once (K. Thompson, 1968). The time grows with the lengths of
 * pattern and text and not with the number of ways, so no definition can keep the server busy. Null: the pattern uses something that this does not
 * support (back references, lookaround, anchors inside) or is too long with its repetitions written out.
 */
export function patternFrom(text: string): ((value: string) => boolean) | null {
  if (text.length > patternMax) return null
  try {
    const steps: Step[] = []
    emit(steps, new Reader([...text]).read())
    return (value) => isTaken(steps, value)
  } catch (error) {
    if (error instanceof Unknown || error instanceof SyntaxError) return null
    throw error
  }
}

function isTaken(steps: readonly Step[], value: string): boolean {
  let places = reach(steps, [0])
  for (const letter of value) {
    const next: number[] = []
    for (const place of places) {
      const step = steps[place]
      if (step?.takes?.test(letter)) next.push(step.to)
    }
    if (next.length === 0) return false
    places = reach(steps, next)
  }
  return places.has(steps.length)
}

/** All places that can be reached without taking a letter. */
function reach(steps: readonly Step[], from: readonly number[]): Set<number> {
  const places = new Set(from)
  // The loop also visits the places that it adds to the set.
  for (const place of places) {
    const step = steps[place]
    if (step?.takes === null) places.add(step.to).add(step.or)
  }
  return places
}

/** Appends the steps of a node: it begins behind the steps so far and ends at the end of the list. */
function emit(steps: Step[], node: Node): void {
  if (steps.length > stepsMax) throw new Unknown()
  if (node.kind === 'letter') steps.push({ takes: node.takes, to: steps.length + 1 })
  else if (node.kind === 'sequence') for (const part of node.parts) emit(steps, part)
  else if (node.kind === 'choice') emitChoice(steps, node.ways)
  else {
    for (let count = 0; count < node.min; count++) emit(steps, node.part)
    if (node.max === Number.POSITIVE_INFINITY) emitLoop(steps, node.part)
    else for (let count = node.min; count < node.max; count++) emitChoice(steps, [node.part, { kind: 'sequence', parts: [] }])
  }
}

function emitChoice(steps: Step[], ways: readonly Node[]): void {
  const [way, ...rest] = ways as [Node, ...Node[]]
  if (rest.length === 0) return emit(steps, way)
  const fork = { takes: null, to: steps.length + 1, or: 0 }
  steps.push(fork)
  emit(steps, way)
  const leave = { takes: null, to: 0, or: 0 }
  steps.push(leave)
  fork.or = steps.length
  emitChoice(steps, rest)
  leave.to = leave.or = steps.length
}

function emitLoop(steps: Step[], part: Node): void {
  const fork = { takes: null, to: steps.length + 1, or: 0 }
  const begin = steps.push(fork) - 1
  emit(steps, part)
  steps.push({ takes: null, to: begin, or: begin })
  fork.or = steps.length
}

class Unknown extends Error {}

class Reader {
  readonly #letters: readonly string[]
  #at = 0
  #depth = 0

  constructor(letters: readonly string[]) {
    this.#letters = letters
  }

  read(): Node {
    const node = this.#choice()
    if (this.#at < this.#letters.length) throw new Unknown()
    return node
  }

  #choice(): Node {
    if (++this.#depth > depthMax) throw new Unknown()
    const ways = [this.#sequence()]
    while (this.#letters[this.#at] === '|') {
      this.#at++
      ways.push(this.#sequence())
    }
    this.#depth--
    return { kind: 'choice', ways }
  }

  #sequence(): Node {
    const parts: Node[] = []
    // The whole value is matched anyway, so anchors at the ends change nothing.
    const isOuter = this.#depth === 1
    if (isOuter && this.#letters[this.#at] === '^') this.#at++
    for (let next = this.#letters[this.#at]; next !== undefined && next !== '|' && next !== ')'; next = this.#letters[this.#at]) {
      if (isOuter && next === '$' && '|'.startsWith(this.#letters[this.#at + 1] ?? '')) this.#at++
      else parts.push(this.#repeated())
    }
    return { kind: 'sequence', parts }
  }

  #repeated(): Node {
    const part = this.#one()
    const [all, sign, min, comma, max] = /^(?:([*+?])|\{(\d{1,3})(,?)(\d{0,3})\})/.exec(this.#letters.slice(this.#at, this.#at + 9).join('')) ?? []
    if (all === undefined) return part
    this.#at += all.length
    // Lazy repetition makes no difference when the whole value is matched.
    if (this.#letters[this.#at] === '?') this.#at++
    const least = sign === undefined ? Number(min) : sign === '+' ? 1 : 0
    const isOpen = sign === '*' || sign === '+' || (comma === ',' && max === '')
    const most = isOpen ? Number.POSITIVE_INFINITY : sign === '?' ? 1 : max === '' ? least : Number(max)
    if (most < least) throw new Unknown()
    return { kind: 'repeat', part, min: least, max: most }
  }

  /** One letter, class or escape; JavaScript's own regular expressions decide what it matches. */
  #one(): Node {
    const first = this.#letters[this.#at] as string
    if (first === '(') return this.#group()
    if ('^$*+?{}]'.includes(first)) throw new Unknown()
    const begin = this.#at++
    if (first === '\\') this.#escape()
    else if (first === '[') {
      while (this.#letters[this.#at] !== ']') {
        if (this.#at >= this.#letters.length) throw new Unknown()
        this.#at += this.#letters[this.#at] === '\\' ? 2 : 1
      }
      this.#at++
    }
    return { kind: 'letter', takes: new RegExp(`^(?:${this.#letters.slice(begin, this.#at).join('')})$`, 'u') }
  }

  #escape(): void {
    const name = this.#letters[this.#at++] ?? ''
    if (/[0-9kbB]/.test(name)) throw new Unknown()
    if ('upP'.includes(name) && this.#letters[this.#at] === '{') {
      while (this.#letters[this.#at] !== '}') if (++this.#at >= this.#letters.length) throw new Unknown()
      this.#at++
    } else this.#at += { x: 2, u: 4, c: 1 }[name] ?? 0
  }

  #group(): Node {
    this.#at++
    if (this.#letters[this.#at] === '?') {
      if (this.#letters[this.#at + 1] !== ':') throw new Unknown()
      this.#at += 2
    }
    const node = this.#choice()
    if (this.#letters[this.#at++] !== ')') throw new Unknown()
    return node
  }
}
