import { Refusal } from '../../platform/refusal.ts'

export type FairTurns = { enter(member: string): Promise<() => void> }

/**
 * So many at once; of those who wait, the members come in turn, one place each, however many each of them has in line. Whoever floods
 * fills its own line, at whose end it hears 503.
 */
export function createFairTurns({ atOnce, waitingEachMax }: { atOnce: number; waitingEachMax: number }): FairTurns {
  let free = atOnce
  /** In the order of their turns: a map keeps the order in which its keys came. */
  const lines = new Map<string, (() => void)[]>()

  const leave = () => {
    const [next] = lines
    if (!next) {
      free++
      return
    }
    const [member, line] = next
    const go = line.shift() as () => void
    lines.delete(member)
    if (line.length > 0) lines.set(member, line)
    go()
  }
  const once = (): (() => void) => {
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      leave()
    }
  }
  return {
    async enter(member) {
      if (free > 0) {
        free--
        return once()
      }
      let line = lines.get(member)
      if (!line) lines.set(member, (line = []))
      if (line.length >= waitingEachMax) {
        throw new Refusal('busy', `${waitingEachMax} messages of this member wait to be accepted`, {
          retryAfterSeconds: 1,
          hint: 'Send the next ones when some have their receipts.',
        })
      }
      await new Promise<void>((resolve) => line.push(resolve))
      return once()
    },
  }
}
