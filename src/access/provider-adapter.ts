import type { Adapter, AdapterPayload } from 'oidc-provider'
import { fragment } from '../platform/sql.ts'
import type { World } from '../platform/world.ts'

/** Where the embedded provider keeps its state, so that a sign-in begun in one process may end in another. */
export function adapterOn(world: World): new (model: string) => Adapter {
  return class implements Adapter {
    readonly #model: string
    constructor(model: string) {
      this.#model = model
    }

    async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
      const expiresAt = expiresIn ? new Date(world.now().getTime() + expiresIn * 1000) : null
      await world.sql`
        with gone as (
          delete from access.provider_state
           where (model, id) in (select model, id from access.provider_state where expires_at < ${world.now()} order by expires_at limit 50 for update skip locked)
             and (model, id) <> (${this.#model}, ${id})
        )
        insert into access.provider_state (model, id, payload, grant_id, uid, expires_at)
        values (${this.#model}, ${id}, ${JSON.stringify(payload)}::jsonb, ${payload.grantId ?? null}, ${payload.uid ?? null}, ${expiresAt})
        on conflict (model, id) do update
           set payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid, expires_at = excluded.expires_at`
    }

    find(id: string): Promise<AdapterPayload | undefined> {
      return this.#one(fragment`id = ${id}`)
    }

    findByUid(uid: string): Promise<AdapterPayload | undefined> {
      return this.#one(fragment`uid = ${uid}`)
    }

    // Device codes are not offered.
    async findByUserCode(): Promise<undefined> {
      return undefined
    }

    async #one(condition: ReturnType<typeof fragment>): Promise<AdapterPayload | undefined> {
      const [found] = await world.sql.run<{ payload: AdapterPayload }>(fragment`
        select payload from access.provider_state
         where model = ${this.#model} and ${condition} and (expires_at is null or expires_at > ${world.now()})
         limit 1`)
      return found?.payload
    }

    async consume(id: string): Promise<void> {
      const at = Math.floor(world.now().getTime() / 1000)
      await world.sql`
        update access.provider_state set payload = payload || jsonb_build_object('consumed', ${at}::int8)
         where model = ${this.#model} and id = ${id}`
    }

    async destroy(id: string): Promise<void> {
      await world.sql`delete from access.provider_state where model = ${this.#model} and id = ${id}`
    }

    async revokeByGrantId(grantId: string): Promise<void> {
      await world.sql`delete from access.provider_state where grant_id = ${grantId}`
    }
  }
}
