/** Limits the memory of an edge on a machine that it shares with the local system; without limits V8 uses what the machine has, and collects late. */
export const littleMemory = ['--max-old-space-size=192', '--max-semi-space-size=16', '--heap-growing-percent=200', '--no-allocation-site-pretenuring']

/**
 * The limits of the heap can only be given when a process begins, so the process replaces itself. Its starter sees the same process, with its number,
 * its terminal and its signals. Where that is impossible (Windows) it goes on without the limits.
 */
export function beginWithLittleMemory(): void {
  if (process.execve === undefined || process.platform === 'win32' || littleMemory.every((limit) => process.execArgv.includes(limit))) return
  const environment = { ...process.env, MALLOC_ARENA_MAX: process.env['MALLOC_ARENA_MAX'] ?? '2' }
  process.execve(process.execPath, [process.execPath, ...process.execArgv, ...littleMemory, ...process.argv.slice(1)], environment as Record<string, string>)
}
