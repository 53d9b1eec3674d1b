import { Refusal } from '../../platform/refusal.ts'
import { readKeyFile } from './key-file.ts'
import { type Centre, CentreSaysNo } from './centre.ts'
import type { Edge } from '../process/edge.ts'

export type Right = { permit: boolean; sentence: string; todo?: string }
type Known = { keys: { kid: string; validUntil: string }[] }

/** May this member file documents in the record? What the centre says, and who can change it. */
export async function rightToFile(centre: Centre): Promise<Right> {
  const { json } = await centre.ask({ method: 'GET', path: '/bus/rights?provider=record&service=documents&kind=message', isUnsigned: true })
  const { permit, sentence, opens } = json as { permit: boolean; sentence?: string; opens?: string }
  const found = permit ? 'documents may be filed in the record' : (sentence ?? 'documents may not be filed')
  return { permit, sentence: found, ...(opens ? { todo: opens } : {}) }
}

/**
 * Looks whether this member may still send, and how long its key is valid, before a message needs it: an edge with nothing to do would say that all is well
 * although its contract was only asked for. A renewed key is taken up here.
 */
export async function lookAtRight({ centre, config }: Edge): Promise<void> {
  centre.key = readKeyFile(config.centre.key)
  const { contact } = centre
  try {
    const { json } = await centre.ask({ method: 'GET', path: `/bus/members/${config.member}`, isOpen: true })
    const mine = (json as Known).keys.find(({ kid }) => kid === centre.key.kid)
    contact.keyUntil = mine ? new Date(mine.validUntil) : null
    const { permit, sentence } = await rightToFile(centre)
    contact.refuses = permit ? null : { sentence, isOurs: true }
  } catch (error) {
    if (!(error instanceof Refusal) && (!(error instanceof CentreSaysNo) || error.status >= 500)) throw error
    contact.refuses = { sentence: error.message, isOurs: true }
  }
}
