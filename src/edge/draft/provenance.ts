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

/** Keeps the original to the byte beside the mapped resources, so that no loss is final. */
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

/** Writes the Provenance: for each target the segments (or sections) and the fields from which it was made. */
export function tellProvenance(draft: Draft, story: Story): void {
  draft.settle()
  const targets = draft.entries.map(({ fullUrl, sources }) => ({
    reference: fullUrl,
    extension: [{ url: sourceExtension, valueString: sources.join('; ') }],
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

type Told = {
  entry?: { fullUrl?: string; resource?: { resourceType?: string; target?: { reference?: string; extension?: { url?: string; valueString?: string }[] }[] } }[]
}

/**
 * Translates a fault that the record names as a place in the bundle into a place of the local system's input: `OBX[3]-5` for
 * `Bundle.entry[4].resource.valueQuantity.value`, or the segments and columns of the whole resource. Null when the bundle does not name its sources.
 */
export function sourceOf(bundle: Told, place: string): string | null {
  const [, number, element = ''] = /^Bundle\.entry\[(\d+)\](?:\.resource)?(?:\.([A-Za-z]+))?/.exec(place) ?? []
  const fullUrl = number === undefined ? undefined : bundle.entry?.[Number(number)]?.fullUrl
  if (fullUrl === undefined) return null
  const targets = bundle.entry?.flatMap(({ resource }) => (resource?.resourceType === 'Provenance' ? (resource.target ?? []) : []))
  const told = targets?.find(({ reference }) => reference === fullUrl)?.extension?.find(({ url }) => url === sourceExtension)?.valueString
  if (told === undefined) return null
  const parts = told.split('; ').map((part) => part.split(' '))
  const exact = parts.flatMap(([segment = '', ...fields]) =>
    (segment.includes('<') ? [segment, ...fields] : fields).flatMap((one) => {
      const [target = '', field = ''] = one.split('<')
      if (element === '' || !isOf(element, target)) return []
      return [segment.includes('<') ? field : `${segment}-${field}`]
    }),
  )
  const whole = parts.map(([segment = '']) => segment.split('<').at(-1) as string)
  return [...new Set(exact.length > 0 ? exact : whole)].slice(0, namedMax).join(', ')
}

const namedMax = 5
/** The mapping calls `value` what the resource has as `valueQuantity`. */
const isOf = (element: string, target: string): boolean => {
  const [named = ''] = /^[A-Za-z]+/.exec(target) ?? []
  return named === element || (named !== '' && element.startsWith(named) && /^[A-Z]/.test(element.slice(named.length)))
}
