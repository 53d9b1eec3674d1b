import { keySets } from '../../identity/identity.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isUuid, uuidV4 } from '../../platform/uuid.ts'
import { type Asking, entryOf, requireOwn } from '../asking.ts'
import { knownAs } from '../employer/view.ts'
import { ownPaper } from '../document/own-paper.ts'
import type { PaperName } from '../document/paper-name.ts'
import type { PaperFile } from '../document/paper.ts'
import { keyOfShare, type Shared, sharedPlace } from '../employer/share.ts'
import { medicalOf } from '../medical/medical.ts'
import { bodyOf, dayOf, optional } from '../read-body.ts'
import { addDays, addMonths, type Day, dayAt, zone } from '../rules/days.ts'
import { sealWith } from '../sealed.ts'
import { leavesOf } from '../show.ts'
import type { Leaves } from '../wire.ts'

// The person whose leave it is reads everything, may let one employer read the diagnosis, and may take that back.

async function ownKeys(asking: Asking, action: 'read' | 'grant' | 'revoke'): Promise<number[]> {
  const root = await requireOwn(asking, action)
  return (await keySets(asking.world.sql, [root])).get(root) ?? [root]
}

export async function myLeaves(asking: Asking): Promise<Leaves> {
  const keys = await ownKeys(asking, 'read')
  await asking.world.ledger.record([entryOf(asking, keys[0] as number, { action: 'read', basis: 'self', purpose: 'own record' })])
  return leavesOf(asking.world, keys)
}

export async function myPaper(asking: Asking, name: PaperName, query: unknown): Promise<PaperFile> {
  const keys = await ownKeys(asking, 'read')
  await asking.world.ledger.record([entryOf(asking, keys[0] as number, { action: 'read', basis: 'self', what: 'sick-leave document', purpose: 'own record' })])
  return ownPaper(asking.world, keys, name, query)
}

type Place = { patient: number; leave: string; employer: number }

/** The employer with this tax number that holds a valid document of this leave of this person. */
async function placeOf(asking: Asking, keys: readonly number[], leave: string, pib: string): Promise<Place> {
  const [found] =
    isUuid(leave) && /^\d{9}$/.test(pib)
      ? await asking.world.sql<Place>`
          select patient, leave, employer
            from sickleave.document
           where patient = any(${[...keys]}::int8[]) and leave = ${leave} and employer is not null and content -> 'employer' ->> 'pib' = ${pib}
             and not exists (select from sickleave.voided where voided.patient = document.patient and voided.document = document.id)
           limit 1`
      : []
  if (!found) throw new Refusal('not-found', 'none of your leaves has such an employer')
  return found
}

const monthsMax = 12

/** `until`, the last day of the consent, if the person sets one: at most a year ahead. */
function lastDayOf(given: unknown, today: Day): Day | null {
  const until = given === undefined || given === null ? undefined : optional(bodyOf(given, ['until']), 'until', dayOf)
  if (until === undefined) return null
  const last = addMonths(today, monthsMax)
  if (until < today || until > last) throw new Refusal('unprocessable', `until is a day from ${today} to ${last}`, { expression: 'until' })
  return until
}

const endOf = (day: Day) => new Date(Temporal.PlainDate.from(addDays(day, 1)).toZonedDateTime(zone).epochMilliseconds)

/** Shares a copy of the diagnosis, sealed by a key of its own for this one place: the employer's side never comes near the medical part. */
export async function shareDiagnosis(asking: Asking, leave: string, pib: string, given: unknown): Promise<void> {
  const { world } = asking
  const until = lastDayOf(given, dayAt(world.now()))
  const keys = await ownKeys(asking, 'grant')
  const place = await placeOf(asking, keys, leave, pib)
  const diagnosis = (await medicalOf(world.sql, world, place.patient, place.leave)).findLast((part) => part.diagnosis)?.diagnosis
  if (!diagnosis) throw new Refusal('not-found', 'this leave has no diagnosis to share')
  const known = knownAs(world, place.leave, place.employer)
  const share = uuidV4(world)
  const sealed = sealWith(keyOfShare(world, share), world, sharedPlace(known, place.employer), { diagnosis, until } satisfies Shared)
  await world.ledger.transaction(async (tx) => {
    tx.audit([entryOf(asking, place.patient, { action: 'grant', basis: 'self', purpose: 'consent' })])
    await tx`
      insert into sickleave.shared (patient, leave, employer, known_as, share, sealed, at, until_at)
      values (${place.patient}, ${place.leave}, ${place.employer}, ${known}, ${share}, ${sealed}, ${world.now()}, ${until && endOf(until)})
      on conflict (patient, leave, employer) do update
        set share = excluded.share, sealed = excluded.sealed, at = excluded.at, until_at = excluded.until_at`
  })
}

export async function takeBack(asking: Asking, leave: string, pib: string): Promise<void> {
  const { world } = asking
  const place = await placeOf(asking, await ownKeys(asking, 'revoke'), leave, pib)
  await world.ledger.transaction(async (tx) => {
    tx.audit([entryOf(asking, place.patient, { action: 'revoke', basis: 'self', purpose: 'consent' })])
    await tx`delete from sickleave.shared where patient = ${place.patient} and leave = ${place.leave} and employer = ${place.employer}`
  })
}
