import { createHash } from 'node:crypto'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * One process at a time starts, restores or stops the database of a folder. The hold is a name in the kernel (an abstract
 * unix socket), which goes with its process however that dies: there is no lock file that could stay behind.
 */
export type Hold = { free(): Promise<void> }
/** Who has it: a server that stays, or a command that will soon be done. */
export type Holder = { pid: number; mode: 'own' | 'share' }

const answerLimitMs = 2_000

/** Takes the hold, or answers who has it. Null: the holder did not answer in time or has just gone, so try again. */
export async function takeHold(folder: string, secret: Buffer, mode: Holder['mode']): Promise<Hold | { holder: Holder | null }> {
  // The secret keeps other users of the machine from taking the name first.
  const name = `\0spona-${createHash('sha256').update(secret).update(folder).digest('hex')}`
  const server = createServer((socket) => {
    socket.on('error', () => {}) // Whoever asked has gone.
    socket.end(JSON.stringify({ pid: process.pid, mode } satisfies Holder))
  })
  server.unref()
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(name, resolve))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    return { holder: await askHolder(name) }
  }
  return { free: () => new Promise((resolve) => server.close(() => resolve())) }
}

async function askHolder(name: string): Promise<Holder | null> {
  const answer = new Promise<Holder | null>((resolve) => {
    let text = ''
    const socket = connect(name)
    socket.setEncoding('utf8').setTimeout(answerLimitMs, () => socket.destroy())
    socket.on('data', (more: string) => {
      text += more
    })
    socket.on('error', () => resolve(null))
    socket.on('close', () => resolve(readHolder(text)))
  })
  return Promise.race([answer, sleep(answerLimitMs, null, { ref: false })])
}

function readHolder(text: string): Holder | null {
  try {
    return JSON.parse(text) as Holder
  } catch {
    return null // It died while it answered.
  }
}
