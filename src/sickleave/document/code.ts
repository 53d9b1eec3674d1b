import { createHash, createHmac } from 'node:crypto'
import type { Runner, Transaction } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import type { EmployerDocument } from '../employer/view.ts'

// The code on a document by which anybody asks whether it is genuine. The register of codes holds a hash of each and nothing about anybody, so what
// the public page reads could not tell more than it says.

type Named = Pick<EmployerDocument, 'number' | 'version' | 'kind'>
export type Genuineness = { state: 'genuine' | 'void' | 'unknown'; kind: EmployerDocument['kind'] | null; ending: string | null }

/** Without letters and digits that are taken for one another. 26 of 32 are 130 bits: nobody finds one by trying. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const codeLetters = 26

export function codeOf(world: Pick<World, 'keys'>, { number, version }: Pick<Named, 'number' | 'version'>): string {
  const bytes = createHmac('sha256', world.keys.derive('sickleave-check')).update(`${number} ${version}`).digest()
  return Array.from({ length: codeLetters }, (_, at) => alphabet[(bytes[at] as number) & 31]).join('')
}

/** As it is printed and typed: in groups, in any case, O for 0, I and L for 1. */
export const spacedCode = (code: string): string => code.replace(/(.{5})(?=.)/g, '$1-')
export const readCode = (typed: string): string | null => {
  const code = typed.toLowerCase().replace(/[-\s]/g, '').replace(/o/g, '0').replace(/[il]/g, '1')
  return code.length === codeLetters && [...code].every((letter) => alphabet.includes(letter)) ? code : null
}

/** Who asks knows the code and never the hash: the time of a look into the index tells nothing that brings a guess nearer. */
const hashOf = (code: string) => createHash('sha256').update(code).digest()

export async function registerCode(tx: Transaction, world: Pick<World, 'keys'>, document: Named): Promise<void> {
  await tx`
    insert into sickleave.checkable (hash, kind, ending)
    values (${hashOf(codeOf(world, document))}, ${document.kind}, ${document.number.slice(-4)})`
}

export async function endCode(tx: Transaction, world: Pick<World, 'keys'>, document: Pick<Named, 'number' | 'version'>): Promise<void> {
  await tx`update sickleave.checkable set is_void = true where hash = ${hashOf(codeOf(world, document))}`
}

export async function genuinenessOf(sql: Runner, code: string | null): Promise<Genuineness> {
  const [row] =
    code === null
      ? []
      : await sql<{ kind: EmployerDocument['kind']; isVoid: boolean; ending: string }>`
          select kind, is_void, ending from sickleave.checkable where hash = ${hashOf(code)}`
  return row ? { state: row.isVoid ? 'void' : 'genuine', kind: row.kind, ending: row.ending } : { state: 'unknown', kind: null, ending: null }
}
