import { parseJson } from './json.ts'
import { BundleSplitter, type Piece } from './split.ts'
import type { Resource } from './types.ts'
import { parseXml } from './xml/parse.ts'
import { printBundleParts, printXml } from './xml/print.ts'
import type { Shapes } from './xml/shapes.ts'

export type Form = { format: 'json' | 'xml'; isPretty: boolean }

/** XML and indented JSON. Inside the system every resource is compact JSON text. */
export type Formats = {
  /** The object that parseJson would give for the same resource in JSON. */
  parseXml(text: string): unknown
  /** Prints JSON text of this system in the form that the client asked for. */
  print(json: string, form: Form): string
  /** The same for a Bundle that arrives in pieces: each entry is printed as soon as it is complete, so memory holds only one. */
  stream(chunks: AsyncIterable<string> | Iterable<string>, form: Form): AsyncGenerator<string>
}

export function formatsOf(shapes: Shapes): Formats {
  return {
    parseXml: (text) => parseXml(shapes, text),
    print(json, { format, isPretty }) {
      const resource = parseJson(json) as Resource
      return format === 'xml' ? printXml(shapes, resource, isPretty) : JSON.stringify(resource, null, isPretty ? 2 : 0)
    },
    async *stream(chunks, { format, isPretty }) {
      const splitter = new BundleSplitter()
      const write = format === 'xml' ? xmlWriter(printBundleParts(shapes, isPretty)) : jsonWriter()
      let text = ''
      for await (const chunk of chunks) {
        for (const piece of splitter.push(chunk)) {
          text += write(piece)
          if (text.length < chunkLength) continue
          yield text
          text = ''
        }
      }
      yield text + splitter.end().map(write).join('')
    },
  }
}

const chunkLength = 65_536

function xmlWriter(parts: ReturnType<typeof printBundleParts>): (piece: Piece) => string {
  return (piece) => {
    if (piece.kind === 'head') return parts.head(piece.members)
    if (piece.kind === 'entry') return parts.entry(parseJson(piece.text))
    return parts.tail(piece.members)
  }
}

/** Prints JSON with an indent of two, entry by entry; the members behind the entries follow at the end. */
function jsonWriter(): (piece: Piece) => string {
  const indented = (value: unknown) => JSON.stringify(value, null, 2)
  const inner = (members: object) => indented(members).slice(1, -1).trimEnd()
  let entries = 0
  let hasHead = false
  return (piece) => {
    if (piece.kind === 'head') {
      hasHead = Object.keys(piece.members).length > 0
      return `{${inner(piece.members)}`
    }
    if (piece.kind === 'entry') {
      const before = entries++ > 0 ? ',' : `${hasHead ? ',' : ''}\n  "entry": [`
      return `${before}\n    ${indented(parseJson(piece.text)).replaceAll('\n', '\n    ')}`
    }
    const rest = Object.keys(piece.members).length > 0 ? `,${inner(piece.members)}` : ''
    return `${entries > 0 ? '\n  ]' : ''}${rest}\n}\n`
  }
}
