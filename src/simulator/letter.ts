// Documents that a doctor signs: the discharge letter and the report of a specialist. People read the sections, so they are paragraphs and tables.

import type { Composition, CompositionSection, Narrative, Reference, Resource } from '@medplum/fhirtypes'
import { type Day, instant } from './calendar.ts'
import { add, institutionReference, systems, workerReference } from './chart.ts'
import type { Visit } from './visit.ts'

export type Section = {
  title: string
  loinc?: string
  paragraphs?: readonly string[]
  table?: { head: readonly string[]; rows: readonly (readonly string[])[] }
  entries?: Reference<Resource>[]
}

type Letter = { kind: 'discharge' | 'specialist'; title: string; day: Day; sections: readonly Section[] }

const kinds = { discharge: ['18842-5', 'Discharge summary'], specialist: ['11488-4', 'Consult note'] } as const

export function writeLetter(visit: Visit, { kind, title, day, sections }: Letter): Reference<Composition> {
  const [code, display] = kinds[kind]
  const signature = `${visit.care.unit.name}, ${visit.care.institution.name}`
  return add(visit.chart, {
    resourceType: 'Composition',
    status: 'final',
    type: { coding: [{ system: systems.loinc, code, display }], text: kind === 'discharge' ? 'Отпусна листа са епикризом' : 'Извештај лекара специјалисте' },
    subject: visit.chart.patient,
    encounter: visit.reference,
    date: instant(day, day === visit.day ? Math.min(1439, visit.minute + 8) : 13 * 60 + 30),
    author: [workerReference(visit.care.worker)],
    title: `${title} · ${signature}`,
    custodian: institutionReference(visit.care.institution),
    section: sections.filter(hasText).map(sectionOf),
  })
}

const hasText = ({ paragraphs, table }: Section) => (paragraphs?.length ?? 0) + (table?.rows.length ?? 0) > 0

function sectionOf(section: Section): CompositionSection {
  const { title, loinc, entries } = section
  return {
    title,
    ...(loinc ? { code: { coding: [{ system: systems.loinc, code: loinc }], text: title } } : {}),
    text: narrative(section),
    ...(entries && entries.length > 0 ? { entry: entries } : {}),
  }
}

function narrative({ paragraphs = [], table }: Section): Narrative {
  const lines = paragraphs.map((text) => `<p>${escape(text)}</p>`).join('')
  const row = (cells: readonly string[], tag: 'th' | 'td') => `<tr>${cells.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join('')}</tr>`
  const grid =
    table && table.rows.length > 0
      ? `<table><thead>${row(table.head, 'th')}</thead><tbody>${table.rows.map((cells) => row(cells, 'td')).join('')}</tbody></table>`
      : ''
  return { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml" xml:lang="sr-Cyrl" lang="sr-Cyrl">${lines}${grid}</div>` }
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
