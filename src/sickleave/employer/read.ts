import { Refusal } from '../../platform/refusal.ts'
import { isUuid } from '../../platform/uuid.ts'
import type { Asking } from '../asking.ts'
import { languageOf, type PaperName } from '../document/paper-name.ts'
import { paperFile, type PaperFile } from '../document/paper.ts'
import { openWith } from '../sealed.ts'
import { actingFor, requireEmployer } from './rights.ts'
import { recordsOf } from './records.ts'
import { type Shared, sharedPlace } from './share.ts'
import { shown } from './shown.ts'
import { eventsAfter, eventsMax, eventsOfLeave, latestEvents, sharedOf } from './store.ts'
import type { EmployerEvents, Employers } from './wire.ts'

// What the employer's side reads, for people and payroll systems alike. Before an answer leaves, it is in the access log of every person in it.

export async function myEmployers(asking: Asking): Promise<Employers> {
  const rows = await actingFor(asking, null)
  return { employers: rows.map(({ pib, name, role, agency }) => ({ pib, name, role, agency })) }
}

/** All events after a number, in order and without a gap; the same question always has the same answer. */
export async function eventsFor(asking: Asking, pib: string, query: unknown): Promise<EmployerEvents> {
  const { employer } = await requireEmployer(asking, pib)
  const { after, limit } = placeOf(query)
  const rows = await eventsAfter(asking.world.sql, employer, after, limit)
  return { events: await shown(asking, [employer], rows), next: rows.at(-1)?.seq ?? after }
}

export async function leavesFor(asking: Asking, pib: string): Promise<EmployerEvents> {
  const { employer } = await requireEmployer(asking, pib)
  const rows = await latestEvents(asking.world.sql, employer, eventsMax)
  return { events: await shown(asking, [employer], rows), next: rows[0]?.seq ?? 0 }
}

export async function leaveFor(asking: Asking, pib: string, leave: string): Promise<EmployerEvents> {
  const { employer } = await requireEmployer(asking, pib)
  const rows = isUuid(leave) ? await eventsOfLeave(asking.world.sql, employer, leave) : []
  if (rows.length === 0) throw new Refusal('not-found', 'this employer has no such leave')
  return { events: await shown(asking, [employer], rows), next: rows.at(-1)?.seq ?? 0 }
}

/** A document from the employer's own stream as a file. It is made of the stream alone. */
export async function employerPaper(asking: Asking, pib: string, { leave, number, version, form }: PaperName, query: unknown): Promise<PaperFile> {
  const { employer } = await requireEmployer(asking, pib)
  const rows = isUuid(leave) ? await eventsOfLeave(asking.world.sql, employer, leave) : []
  const row = rows.find(({ content }) => content.document?.number === number && String(content.document.version) === version)
  if (!row) throw new Refusal('not-found', 'this employer has no such document')
  const [event] = await shown(asking, [employer], [row])
  return paperFile(asking.world, row.content, event?.employee.jmbg ?? null, form, languageOf(query))
}

/** Only what the employee shared. Without a share the answer is "not found", and it does not say why. */
export async function sharedFor(asking: Asking, pib: string, leave: string): Promise<Shared> {
  const { world } = asking
  const { employer } = await requireEmployer(asking, pib)
  const sealed = isUuid(leave) ? await sharedOf(world.sql, employer, leave) : null
  const key = sealed && (await (await recordsOf(asking)).shareKey(asking, pib, leave))
  if (!key) throw new Refusal('not-found', 'nothing is shared about this leave')
  try {
    return openWith<Shared>(key, sharedPlace(leave, employer), sealed)
  } finally {
    key.fill(0)
  }
}

const limitDefault = 100
function placeOf(query: unknown): { after: number; limit: number } {
  const given = query as Record<string, unknown>
  for (const name of Object.keys(given)) if (name !== 'after' && name !== 'limit') throw new Refusal('incorrect', 'only after and limit may be asked here')
  const number = (name: string, otherwise: number, max: number) => {
    const text = given[name] ?? String(otherwise)
    if (typeof text !== 'string' || !/^\d{1,10}$/.test(text) || Number(text) > max)
      throw new Refusal('incorrect', `${name} is a number up to ${max}`, { expression: name })
    return Number(text)
  }
  return { after: number('after', 0, 9_999_999_999), limit: Math.max(1, number('limit', limitDefault, eventsMax)) }
}
