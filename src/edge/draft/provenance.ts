import { hash } from 'node:crypto'
import type { Draft, Json, Reference } from './draft.ts'
import { some } from './draft.ts'

type Original = {
  contentType: string
  title: string
  date?: string | undefined
  subject?: Reference | undefined
  number: string
  source: string
  type?: Json | undefined
}

/** What was sent, to the byte, beside what was made of it: no loss is for ever. */
export function keepOriginal(draft: Draft, bytes: Uint8Array, what: Original): void {
  const entry = draft.add('DocumentReference', what.source)
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
  const attachment = {
    contentType: what.contentType,
    data,
    size: bytes.length,
    hash: hash('sha1', bytes, 'base64'),
    title: what.title || 'original',
  }
  const described = some({ type: what.type, subject: what.subject, date: what.date?.includes('T') ? what.date : undefined })
  Object.assign(entry.resource, { status: 'current', ...described, description: 'the original that was mapped', content: [{ attachment }] })
}

type Story = {
  number: string
  version: string
  time: string | undefined
  occurred: string | undefined
  place?: Json | undefined
  activity: string
  agent: Reference | undefined
}

/** Where everything mapped comes from: in each target the segments (or sections) and the fields that it was made of. */
export function tellProvenance(draft: Draft, story: Story): void {
  draft.settle()
  const targets = draft.entries.map(({ fullUrl, sources }) => ({
    reference: fullUrl,
    extension: [{ url: sourceExtension, valueString: sources }],
  }))
  const entry = draft.add('Provenance', story.activity)
  const absent = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] }
  const recorded = story.time?.includes('T') ? { recorded: story.time } : { _recorded: absent }
  const what: Json = story.number === '' ? { display: 'a message without a number' } : { identifier: { value: story.number } }
  Object.assign(entry.resource, {
    target: targets,
    ...(story.occurred === undefined ? {} : { occurredDateTime: story.occurred }),
    ...recorded,
    ...(story.place === undefined ? {} : { location: story.place }),
    activity: { text: story.activity || 'unknown' },
    agent: [
      {
        type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type', code: 'author' }] },
        who: story.agent ?? { display: 'unknown' },
      },
      {
        type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type', code: 'assembler' }] },
        who: { display: story.version },
      },
    ],
    entity: [{ role: 'source', what }],
  })
}

const sourceExtension = 'urn:spona:mapping:source'
