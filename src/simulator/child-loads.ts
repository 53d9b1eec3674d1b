// Further processes of the same command, each of which loads a share of the blocks.

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { Refusal } from '../platform/refusal.ts'
import type { Figures } from './load.ts'

type Others = { done: Promise<void>; stop(): void }

/** Starts the shares 2 to `of`, with the command line that started this process. */
export function startOthers({ seed, count, of }: { seed: number; count: number; of: number }, show: (place: number) => (figures: Figures) => void): Others {
  const children = Array.from({ length: of - 1 }, (_, index) => {
    const options = ['--seed', String(seed), '--count', String(count), '--part', `${index + 2}/${of}`]
    const child = spawn(process.execPath, [process.argv[1]!, 'simulator', 'people', ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
    createInterface({ input: child.stdout }).on('line', (line) => show(index + 1)(JSON.parse(line) as Figures))
    return child
  })
  const ended = children.map(
    (child) =>
      new Promise<void>((resolve, reject) => {
        child.once('error', reject)
        child.once('close', (code, signal) => {
          if (code === 0) resolve()
          else reject(new Refusal('busy', `a loading process ended with ${signal ?? code}; give the command again to load what is missing`))
        })
      }),
  )
  return {
    done: Promise.all(ended).then(() => {}),
    stop: () => {
      for (const child of children) child.kill()
    },
  }
}

export function addUp(parts: readonly (Figures | undefined)[]): Figures {
  const sum: Figures = { people: 0, skipped: 0, charts: 0, resources: 0 }
  for (const part of parts) {
    sum.people += part?.people ?? 0
    sum.skipped += part?.skipped ?? 0
    sum.charts += part?.charts ?? 0
    sum.resources += part?.resources ?? 0
  }
  return sum
}
