import { keep, kept } from '../shared/kept.ts'

type Known = { id: string; name: string }
const most = 20

/** The systems that were signed up in this browser. Whoever has the number of a system can open its page. */
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
