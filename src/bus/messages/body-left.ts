import { byteaArray, timestamptzArray, uuidArray } from '../../platform/arrays.ts'
import type { World } from '../../platform/world.ts'
import { type BodyRow, bodyColumns, damaged, openContents, sealBody } from './body.ts'

const atOnce = 1000

type Left = { id: string; messages: string[] | null }

/**
 * A parcel of which only some messages are still needed holds the contents of the others as well. Those that are needed get rows of their own, and the
 * parcel goes: what nobody needs is not kept because somebody else's message waits. Answers how many went.
 *
 * The rows of all old parcels are gone through once. By the moment of each parcel every question would read the whole table as soon as young rows lie in
 * the room that old ones left, and a member who was away for a month leaves thousands of parcels to ask about:
 * of 1,500 with 400 messages each that all wait it takes two seconds, and one by one it was not done in two minutes.
 */
export async function clearParcels(world: World, before: Date): Promise<number> {
  let after = '00000000-0000-0000-0000-000000000000'
  for (let gone = 0; ; ) {
    const parcels: Left[] = await world.sql<Left>`
      select p.id, l.messages
        from bus.parcel p
        left join (select parcel, count(*) as count, array_agg(message) as messages
                     from bus.body
                    where stored_at < ${before} and parcel is not null
                    group by parcel) l on l.parcel = p.id
       where p.id > ${after} and p.stored_at < ${before} and coalesce(l.count, 0) < p.messages
       order by p.id
       limit ${atOnce}`
    for (const parcel of parcels) if (await unpack(world, parcel)) gone++
    if (parcels.length < atOnce) return gone
    after = (parcels.at(-1) as Left).id
  }
}

/** False when something of it cannot be opened: then it stays as it is. */
async function unpack(world: World, { id, messages }: Left): Promise<boolean> {
  const rows = await world.sql<BodyRow>`
    select ${bodyColumns} from bus.body where message = any(${uuidArray(messages ?? [])}::uuid[]) and parcel = ${id} limit ${messages?.length ?? 0}`
  const contents = await openContents(world, rows)
  const apart = rows.flatMap(({ message, storedAt }) => {
    const plain = contents.get(message)
    return plain === undefined || plain === damaged ? [] : [{ message, storedAt, sealed: sealBody(world, message, storedAt, plain) }]
  })
  return world.sql.begin(async (tx) => {
    // What somebody else took out of it meanwhile is done, or needed no more.
    const taken = await tx<{ message: string }>`
      delete from bus.body where message = any(${uuidArray(apart.map(({ message }) => message))}::uuid[]) and parcel = ${id} returning message`
    const mine = new Set(taken.map(({ message }) => message))
    const made = apart.filter(({ message }) => mine.has(message))
    await tx`
      insert into bus.body (message, sealed, stored_at)
      select * from unnest(${uuidArray(made.map(({ message }) => message))}::uuid[], ${byteaArray(made.map(({ sealed }) => sealed))}::bytea[],
                           ${timestamptzArray(made.map(({ storedAt }) => storedAt))}::timestamptz[])`
    const gone = await tx`
      delete from bus.parcel
       where id = ${id} and not exists (select 1 from bus.body where message = any(${uuidArray(messages ?? [])}::uuid[]) and parcel = ${id})
      returning 1 as one`
    return gone.length > 0
  })
}
