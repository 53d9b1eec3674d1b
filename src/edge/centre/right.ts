import { Refusal } from '../../platform/refusal.ts'
import { readKeyFile } from './key-file.ts'
import { type Centre, CentreSaysNo } from './centre.ts'
import type { Edge } from '../process/edge.ts'

export type Right = { permit: boolean; sentence: string; todo?: string }
type Known = { keys: { kid: string; validUntil: string }[] }

/** The contracts that an edge needs. */
const needed = {
  documents: { provider: 'record', well: 'documents may be filed in the record', not: 'documents may not be filed' },
  certificates: { provider: 'sickleave', well: 'certificates may be issued without a connection', not: 'certificates may not be sent' },
} as const
export type Needed = keyof typeof needed
export const providerOf = (service: Needed): string => needed[service].provider

/** Asks the centre whether this member may send messages to the service, and who can change that. */
export async function rightTo(centre: Centre, service: Needed): Promise<Right> {
  const { provider, well, not } = needed[service]
  const { json } = await centre.ask({ method: 'GET', path: `/bus/rights?provider=${provider}&service=${service}&kind=message`, isUnsigned: true })
  const { permit, sentence, opens } = json as { permit: boolean; sentence?: string; opens?: string }
  return { permit, sentence: permit ? well : (sentence ?? not), ...(opens ? { todo: opens } : {}) }
}

/**
 * Checks, before a message needs it, whether this member may still send and how long its key is valid: otherwise an idle edge would say that all is
 * well although its contract was only asked for. A renewed key is taken up here.
 */
export async function lookAtRight({ centre, config }: Edge): Promise<void> {
  centre.key = readKeyFile(config.centre.key)
  const { contact } = centre
  try {
    const { json } = await centre.ask({ method: 'GET', path: `/bus/members/${config.member}`, isOpen: true })
    const mine = (json as Known).keys.find(({ kid }) => kid === centre.key.kid)
    contact.keyUntil = mine ? new Date(mine.validUntil) : null
    const { permit, sentence } = await rightTo(centre, 'documents')
    contact.refuses = permit ? null : { sentence, isOurs: true }
  } catch (error) {
    if (!(error instanceof Refusal) && (!(error instanceof CentreSaysNo) || error.status >= 500)) throw error
    contact.refuses = { sentence: error.message, isOurs: true }
  }
}
