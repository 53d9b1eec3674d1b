import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Refusal } from '../platform/refusal.ts'
import { corpus } from '../testing/corpora.ts'
import { startServer } from '../testing/server.ts'
import { type Mapped, mapCda, mapHl7, readMessage } from './edge.ts'

const filesMax = 400

/** Maps every file of a folder that can be mapped, as transactions. */
function mappedIn(folder: string, files: RegExp, map: (bytes: Uint8Array) => Mapped): { file: string; mapped: Mapped }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => files.test(file))
    .slice(0, filesMax)
    .flatMap((file) => {
      try {
        return [{ file, mapped: map(readFileSync(join(folder, file))) }]
      } catch (error) {
        if (error instanceof Refusal) return []
        throw error
      }
    })
}

/** Test data of many authors use the same numbers for different people, so each file gets its own number systems. */
function apart(bundle: Mapped['bundle'], number: number): Mapped['bundle'] {
  const text = JSON.stringify(bundle)
    .replace(/"system":"urn:(id|oid|uuid|test|ietf:rfc:3986|spona:edge:statement)/g, `"system":"urn:file${number}:$1`)
    .replaceAll('"system":"http://hl7.org/fhir/sid/us-', `"system":"urn:file${number}:us-`)
    .replaceAll('identifier=http%3A%2F%2Fhl7.org%2Ffhir%2Fsid%2Fus-', `identifier=urn%3Afile${number}%3Aus-`)
    .replace(/identifier=urn%3A(id|oid|uuid|test|ietf%3Arfc%3A3986|spona%3Aedge%3Astatement)/g, `identifier=urn%3Afile${number}%3A$1`)
  return JSON.parse(text) as Mapped['bundle']
}

test('mapped documents are accepted by the record as one transaction each, and sent again they double no patient and no visit', async (t) => {
  const [messages, documents] = [corpus(t, 'hl7v2'), corpus(t, 'ccda')]
  if (messages === null || documents === null) return
  const server = await startServer(t)
  const { send } = await server.institution('КБЦ')
  const all = [
    ...mappedIn(messages, /\.hl7$/, (bytes) => mapHl7(readMessage(bytes), { localSystem: 'urn:test:local', original: bytes })),
    ...mappedIn(documents, /\.(?:xml|ccda)$/i, mapCda),
  ]
  const refused: string[] = []
  for (const [index, { file, mapped }] of all.entries()) {
    const answer = await send('POST', '/fhir', apart(mapped.bundle, index))
    if (answer.status !== 200) refused.push(`${file}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`)
  }
  t.diagnostic(`${all.length - refused.length} of ${all.length} accepted`)
  assert.deepEqual(refused, [])
  const count = async (type: string) => (await send('GET', `/fhir/${type}?_summary=count`)).body.total as number
  const before = [await count('Patient'), await count('Encounter')]
  const again = all.findIndex(({ file }) => file.endsWith('ADT-A01-01.hl7'))
  assert.equal((await send('POST', '/fhir', apart((all[again] as (typeof all)[number]).mapped.bundle, again))).status, 200)
  assert.deepEqual([await count('Patient'), await count('Encounter')], before)
})
