import type { DocumentView } from '../wire.ts'
import { readNarrative } from './narrative.ts'
import { at, codedOf, digitsAt, happenedAt, type Item, listAt, textAt } from './pieces.ts'

type Section = DocumentView['sections'][number]

/** One document as the viewer shows it: titled sections of text and tables, and the attachments. */
export function documentOf(item: Item, others: ReadonlyMap<string, Item>): DocumentView {
  const { resource, source } = item
  const sections =
    resource.resourceType === 'Composition'
      ? listAt(resource, 'section').flatMap((section) => sectionsOf(section))
      : resource.resourceType === 'DiagnosticReport'
        ? reportSections(item, others)
        : referenceSections(item)
  return {
    id: `${resource.resourceType}-${resource.id}`,
    title: textAt(resource, 'title') ?? (codedOf(at(resource, 'code')).text || codedOf(at(resource, 'type')).text || resource.resourceType),
    institution: source.institution,
    author: source.author,
    at: happenedAt(resource),
    status: textAt(resource, 'status') ?? '',
    version: source.version,
    sections,
    attachments: attachmentsOf(item),
    source,
  }
}

function sectionsOf(section: unknown): Section[] {
  const narrative = readNarrative(textAt(section, 'text', 'div') ?? '')
  const title = textAt(section, 'title') ?? codedOf(at(section, 'code')).text
  const inner = listAt(section, 'section').flatMap((one) => sectionsOf(one))
  return [{ title, ...narrative }, ...inner]
}

/** A laboratory or imaging report: its conclusion, then its results as a table. */
function reportSections({ resource }: Item, others: ReadonlyMap<string, Item>): Section[] {
  const sections: Section[] = []
  const conclusion = textAt(resource, 'conclusion')
  if (conclusion) sections.push({ title: '', paragraphs: conclusion.split('\n').filter(Boolean), tables: [] })
  const rows = listAt(resource, 'result').map((one) => {
    const found = others.get(textAt(one, 'reference') ?? '')
    return found ? resultRow(found.resource) : [textAt(one, 'display') ?? '', '', '', '']
  })
  if (rows.length > 0) sections.push({ title: '', paragraphs: [], tables: [rows] })
  const narrative = textAt(resource, 'text', 'div')
  if (sections.length === 0 && narrative) sections.push({ title: '', ...readNarrative(narrative) })
  return sections
}

function resultRow(observation: Item['resource']): string[] {
  const quantity = at(observation, 'valueQuantity')
  const value = digitsAt(quantity, 'value') ?? textAt(observation, 'valueString') ?? codedOf(at(observation, 'valueCodeableConcept')).text
  const range = at(observation, 'referenceRange')
  const low = digitsAt(range, 'low', 'value')
  const high = digitsAt(range, 'high', 'value')
  const limits = textAt(range, 'text') ?? (low === null && high === null ? '' : `${low ?? ''}–${high ?? ''}`)
  return [codedOf(at(observation, 'code')).text, value, textAt(quantity, 'unit') ?? '', limits]
}

const readable = /^text\/plain\b/

function referenceSections({ resource }: Item): Section[] {
  const sections: Section[] = []
  const description = textAt(resource, 'description')
  if (description) sections.push({ title: '', paragraphs: [description], tables: [] })
  for (const content of listAt(resource, 'content')) {
    const attachment = at(content, 'attachment')
    const data = textAt(attachment, 'data')
    if (data && readable.test(textAt(attachment, 'contentType') ?? '')) {
      const lines = Buffer.from(data, 'base64').toString('utf8').split(/\r?\n/).filter(Boolean)
      sections.push({ title: textAt(attachment, 'title') ?? '', paragraphs: lines, tables: [] })
    }
  }
  const narrative = textAt(resource, 'text', 'div')
  if (sections.length === 0 && narrative) sections.push({ title: '', ...readNarrative(narrative) })
  return sections
}

function attachmentsOf({ resource }: Item): DocumentView['attachments'] {
  const attachments = [...listAt(resource, 'content').map((content) => at(content, 'attachment')), ...listAt(resource, 'presentedForm')]
  return attachments
    .filter((one) => one !== undefined)
    .map((one) => ({
      title: textAt(one, 'title') ?? '',
      contentType: textAt(one, 'contentType') ?? '',
      url: linkOf(textAt(one, 'url')),
    }))
}

/**
 * The address of an attachment, written by whoever filed the document and followed from a page of ours: only contents of the record or a page of the
 * web are allowed, nothing that a browser would run.
 */
function linkOf(url: string | null): string | null {
  if (url === null) return null
  if (/^Binary\/[A-Za-z0-9.-]{1,64}$/.test(url)) return `/fhir/${url}`
  const { protocol } = URL.parse(url) ?? {}
  return protocol === 'https:' || protocol === 'http:' ? url : null
}
