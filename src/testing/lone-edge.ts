import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { makeKeyFile } from '../edge/centre/key-file.ts'
import { type Line, LineCut } from '../edge/centre/line.ts'
import { parseConfig } from '../edge/process/config.ts'
import { type Opened, openEdge } from '../edge/process/open.ts'
import { makeLog } from '../platform/world.ts'

/** The settings of an edge whose centre does not exist; its key file lies beside them. */
export const loneSettings = [
  'member: lone-edge',
  `centre: { url: "https://centre.invalid", key: key.json, signs: ${'a'.repeat(43)} }`,
  'disk: { warnMb: 1, reserveMb: 1 }',
  'status: { port: 0 }',
].join('\n')

export type LoneEdge = Opened & { folder: string; log(): string; again(): Promise<LoneEdge> }

/** A running edge whose line is cut: what it takes waits, and a test can look at it. `again` opens the same edge once more, as after a restart. */
export async function loneEdge(t: TestContext, settings: (folder: string) => string, line: Line = cutLine, now = () => new Date()): Promise<LoneEdge> {
  const folder = mkdtempSync(join(tmpdir(), 'spona-edge-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'in'))
  makeKeyFile(join(folder, 'key.json'), randomBytes)
  const text = [loneSettings, settings(folder)].join('\n')
  writeFileSync(join(folder, 'edge.yaml'), text)
  const config = parseConfig(text, join(folder, 'edge.yaml'))
  const lines: string[] = []
  const log = makeLog('warn', { write: (one: string) => void lines.push(one) })
  const open = async (): Promise<LoneEdge> => {
    const opened = await openEdge({ now, random: randomBytes, log }, config, line)
    t.after(() => opened.close())
    return { ...opened, folder, log: () => lines.join(''), again: open }
  }
  return open()
}

const cutLine: Line = {
  ask: () => Promise.reject(new LineCut('the line is cut')),
  end: () => {},
}

export type Kept = { name: string; protocol: string; state: string; reason: string | null }
export const kept = ({ edge }: Pick<Opened, 'edge'>): Kept[] => edge.store.all<Kept>('select name, protocol, state, reason from item order by seq limit 10000')
