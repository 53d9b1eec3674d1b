import type { World } from '../../platform/world.ts'
import { type BodyRow, bodyColumns, contentsOf, sealBody } from './body.ts'

const atOnce = 100

/**
 * A parcel of which only some messages are still needed holds the contents of the others as well. Those that are needed get rows of their own, and the
 * parcel goes: what nobody needs is not kept because somebody else's message waits.
 */
export async function unpackLeft(world: World, before: Date): Promise<void> {
  for (;;) {
    const parcels = await world.sql<{ id: string; storedAt: Date }>`
      select p.id, p.stored_at
        from bus.parcel p
       where p.stored_at < ${before} and p.messages > (select count(*) from bus.body b where b.stored_at = p.stored_at and b.parcel = p.id)
       limit ${atOnce}`
    for (const parcel of parcels) await unpack(world, parcel)
    if (parcels.length < atOnce) return
  }
}

function unpack(world: World, { id, storedAt }: { id: string; storedAt: Date }): Promise<void> {
  return world.sql.begin(async (tx) => {
    const rows = await tx<BodyRow & { message: string }>`
      select message, ${bodyColumns} from bus.body where stored_at = ${storedAt} and parcel = ${id}`
    for (const row of rows) {
      const sealed = sealBody(world, row.message, row.storedAt, await contentsOf(world, row.message, row))
      await tx`delete from bus.body where message = ${row.message}`
      await tx`insert into bus.body (message, sealed, stored_at) values (${row.message}, ${sealed}, ${row.storedAt})`
    }
    await tx`delete from bus.parcel where id = ${id}`
  })
}
