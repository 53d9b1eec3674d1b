// Plays the sick leaves of the demo after the server is ready, so that nobody waits for them. They come about by acts of the accounts that people
// sign in with, each act on its own day. A start that was broken off goes on where it stopped.

import { access } from '../access/access.ts'
import { workSteadily } from '../platform/steady-work.ts'
import type { World } from '../platform/world.ts'
import { Refusal } from '../platform/refusal.ts'
import { acts, type Asking } from '../sickleave/sickleave.ts'
import type { Employee, LeavePlan } from './sick-leave-plan.ts'
import { idOf, storiesOf } from './sick-leave-stories.ts'
import { findLeaves, saveLeavesDone } from './store.ts'

const dayMs = 86_400_000
const troubledMs = 60_000
const neverMs = 2 ** 31 - 1
/** A pause between two acts, so that a person who signs in meanwhile is answered first. */
const breathMs = 5

export type Stage = {
  acts: typeof acts
  /** The calendar day so many days after the first. */
  day(offset: number): string
  /** A request by this account on that day. */
  as(userName: string, offset: number): Asking
  /** By which id this employer knows the leave that began on a day. */
  knownAs(who: Employee, from: string, offset: number): Promise<string>
  /** Earnings of the twelve months before a day. */
  earnings(from: string): { month: string; hours: string; net: string; gross: string; paid: string }[]
}

async function stageOf(world: World, began: Date): Promise<Stage> {
  const actors = await access.demoActors(world.sql)
  const day = (offset: number) => new Date(began.getTime() + offset * dayMs).toISOString().slice(0, 10)
  const as = (userName: string, offset: number): Asking => {
    const actor = actors.get(userName)
    if (!actor) throw new Error(`the demo has no account ${userName}`)
    const at = new Date(began.getTime() + offset * dayMs)
    return { world: { ...world, now: () => at }, actor, correlation: idOf('correlation', userName, offset), language: 'sr' }
  }
  return {
    acts,
    day,
    as,
    async knownAs({ pib, clerk, family, given }, from, offset) {
      const { events } = await acts.leavesFor(as(clerk, offset), pib)
      const found = events.find((one) => one.from === from && one.employee.family === family && one.employee.given === given)
      if (!found) throw new Refusal('not-found', 'the employer knows no such leave')
      return found.leave
    },
    earnings: (from) =>
      Array.from({ length: 12 }, (_, back) => {
        const month = new Date(Date.UTC(Number(from.slice(0, 4)), Number(from.slice(5, 7)) - 13 + back, 1)).toISOString().slice(0, 7)
        return { month, hours: '174', net: '91500.00', gross: `${127_000 + back * 500}.00`, paid: `${month}-28` }
      }),
  }
}

/** Plays the remaining acts. Answers how many were played and how many were refused; the log names the refused ones. */
export async function playLeaves(world: World, isStopped: () => boolean = () => false): Promise<{ played: number; refused: number }> {
  const found = await findLeaves<LeavePlan>(world.sql)
  const told = { played: 0, refused: 0 }
  if (!found) return told
  const story = storiesOf(found.plan)
  if (found.done >= story.length) return told
  const stage = await stageOf(world, found.began)
  for (const [place, act] of story.entries()) {
    if (place < found.done) continue
    if (isStopped()) break
    try {
      await act.play(stage)
      told.played += 1
    } catch (error) {
      // When a run stopped between an act and the count of it, the act is refused the second time. The rest goes on.
      if (!(error instanceof Refusal)) throw error
      told.refused += 1
      world.log.warn({ act: place, day: act.day, reason: error.message }, 'an act of the demo’s sick leaves was refused')
    }
    await saveLeavesDone(world.sql, place + 1)
    await new Promise((resolve) => setTimeout(resolve, breathMs))
  }
  return told
}

/** Runs beside the server, in the process that made the country. */
export const startPlayingLeaves = (world: World): (() => Promise<void>) =>
  workSteadily(world, {
    async step(isStopped) {
      await playLeaves(world, isStopped)
      return neverMs
    },
    troubledMs,
    trouble: 'the sick leaves of the demo did not come about',
  })
