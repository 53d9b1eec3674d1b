import { Refusal } from '../../platform/refusal.ts'
import { fragment } from '../../platform/sql.ts'
import type { Asking } from '../asking.ts'
import { bodyOf, dayOf, oneOf, optional, wordOf, uuidOf } from '../read-body.ts'
import { writeTable } from '../../platform/table.ts'
import { takeTurn } from './pace.ts'
import { actingFor, requireEmployer } from './rights.ts'
import { shown } from './shown.ts'
import { asEmployer, type EventRow } from './store.ts'
import type { EmployerEvent } from './wire.ts'
import { writeXml } from './xml.ts'

// Certificates and reports as files for a payroll program: XML by the schema of GET /sickleave/employer/schema/employer-documents.xsd, or CSV with one line
// for each stretch of days that one payer bears.

const documentsMax = 5_000
const leavesMax = 500
type Line = EmployerEvent & { isVoid: boolean }
export type File = { name: string; type: string; body: string }

export async function documentsFile(asking: Asking, given: unknown): Promise<File> {
  const body = bodyOf(given, ['format', 'pib', 'leaves', 'from', 'until'])
  const format = oneOf(body, 'format', ['xml', 'csv'])
  const pib = optional(body, 'pib', (of, name) => wordOf(of, name, 9))
  const leaves = leavesOf(body['leaves'])
  if (pib === undefined && leaves === null) {
    throw new Refusal('incorrect', 'say whose documents: pib, leaves, or both', { expression: 'pib' })
  }
  const [from, until] = [optional(body, 'from', dayOf) ?? null, optional(body, 'until', dayOf) ?? null]
  const acting = pib === undefined ? await actingFor(asking, null) : [await requireEmployer(asking, pib)]
  takeTurn(asking, 'export')
  const employers = acting.map(({ employer }) => employer)
  const found = await read(asking, employers, leaves, { from, until })
  if (found.length > documentsMax) {
    throw new Refusal('unprocessable', `these are more than ${documentsMax} documents`, {
      expression: 'from',
      hint: 'Ask for a shorter time, or take the events in pages.',
    })
  }
  const events = await shown(asking, employers, found, 'export')
  const lines = events.map((event, at): Line => ({ ...event, isVoid: (found[at] as Found).isVoid }))
  const name = `bolovanja-${asking.world.now().toISOString().slice(0, 10)}.${format}`
  if (format === 'xml') return { name, type: 'application/xml; charset=utf-8', body: writeXml(lines, asking.world.now()) }
  return { name, type: 'text/csv; charset=utf-8', body: tableOf(lines) }
}

function leavesOf(value: unknown): string[] | null {
  if (value === undefined) return null
  if (!Array.isArray(value) || value.length === 0 || value.length > leavesMax) {
    throw new Refusal('incorrect', `leaves is a list of 1 to ${leavesMax}`, { expression: 'leaves' })
  }
  return value.map((leave: unknown) => uuidOf({ leaves: leave }, 'leaves'))
}

type Found = EventRow & { isVoid: boolean }

/** Reads each paper once, with a mark when a later message made it void; a cancelled leave has no valid paper. */
function read(
  { world }: Asking,
  employers: readonly number[],
  leaves: readonly string[] | null,
  { from, until }: { from: string | null; until: string | null },
) {
  return asEmployer(
    world.sql,
    employers,
    (tx) => tx<Found>`
      select event.seq, event.at, event.kind, event.known_as, event.content,
             exists (select from sickleave.employer_event later
                      where later.employer = event.employer and later.known_as = event.known_as and later.seq > event.seq
                        and (later.kind = 'cancelled'
                             or (later.kind = 'void' and later.content -> 'document' ->> 'number' = event.content -> 'document' ->> 'number'
                                 and later.content -> 'document' ->> 'version' = event.content -> 'document' ->> 'version'))) as is_void
        from sickleave.employer_event event
       where event.employer = any(${[...employers]}::int4[]) and event.kind in ('certificate', 'report')
         ${leaves === null ? fragment`` : fragment`and event.known_as = any(${[...leaves]}::uuid[])`}
         and (${from}::date is null or (event.content ->> 'until')::date >= ${from}::date)
         and (${until}::date is null or (event.content ->> 'from')::date <= ${until}::date)
       order by event.employer, event.seq
       limit ${documentsMax + 1}`,
  )
}

const headings = [
  'ПИБ',
  'Послодавац',
  'ЈМБГ',
  'Презиме',
  'Име',
  'Документ',
  'Број',
  'Верзија',
  'Издато',
  'Важи',
  'Узрок',
  'Од',
  'До',
  'Дана',
  'Проценат',
  'Терет',
]
const categories = { illness: 'болест', care: 'нега', child: 'нега детета' }
const kinds = { certificate: 'потврда', report: 'извештај' }
const payers = { employer: 'послодавац', fund: 'РФЗО' }

function tableOf(lines: readonly Line[]): string {
  const rows = lines.flatMap(({ employer, employee, document, category, from, until, isVoid }) => {
    if (document === null) return []
    const days: { from: string; until: string; days: number | null; percent: number | null; payer: 'employer' | 'fund' | null }[] =
      document.days.length > 0 ? document.days : [{ from, until, days: null, percent: null, payer: null }]
    // Numbers are text, in a form that keeps a spreadsheet from cutting leading zeros.
    const start = [employer?.pib ?? '', employer?.name ?? '', employee.jmbg ?? '', employee.family, employee.given, kinds[document.kind], document.number]
    const rest = [document.version, document.issuedAt, isVoid ? 'не' : 'да', categories[category]]
    return days.map((one) => [...start, ...rest, one.from, one.until, one.days, one.percent, one.payer && payers[one.payer]])
  })
  return writeTable([headings, ...rows])
}
