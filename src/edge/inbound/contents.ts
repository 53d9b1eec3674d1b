import { Refusal } from '../../platform/refusal.ts'
import { parseWithDigits } from '../draft/numbers.ts'
import type { Delivery } from '../centre/receive.ts'
import type { Edge } from '../process/edge.ts'
import type { InboundSettings } from './shape.ts'

export type Contents = { bytes: Buffer; contentType: string; ending: string }

const endings: Record<string, string> = {
  'application/fhir+json': 'json',
  'application/json': 'json',
  'application/xml': 'xml',
  'text/xml': 'xml',
  'application/pdf': 'pdf',
  'text/plain': 'txt',
  'text/csv': 'csv',
}

/** A delivery in the format that its local system reads. */
export async function contentsFor(edge: Edge, settings: InboundSettings, delivery: Delivery, bytes: Buffer): Promise<Contents> {
  const isV2 = settings.as === 'hl7v2' || (settings.as === 'same' && settings.by === 'mllp')
  const type = delivery.contentType.split(';')[0]?.trim() ?? ''
  if (isV2 && !/hl7/i.test(type)) return hl7Of(edge, settings, delivery, bundleIn(bytes))
  if (settings.as === 'cda' && !/xml/.test(type)) return cdaOf(edge, delivery, bundleIn(bytes))
  return { bytes, contentType: delivery.contentType, ending: isV2 ? 'hl7' : (endings[type] ?? 'bin') }
}

type Bundle = { entry: { fullUrl?: string; resource?: any }[] }

function bundleIn(bytes: Buffer): Bundle {
  let found: any
  try {
    found = parseWithDigits(bytes.toString('utf8'))
  } catch {
    found = null
  }
  if (typeof found?.resourceType !== 'string')
    throw new Refusal('unprocessable', 'the delivery is no FHIR, and only FHIR can be turned into what the local system takes')
  return found.resourceType === 'Bundle' ? { ...found, entry: Array.isArray(found.entry) ? found.entry : [] } : { entry: [{ resource: found }] }
}

async function hl7Of(edge: Edge, settings: InboundSettings, delivery: Delivery, bundle: Bundle): Promise<Contents> {
  const { hl7Bytes, toHl7 } = await import('../back/hl7v2.ts')
  const envelope = {
    sender: 'SPONA',
    facility: delivery.from,
    receiver: settings.receiver,
    receivingFacility: edge.config.member,
    id: shortId(delivery.message),
    at: edge.now(),
    charset: settings.charset,
  }
  const written = hl7Bytes(toHl7(bundle as never, eventOf(bundle), envelope), settings.charset)
  return { bytes: Buffer.from(written), contentType: 'x-application/hl7-v2+er7', ending: 'hl7' }
}

/** MSH-10 holds twenty characters in HL7 2.5: the end of the message's number, which is its random part. */
export const shortId = (message: string): string => message.replaceAll('-', '').slice(-20).toUpperCase()

/** The event of a message: R01 for results, an event by the status for visits, and an update of the person (A31) for anything else. */
function eventOf({ entry }: Bundle): string {
  const types = new Set(entry.map(({ resource }) => resource?.resourceType))
  if (types.has('DiagnosticReport') || types.has('Observation')) return 'R01'
  const visit = entry.find(({ resource }) => resource?.resourceType === 'Encounter')?.resource
  if (visit === undefined) return 'A31'
  const events: Record<string, string> = { planned: 'A05', finished: 'A03', cancelled: 'A11' }
  return events[visit.status] ?? (visit.class?.code === 'AMB' ? 'A04' : 'A01')
}

async function cdaOf(edge: Edge, delivery: Delivery, bundle: Bundle): Promise<Contents> {
  const { toCda } = await import('../back/cda.ts')
  return { bytes: Buffer.from(toCda(bundle as never, { id: delivery.message, at: edge.now(), title: 'Document' })), contentType: 'text/xml', ending: 'xml' }
}
