import { Refusal } from '../../platform/refusal.ts'
import type { Runner } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import { createPart, type Part } from './job-files.ts'

/** A file of whole lines, as `record.job_part` keeps it. */
export type SpooledPart = { part: number; source: string; firstLine: number; lines: number }

const partLines = 10_000
const partBytes = 16 * 1_048_576
const bytesMax = 64 * 1_073_741_824
const newLine = 10

export const partFile = (part: number) => `lines-${part}`

/**
 * Writes an upload to disk as it comes, in parts of whole lines, without parsing it: the sender is answered when the data are safe, not when they are
 * understood. Memory holds one piece.
 */
export async function spool(world: World, job: string, source: AsyncIterable<Buffer>, name: string, before: SpooledPart[]): Promise<void> {
  let file: Part | null = null
  let now: SpooledPart | null = null
  let bytes = 0
  let total = 0
  let line = 1
  const write = async (piece: Buffer, lines: number) => {
    if (!file || !now) {
      now = { part: before.length + 1, source: name, firstLine: line, lines: 0 }
      before.push(now)
      file = createPart(world, job, partFile(now.part))
      bytes = 0
    }
    await file.write(piece)
    bytes += piece.length
    now.lines += lines
    line += lines
  }
  const close = async () => {
    await file?.end()
    file = null
    now = null
  }
  let isInLine = false
  try {
    for await (const piece of source) {
      total += piece.length
      if (total > bytesMax) throw new Refusal('too-large', `an import holds at most ${bytesMax / 1_073_741_824} GB`, { hint: 'Divide it.' })
      const last = piece.lastIndexOf(newLine)
      if (last >= 0) {
        await write(piece.subarray(0, last + 1), countLines(piece))
        isInLine = false
        if (bytes >= partBytes || (now as SpooledPart | null)!.lines >= partLines) await close()
      }
      if (last + 1 < piece.length) {
        await write(piece.subarray(last + 1), 0)
        isInLine = true
      }
    }
    if (isInLine && now) (now as SpooledPart).lines++
    await close()
  } catch (error) {
    ;(file as Part | null)?.abandon()
    throw error
  }
}

function countLines(piece: Buffer): number {
  let count = 0
  for (let at = piece.indexOf(newLine); at >= 0; at = piece.indexOf(newLine, at + 1)) count++
  return count
}

export async function insertParts(sql: Runner, job: string, parts: readonly SpooledPart[]): Promise<void> {
  await sql`
    insert into record.job_part (job, part, source, first_line, lines)
    select ${job}, * from unnest(${parts.map((p) => p.part)}::int4[], ${parts.map((p) => p.source)}::text[],
                                 ${parts.map((p) => p.firstLine)}::int8[], ${parts.map((p) => p.lines)}::int8[])`
}
