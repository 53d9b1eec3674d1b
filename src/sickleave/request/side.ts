import { Refusal } from '../../platform/refusal.ts'
import type { Runner } from '../../platform/sql.ts'
import { isUuid } from '../../platform/uuid.ts'
import { keySets } from '../../identity/identity.ts'
import { type Asking, refuse, requireOwn } from '../asking.ts'
import { mayAs, requireEmployer } from '../employer/rights.ts'

// Who asks for money: an employer for its employee, or the person when the Fund pays the person.

export type Side = {
  basis: 'employer' | 'self'
  employer: number | null
  /** The employer's tax number, as the URL names it. */
  pib: string | null
  /** The keys of the person, when the person asks. */
  keys: readonly number[] | null
}
type Does = 'read' | 'write' | 'sign'

const rightOf = { read: 'read', write: 'work', sign: 'sign' } as const
const sentence: Record<Does, string> = {
  read: 'you do not act for this employer',
  write: 'with your role for this employer you look, and change nothing',
  sign: 'only a signer or an administrator submits in the name of this employer',
}

export async function employerSide(asking: Asking, pib: string, does: Does): Promise<Side> {
  const { employer, role } = await requireEmployer(asking, pib)
  if (mayAs(role, rightOf[does])) return { basis: 'employer', employer, pib, keys: null }
  const reason = sentence[does]
  return refuse(asking, null, does === 'read' ? 'read' : 'update', new Refusal('forbidden', reason, { details: { reason, opens: [] } }))
}

export async function ownSide(asking: Asking, does: Does): Promise<Side> {
  const root = await requireOwn(asking, does === 'read' ? 'read' : 'update')
  return { basis: 'self', employer: null, pib: null, keys: (await keySets(asking.world.sql, [root])).get(root) ?? [root] }
}

/** The leave, found by the id under which this side knows it. */
export async function leaveOfSide(sql: Runner, { employer, keys }: Side, name: string): Promise<{ patient: number; leave: string; knownAs: string | null }> {
  const [found] = !isUuid(name)
    ? []
    : employer !== null
      ? await sql<{ patient: number; leave: string; knownAs: string | null }>`
          select patient, leave, known_as from sickleave.document where known_as = ${name} and employer = ${employer} limit 1`
      : await sql<{ patient: number; leave: string; knownAs: string | null }>`
          select patient, leave, null as known_as
            from sickleave.document
           where patient = any(${[...(keys ?? [])]}::int8[]) and leave = ${name} and employer is null
           limit 1`
  if (found) return found
  throw new Refusal('not-found', employer !== null ? 'this employer has no such leave' : 'you have no leave of this id that the Fund pays to you', {
    expression: 'leave',
    ...(employer === null ? { hint: 'While you are employed your employer makes the request.' } : {}),
  })
}
