import { table } from '../../draft/table.ts'
import { codingOf } from '../../draft/displays.ts'
import { put } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import { fill, type Mapping, rowsOf } from './mapping.ts'
import { codeableConcept, dateTime, decimal, money } from './types.ts'

// DRG-3: whether the payer approves the group (HL7 table 0136).
const statuses = table<string>({ Y: 'billable', N: 'not-billable' })

const rows = rowsOf([
  [1, 'code', codeableConcept],
  [2, 'occurrenceDateTime', dateTime],
  [15, 'factorOverride', decimal],
  [16, 'priceOverride', money],
])

// Fields for which R4 has no element are kept in words beside the charge: an amount with its currency, a code with its name.
const told = [
  [4, 'grouper review', 'code'],
  [5, 'outlier type', 'code'],
  [6, 'outlier days', 'amount'],
  [7, 'outlier cost', 'amount'],
  [8, 'payor', 'code'],
  [9, 'outlier reimbursement', 'amount'],
  [11, 'transfer type', 'code'],
  [13, 'grouper status', 'code'],
  [14, 'clinical complexity', 'code'],
  [18, 'grouper', 'amount'],
  [19, 'version of the grouper', 'amount'],
  [25, 'calculated days', 'amount'],
] as const

/** DRG: the group by which a stay is paid, as a charge of the visit. A stay has one group: a new grouping replaces the former one (again.ts). */
export function grouping(segment: Segment, mapping: Mapping): void {
  const entry = mapping.aboutPatient('ChargeItem', segment)
  if (entry === undefined) return
  const { resource } = entry
  resource['status'] = statuses[segment.text(3)?.toUpperCase() ?? ''] ?? 'unknown'
  fill(entry, segment, rows, mapping)
  resource['code'] ??= { text: 'unknown' }
  if (mapping.encounter !== undefined) resource['context'] = mapping.encounter.reference
  if (mapping.account !== undefined) resource['account'] = [mapping.account.reference]
  for (const [field, name, kind] of told) {
    const value = segment.first(field)
    const words = value && (kind === 'code' ? wordsIn(value) : amountIn(value))
    if (words !== undefined) put(resource, 'note[]', { text: `${name}: ${words}` })
  }
  if (segment.text(10)?.toUpperCase() === 'Y') resource['meta'] = { security: [codingOf('http://terminology.hl7.org/CodeSystem/v3-Confidentiality', 'R')] }
  mapping.grouped = entry
  mapping.noted = entry
}

function wordsIn(value: Value): string | undefined {
  const [code, words] = [value.part(1), value.words(2)]
  value.skip(3)
  return code === undefined || words === undefined ? (code ?? words) : `${code} (${words})`
}

function amountIn(value: Value): string | undefined {
  const [amount, currency] = [value.part(1), value.sub(1, 2) ?? value.part(2)]
  return amount === undefined ? undefined : [amount, currency].filter(Boolean).join(' ')
}
