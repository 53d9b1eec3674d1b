import { readFileSync, statSync } from 'node:fs'
import { type Document, isMap, LineCounter, type Node, parseDocument } from 'yaml'
import { Refusal } from '../../platform/refusal.ts'
import { type Declared, declaredMapping } from './declared.ts'
import { resourceTypes } from './resource-types.ts'

const bytesMax = 1_048_576
const known = new Map<string, { stamp: string; declared: Declared }>()

type Place = readonly (string | number)[]

/** The mapping in a JSON or YAML file. It is read again when the file has changed, so that a mended mapping needs no restart. */
export function mappingOf(file: string): Declared {
  const stamp = stampOf(file)
  const before = known.get(file)
  if (before?.stamp === stamp) return before.declared
  const { declared } = readMapping(file)
  known.set(file, { stamp, declared })
  return declared
}

/** Reads a mapping; `lineOf` gives the line of a place in the file. */
export function readMapping(file: string): { declared: Declared; lineOf(place: Place): number } {
  stampOf(file)
  const lines = new LineCounter()
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines, schema: 'core', uniqueKeys: true, merge: false })
  const [broken] = document.errors
  if (broken !== undefined)
    throw new Refusal('incorrect', `the mapping ${file} is neither JSON nor YAML: line ${broken.linePos?.[0].line ?? 1}`, {
      hint: broken.message.split('\n')[0] ?? '',
    })
  const lineOf = (place: Place): number => {
    for (let length = place.length; length > 0; length--) {
      const node = nodeAt(document, place.slice(0, length))
      if (node !== undefined) return lines.linePos(node).line
    }
    return 1
  }
  const declared = declaredMapping(document.toJS({ maxAliasCount: 0 }), resourceTypes, (pointer) => `line ${lineOf(stepsOf(pointer))}, ${pointer}`)
  return { declared, lineOf }
}

/** The steps of a JSON Pointer. */
const stepsOf = (pointer: string): (string | number)[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step))

/** The offset of a name, or of the value of a list entry. */
function nodeAt(document: Document, place: Place): number | undefined {
  const above = place.length === 1 ? document.contents : document.getIn(place.slice(0, -1), true)
  if (!isMap(above)) return (document.getIn(place, true) as Node | undefined)?.range?.[0]
  const pair = above.items.find(({ key }) => (key as { value?: unknown }).value === place.at(-1))
  return (pair?.key as Node | undefined)?.range?.[0]
}

function stampOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined || !found.isFile())
    throw new Refusal('not-found', `the mapping ${file} is not there`, { hint: 'Name it in the settings of the folder.' })
  if (found.size > bytesMax) throw new Refusal('too-large', `the mapping ${file} has more than ${bytesMax} bytes`)
  return `${found.mtimeMs} ${found.size} ${found.ino}`
}
