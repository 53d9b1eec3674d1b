import { listenMllp } from '../mllp/listen.ts'
import type { Edge } from './edge.ts'

export type WaysIn = { ports: { speaks: 'HL7 v2' | 'FHIR'; name: string; host: string; port: number }[]; close(): Promise<void> }

/** Opens everything through which local systems can reach this edge; parts that the settings do not name are not even loaded. */
export async function openWaysIn(edge: Edge): Promise<WaysIn> {
  const open: { close(): Promise<void> }[] = []
  const close = async () => void (await Promise.all(open.map((way) => way.close())))
  try {
    return { ports: await openAll(edge, open), close }
  } catch (error) {
    // When one part cannot be opened the others are closed: they would take messages that nobody sends on.
    await close()
    throw error
  }
}

async function openAll(edge: Edge, open: { close(): Promise<void> }[]): Promise<WaysIn['ports']> {
  const { mllp, folders, rest } = edge.config
  const ports: WaysIn['ports'] = []
  for (const settings of mllp) {
    const way = await listenMllp(edge, settings)
    open.push(way)
    ports.push({ speaks: 'HL7 v2', name: settings.name, host: settings.host, port: way.port })
  }
  if (rest !== undefined) {
    const { listenRest } = await import('../rest/listen.ts')
    const way = await listenRest(edge, rest)
    open.push(way)
    ports.push({ speaks: 'FHIR', name: rest.name, host: rest.host, port: way.port })
  }
  if (folders.length > 0) {
    const { watchFolder } = await import('../folder/watch.ts')
    for (const settings of folders) open.push({ close: await watchFolder(edge, settings) })
  }
  return ports
}
