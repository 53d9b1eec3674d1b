import { createHash, createHmac } from 'node:crypto'
import { letterCode, letterCodeOfText } from '../../platform/letter-code.ts'
import type { Runner, Transaction } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import type { EmployerDocument } from '../employer/view.ts'

// The code on a document, by which anybody asks whether the document is genuine. The register of codes holds a hash of each and nothing about a
// person, so the rows behind the public page tell no more than the page itself.

type Named = Pick<EmployerDocument, 'number' | 'version' | 'kind'>
export type Genuineness = { state: 'genuine' | 'void' | 'unknown'; kind: EmployerDocument['kind'] | null; ending: string | null }

export const codeOf = (world: Pick<World, 'keys'>, { number, version }: Pick<Named, 'number' | 'version'>): string =>
  letterCode(createHmac('sha256', world.keys.derive('sickleave-check')).update(`${number} ${version}`).digest())

/** A person who asks knows the code and never the hash, so the time of a look into the index does not help a guess. */
const hashOf = (code: string) => createHash('sha256').update(code).digest()

export async function registerCode(tx: Transaction, world: Pick<World, 'keys'>, document: Named): Promise<void> {
  await tx`
    insert into sickleave.checkable (hash, kind, ending)
    values (${hashOf(codeOf(world, document))}, ${document.kind}, ${document.number.slice(-4)})`
}

/**
 * Registers a certificate that an edge printed without a connection. Its code follows from the sealed text of the certificate, which only edge and
 * centre have.
 */
export async function registerPaper(tx: Transaction, world: Pick<World, 'keys'>, certificate: string, number: string): Promise<void> {
  await tx`
    insert into sickleave.checkable (hash, kind, ending, stands_for)
    values (${hashOf(letterCodeOfText(certificate))}, 'certificate', ${number.slice(-4)}, ${hashOf(codeOf(world, { number, version: 1 }))})
    on conflict do nothing`
}

export async function endCode(tx: Transaction, world: Pick<World, 'keys'>, document: Pick<Named, 'number' | 'version'>): Promise<void> {
  const ended = hashOf(codeOf(world, document))
  await tx`
    update sickleave.checkable
       set is_void = true
     where hash = ${ended}
        or stands_for = ${ended}`
}

export async function genuinenessOf(sql: Runner, code: string | null): Promise<Genuineness> {
  const [row] =
    code === null
      ? []
      : await sql<{ kind: EmployerDocument['kind']; isVoid: boolean; ending: string }>`
          select kind, is_void, ending from sickleave.checkable where hash = ${hashOf(code)}`
  return row ? { state: row.isVoid ? 'void' : 'genuine', kind: row.kind, ending: row.ending } : { state: 'unknown', kind: null, ending: null }
}
