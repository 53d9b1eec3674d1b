import { assemble } from '../edge/process/open.ts'
import type { Edge } from '../edge/process/edge.ts'
import { mapSome } from '../edge/process/map-items.ts'
import { type Accepted, type Item, itemColumns } from '../edge/store/items.ts'
import { Store } from '../edge/store/store.ts'
import { type Room, unwatchedRoom } from '../platform/room.ts'
import type { BusMember } from './bus-member.ts'
import { type CuttableLine, edgeOf, lineTo, oru } from './edge.ts'
import type { Ending } from './for-file.ts'
import type { TestServer } from './server.ts'

export type SteppedEdge = {
  edge: Edge
  member: BusMember
  line: CuttableLine
  /** How far the clock of the edge's machine is ahead, in milliseconds; a test also passes time with it. */
  clock: { aheadMs: number }
  /** A result comes from the local system and is mapped. */
  tell(number: string, patient: string): Promise<Accepted>
  items(): Item[]
}

/** The parts of an edge, none of which acts by itself: a test says what comes next, and no time has to pass. */
export async function steppedEdge(t: Ending, server: TestServer, code: string, room: Room = unwatchedRoom): Promise<SteppedEdge> {
  const { world } = server
  const { member, config } = await edgeOf(t as never, server, code)
  const clock = { aheadMs: 0 }
  const store = new Store(config.data)
  t.after(() => store.close())
  const line = lineTo(server)
  const outside = { now: () => new Date(world.now().getTime() + clock.aheadMs), random: world.random, log: world.log }
  const { edge } = assemble(outside, config, { line, store, room })
  return {
    edge,
    member,
    line,
    clock,
    async tell(number, patient) {
      const accepted = await edge.intake.accept({ source: 'local', protocol: 'hl7v2', name: number, original: Buffer.from(oru(number, patient)) })
      await mapSome(edge)
      return accepted
    },
    items: () => store.all<Item>(`select ${itemColumns} from item order by seq limit 1000`),
  }
}
