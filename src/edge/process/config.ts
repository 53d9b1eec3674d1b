import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { isMap, LineCounter, type Node, parseDocument } from 'yaml'
import { WrongUse } from '../../platform/cli.ts'
import type { Charset } from '../hl7v2/charset.ts'
import { certificatesShape } from '../certificates/shape.ts'
import { folderShape } from '../folder/shape.ts'
import { inboundShape } from '../inbound/shape.ts'
import { mllpShape } from '../mllp/shape.ts'
import { restShape } from '../rest/shape.ts'
import { listOf, optional, path, section, text, url, whole, charset } from './shapes.ts'

const bytesMax = 262_144
const wrongMax = 50

/** All settings of an edge. Every limit that people may want to change has its name here. */
const shape = section({
  member: text(/^[a-z][a-z0-9-]{2,39}$/, 'must be the code of the member on the bus: small letters, digits and hyphens'),
  data: optional(path),
  centre: section({
    url: url('http', 'https'),
    key: path,
    /** RFC 7638 thumbprint of the key that the centre signs with; an answer signed with another key is not from the centre. */
    signs: text(/^[\w-]{43}$/, 'must be the thumbprint of the centre’s key (GET /bus/keys, kid)'),
    ca: optional(path),
    certificate: optional(path),
    certificateKey: optional(path),
  }),
  local: optional(
    section({
      system: optional(url('http', 'https', 'urn')),
      charset: optional(charset(), 'windows-1250' as Charset),
      /** An authority that assigns numbers, with all its names in messages: its numbers are one system. */
      authorities: optional(
        listOf(section({ system: url('http', 'https', 'urn'), names: listOf(text(undefined, 'must be a name as it stands in messages', 200)) })),
        [],
      ),
    }),
    { system: undefined, charset: 'windows-1250' as Charset, authorities: [] },
  ),
  mllp: optional(listOf(mllpShape), []),
  folders: optional(listOf(folderShape), []),
  rest: optional(restShape),
  inbound: optional(listOf(inboundShape), []),
  certificates: optional(certificatesShape),
  status: optional(section({ port: optional(whole(0, 65_535), 7080) }), { port: 7080 }),
  calls: optional(listOf(section({ service: text(/^[a-z][a-z0-9.-]{1,59}$/, 'must be the name of a service of this member'), to: url('http', 'https') })), []),
  keep: optional(section({ days: optional(whole(1, 365), 30) }), { days: 30 }),
  disk: optional(section({ warnMb: optional(whole(1, 10_000_000), 2048), reserveMb: optional(whole(1, 1_000_000), 256) }), { warnMb: 2048, reserveMb: 256 }),
  queue: optional(section({ most: optional(whole(1, 100_000_000), 2_000_000) }), { most: 2_000_000 }),
})

export type EdgeConfig = NonNullable<ReturnType<typeof readShape>>
const readShape = (value: unknown, at: Parameters<typeof shape>[1]) => {
  const read = shape(value, at)
  return { ...read, data: read?.data ?? resolve(at.folder, 'edge-data') }
}

/** Reads the file, or reports everything that is wrong with it, each with its line. */
export function readConfig(file: string): EdgeConfig {
  return parseConfig(readText(file), file)
}

function readText(file: string): string {
  try {
    if (statSync(file).size > bytesMax) throw new WrongUse(`${file} has more than ${bytesMax} bytes`)
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof WrongUse) throw error
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'is not there; npm run spona -- edge init writes it' : 'cannot be read'
    throw new WrongUse(`${file} ${why}`)
  }
}

export function parseConfig(content: string, file: string): EdgeConfig {
  const lines = new LineCounter()
  // Only plain values are settings: entities and tags of YAML are refused, and with them alias bombs.
  const document = parseDocument(content, { lineCounter: lines, schema: 'core', uniqueKeys: true, merge: false })
  const broken = document.errors[0]
  if (broken) throw new WrongUse(`${file}:${broken.linePos?.[0].line ?? 1}: ${broken.message.split('\n')[0]}`)
  const wrong: string[] = []
  const lineOf = (at: readonly (string | number)[]): number => {
    for (let length = at.length; length > 0; length--) {
      const start = startOf(document, at.slice(0, length))
      if (start !== undefined) return lines.linePos(start).line
    }
    return 1
  }
  const config = readShape(document.toJS({ maxAliasCount: 0 }), {
    path: [],
    folder: dirname(resolve(file)),
    wrong: (at, sentence) => void wrong.push(`${file}:${lineOf(at)}: ${nameOf(at)} ${sentence}`),
  })
  if (wrong.length > 0) throw new WrongUse(wrong.slice(0, wrongMax).join('\n'))
  return config
}

/** The place of a setting's name, or of the value of a list entry. */
function startOf(document: ReturnType<typeof parseDocument>, at: readonly (string | number)[]): number | undefined {
  const above = at.length === 1 ? document.contents : document.getIn(at.slice(0, -1), true)
  if (isMap(above)) {
    const pair = above.items.find(({ key }) => (key as { value?: unknown }).value === at.at(-1))
    return (pair?.key as Node | undefined)?.range?.[0]
  }
  return (document.getIn(at, true) as Node | undefined)?.range?.[0]
}

const nameOf = (at: readonly (string | number)[]): string =>
  at.length === 0 ? 'the file' : at.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('')
