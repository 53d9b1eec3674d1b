import type { FastifyReply, FastifyRequest } from 'fastify'
import type { World } from '../platform/world.ts'

const readEveryMs = 400
const outagesMax = 1000
type Cut = { at: number; until: Map<number, number> }
const known = new WeakMap<World, Cut>()

/** From now on, for so many seconds, the exchange hears nothing from this institution: one scenario needs a centre that is away. */
export async function cutLine(world: World, institution: number, seconds: number): Promise<void> {
  const until = new Date(world.now().getTime() + seconds * 1000)
  await world.sql`
    insert into vendor.outage (institution, until) values (${institution}, ${until})
    on conflict (institution) do update set until = excluded.until`
  known.get(world)?.until.set(institution, until.getTime())
}

/** The lines that are cut now. Every process reads the table, a few times a second at most. */
async function cutNow(world: World): Promise<Map<number, number>> {
  const have = known.get(world)
  if (have && performance.now() - have.at < readEveryMs) return have.until
  const now = world.now()
  const rows = await world.sql<{ institution: number; until: Date }>`select institution, until from vendor.outage where until > ${now} limit ${outagesMax}`
  const until = new Map(rows.map((row) => [row.institution, row.until.getTime()]))
  known.set(world, { at: performance.now(), until })
  return until
}

/** Runs in a sandbox before every request of the exchange. When the line is cut, it breaks the connection off without an answer. */
export async function breakOff(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { actor, world, url } = request
  if (actor.institution === null || actor.kind !== 'system' || !url.startsWith('/bus/')) return
  const until = (await cutNow(world)).get(actor.institution)
  if (until === undefined || until <= world.now().getTime()) return
  reply.hijack()
  request.raw.socket.destroy()
}
