import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

export type EdgeProcess = { child: ChildProcess; cpuMs(): number; peakMb(): number; end(): Promise<void>; kill(): Promise<void> }

/** An edge as an institution runs it. Resolves when the edge says that it is ready. */
export function startEdgeProcess(file: string): Promise<EdgeProcess> {
  const child = spawn(process.execPath, ['src/cli.ts', 'edge', 'start', '--config', file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const stat = () =>
    readFileSync(`/proc/${child.pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (text: Buffer) => {
      if (!text.includes('Ctrl-C')) return
      resolve({
        child,
        // User and system time so far (proc_pid_stat(5), fields 14 and 15, in hundredths of a second).
        cpuMs: () => (Number(stat()[11]) + Number(stat()[12])) * 10,
        peakMb: () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
        end: () => ended(child, 'SIGTERM'),
        kill: () => ended(child, 'SIGKILL'),
      })
    })
    child.once('close', (code) => reject(new Error(`the edge ended with ${code}`)))
  })
}

/** A process that has already ended is left alone. */
async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((closed) => child.once('close', closed))
  child.kill(signal)
  await gone
}
