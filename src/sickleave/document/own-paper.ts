import { numbers } from '../../identity/identity.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isUuid } from '../../platform/uuid.ts'
import type { World } from '../../platform/world.ts'
import type { EmployerView } from '../employer/view.ts'
import { paperFile, type PaperFile } from './paper.ts'
import { languageOf, type PaperName } from './paper-name.ts'

/** A document of a person, by the person's keys, for themselves and for those who treat them. The caller has found out that the reader may have it. */
export async function ownPaper(world: World, keys: readonly number[], { leave, number, version, form }: PaperName, query: unknown): Promise<PaperFile> {
  const isNamed = isUuid(leave) && /^[\w-]{1,40}$/.test(number) && /^\d{1,4}$/.test(version)
  const [row] = isNamed
    ? await world.sql<{ patient: number; content: EmployerView }>`
        select patient, content
          from sickleave.document
         where patient = any(${[...keys]}::int8[]) and leave = ${leave} and number = ${number} and version = ${Number(version)}
         limit 1`
    : []
  if (!row) throw new Refusal('not-found', 'there is no such document of this leave')
  const jmbg = (await numbers.inClear(world, [row.patient], 'jmbg')).get(row.patient) ?? null
  return paperFile(world, row.content, jmbg, form, languageOf(query))
}
