import type { World } from '../../platform/world.ts'
import type { Print } from '../../platform/cli.ts'
import { type EdgeConfig, readConfig } from './config.ts'
import { openEdge, type Opened } from './open.ts'

/** `edge start`: runs until it is told to stop. */
export async function runEdge(world: World, file: string, print: Print): Promise<number> {
  const config = readConfig(file)
  // Keeps the process alive until it has closed, also after a failed start: nothing that is awaited then would.
  const hold = setInterval(() => {}, 1000)
  try {
    const opened = await openEdge(world, config)
    sayWhere(config, opened, print)
    await new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
    })
    await opened.close()
    return 0
  } finally {
    clearInterval(hold)
  }
}

function sayWhere(config: EdgeConfig, { ports, statusPort }: Opened, print: Print): void {
  for (const { speaks, name, host, port } of ports) print(`${speaks} (${name}) on ${host}:${port}`)
  for (const { name, format, path } of config.folders) print(`Files (${name}, ${format}) in ${path}`)
  print(`How it is: http://127.0.0.1:${statusPort}`)
  print(`This is ${config.member}; the centre is ${config.centre.url}`)
  print('Ctrl-C stops it')
}
