import { Refusal } from '../../platform/refusal.ts'
import type { Loss, MappedBundle } from '../draft/draft.ts'
import type { EdgeConfig } from './config.ts'

/** What a mapper gets: the bytes as they came, and what its adapter noted beside them. */
export type ToMap = { original: Buffer; name: string; meta: Record<string, unknown> }
export type MappedItem = { bundle: MappedBundle; losses: Loss[]; mapping: string }
export type Mapper = (item: ToMap, config: EdgeConfig) => MappedItem

/** One for each protocol, loaded when the first item of it comes: an edge that hears only HL7 v2 never loads the others. */
const mappers: Record<string, () => Promise<Mapper>> = {
  async hl7v2() {
    const [{ readMessage }, { mapHl7 }] = await Promise.all([import('../hl7v2/message.ts'), import('../hl7v2/map/map.ts')])
    return ({ original }, { local }) =>
      mapHl7(readMessage(original, local.charset), { ...(local.system === undefined ? {} : { localSystem: local.system }), original })
  },
  async cda() {
    const { mapCda } = await import('../cda/map.ts')
    return ({ original }) => mapCda(original)
  },
}

const loaded = new Map<string, Promise<Mapper>>()

export function mapperOf(protocol: string): Promise<Mapper> {
  const load = mappers[protocol]
  if (!load)
    return Promise.reject(new Refusal('unsupported', `there is no mapping for ${protocol}`, { hint: 'The version of the edge that stored it had one.' }))
  let mapper = loaded.get(protocol)
  if (!mapper) loaded.set(protocol, (mapper = load()))
  return mapper
}
