import { int8Array } from '../../platform/arrays.ts'
import { type Fragment, fragment } from '../../platform/sql.ts'

/**
 * What an earlier message of the key holds up (of the delivery `c`): it is leased, or waits for its next attempt, or waits in another
 * lane (of three in the lanes 2, 1, 2 the third would pass the second if only slower lanes held back). A parked one holds back the later
 * versions of its own document; the rest of its key passes, marked as out of order, and what is held back holds back nothing else.
 * The first that holds back is enough, and stands mostly at the head of its key: asked as one value, because as `exists` it becomes a join
 * over all pairs of a key, and twenty thousand behind one that waits took longer than a statement may.
 * With `along`, what does not come along holds back, too.
 */
export function heldBack(now: Date, along: readonly number[] | null): Fragment {
  const stays = along === null ? fragment`` : fragment` or e.seq <> all(${int8Array(along)}::int8[])`
  return fragment`((
                   select true from bus.delivery e
                    where e.recipient = c.recipient and e.key = c.key and e.seq < c.seq
                      and ((e.open and (e.due_at > ${now} or ((e.lane <> c.lane${stays}) and not exists (
                              select 1 from bus.delivery p
                               where p.recipient = e.recipient and p.key = e.key and p.seq < e.seq and p.parked
                                 and (e.hold_key or p.document = e.document)))))
                        or (e.parked and (c.hold_key or e.document = c.document)))
                    order by e.seq
                    limit 1) is not null)`
}
