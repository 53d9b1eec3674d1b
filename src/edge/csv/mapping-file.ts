import { readFileSync, statSync } from 'node:fs'
import { parseDocument } from 'yaml'
import { Refusal } from '../../platform/refusal.ts'
import { type Declared, declaredMapping } from './declared.ts'
import { resourceTypes } from './resource-types.ts'

const bytesMax = 1_048_576
const known = new Map<string, { stamp: string; declared: Declared }>()

/** The mapping of a file, JSON or YAML; read again when the file has changed, so that a mended mapping needs no restart. */
export function mappingOf(file: string): Declared {
  const stamp = stampOf(file)
  const before = known.get(file)
  if (before?.stamp === stamp) return before.declared
  const document = parseDocument(readFileSync(file, 'utf8'), { schema: 'core', uniqueKeys: true, merge: false })
  const [broken] = document.errors
  if (broken !== undefined)
    throw new Refusal('incorrect', `the mapping ${file} is neither JSON nor YAML: line ${broken.linePos?.[0].line ?? 1}`, {
      hint: broken.message.split('\n')[0] ?? '',
    })
  const declared = declaredMapping(document.toJS({ maxAliasCount: 0 }), resourceTypes)
  known.set(file, { stamp, declared })
  return declared
}

function stampOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined || !found.isFile())
    throw new Refusal('not-found', `the mapping ${file} is not there`, { hint: 'Name it in the settings of the folder.' })
  if (found.size > bytesMax) throw new Refusal('too-large', `the mapping ${file} has more than ${bytesMax} bytes`)
  return `${found.mtimeMs} ${found.size} ${found.ino}`
}
