import { type Actor, anonymous } from '../../platform/actor.ts'

/** The actor in whose name the Fund's own clocks act. */
export const clerk: Actor = { ...anonymous, kind: 'system', id: 'fund-clock', name: 'Фонд, аутоматски обрачун', roles: ['system'] }
