import { parseJson, parseSearch, printJson, type Resource, type Search } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Asking } from '../asking.ts'

/** How much of each resource the client wants (R4 search, sections 3.1.1.5.8 and 3.1.1.5.9). */
export type Extent = Pick<Search, 'summary' | 'elements'>

/** Elements that always stay. The subject is among them: a result without its patient invites a mistake. */
const always = ['resourceType', 'id', 'meta', 'implicitRules', 'modifierExtension', 'subject', 'patient']
const subsetted = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED', display: 'Resource encoded in summary mode' }

/** The body as it is stored, or only the wanted part of it, marked as such. */
export function shortened(asking: Asking, extent: Extent, type: string, body: string): string {
  if (extent.summary === 'false' && extent.elements.length === 0) return body
  const whole = parseJson(body) as Resource
  const keep = keptBy(asking, extent, type)
  const some = Object.fromEntries(Object.entries(whole).filter(([name]) => keep(name.replace(/^_/, ''))))
  const meta = (some['meta'] ?? {}) as { tag?: unknown[] }
  return printJson({ ...some, meta: { ...meta, tag: [...(meta.tag ?? []), subsetted] } })
}

/** Which top-level elements stay; mandatory elements always do. */
function keptBy(asking: Asking, extent: Extent, type: string): (name: string) => boolean {
  const { summary, mandatory } = asking.world.fhir.summaryOf(type)
  const base = new Set([...always, ...mandatory])
  if (extent.elements.length > 0) {
    const wanted = new Set(extent.elements.flatMap((element) => asking.world.fhir.propertiesOf(type, element)))
    return (name) => base.has(name) || wanted.has(name)
  }
  if (extent.summary === 'data') return (name) => name !== 'text'
  if (extent.summary === 'text') return (name) => base.has(name) || name === 'text'
  const marked = new Set([...base, ...summary])
  return (name) => marked.has(name)
}

const extentNames = new Set(['_summary', '_elements'])

/** `_summary` and `_elements` of a read: every interaction has these parameters (R4 http, section 3.1.0.1.5). */
export function extentOf(asking: Asking, type: string | null, pairs: [string, string][]): Extent {
  const wanted = pairs.filter(([name]) => extentNames.has(name))
  if (wanted.length === 0) return { summary: 'false', elements: [] }
  const extent = parseSearch(asking.world.fhir, type, wanted, { lenient: false })
  if (extent.summary !== 'count') return extent
  throw new Refusal('incorrect', 'only a search can be counted', { expression: 'http._summary', hint: 'Use one of: true, false, text, data.' })
}
