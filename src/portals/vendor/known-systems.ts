import { keep, kept } from '../shared/kept.ts'

type Known = { id: string; name: string }
const most = 20

/** Systems signed up in this browser: their numbers are all that opens their pages. */
export function knownSystems(): Known[] {
  try {
    const list = JSON.parse(kept('vendor-systems') ?? '[]') as Known[]
    return Array.isArray(list) ? list.filter((one) => typeof one?.id === 'string' && typeof one.name === 'string') : []
  } catch {
    return []
  }
}

export const rememberSystem = (one: Known): void =>
  keep('vendor-systems', JSON.stringify([one, ...knownSystems().filter(({ id }) => id !== one.id)].slice(0, most)))
