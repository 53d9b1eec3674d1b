import { Refusal } from '../../platform/refusal.ts'
import type { Loss, MappedBundle } from '../draft/draft.ts'
import type { EdgeConfig } from './config.ts'

/** The input of a mapper: the original bytes, and what the adapter noted beside them. */
export type ToMap = { original: Buffer; name: string; meta: Record<string, unknown> }
/** `body` is set when the message is not the JSON of the bundle: FHIR input is passed on to the byte. */
export type MappedItem = { bundle: MappedBundle; losses: Loss[]; mapping: string; body?: Buffer }
export type Mapper = (item: ToMap, config: EdgeConfig) => MappedItem

/** One mapper for each protocol, loaded with the first item of it: an edge that receives only HL7 v2 never loads the others. */
const mappers: Record<string, () => Promise<Mapper>> = {
  async hl7v2() {
    const [{ readMessage }, { mapHl7 }, { authoritiesOf }] = await Promise.all([
      import('../hl7v2/message.ts'),
      import('../hl7v2/map/map.ts'),
      import('../hl7v2/map/mapping.ts'),
    ])
    const authorities = new WeakMap<EdgeConfig['local'], ReadonlyMap<string, string>>()
    return ({ original }, { local }) => {
      const known = authorities.getOrInsertComputed(local, () => authoritiesOf(local.authorities))
      return mapHl7(readMessage(original, local.charset), {
        ...(local.system === undefined ? {} : { localSystem: local.system }),
        authorities: known,
        original,
      })
    }
  },
  async cda() {
    const { mapCda } = await import('../cda/map.ts')
    return ({ original }) => mapCda(original)
  },
  async fhir() {
    const { mapFhir } = await import('../rest/map.ts')
    return ({ original }) => mapFhir(original)
  },
  async certificate() {
    // The certificate was sealed when it was issued, and is sent to the byte as it was sealed.
    const bundle = { resourceType: 'Bundle' as const, type: 'transaction' as const, entry: [] }
    return ({ original }) => ({ bundle, losses: [], mapping: 'certificate/1', body: original })
  },
  async csv() {
    const [{ mapCsvRow }, { mappingOf }] = await Promise.all([import('../csv/map.ts'), import('../csv/mapping-file.ts')])
    return ({ original, meta }, config) => mapCsvRow(original, mappingOf(mappingFile(config, meta)), String(meta['file']), Number(meta['line']))
  },
  async ndjson() {
    const [{ mapJsonRow }, { mappingOf }] = await Promise.all([import('../csv/map.ts'), import('../csv/mapping-file.ts')])
    return ({ original, meta }, config) => mapJsonRow(original, mappingOf(mappingFile(config, meta)), String(meta['file']), Number(meta['line']))
  },
}

/** The present mapping of the folder: a row that waited for a mended mapping is mapped by that. */
function mappingFile({ folders }: EdgeConfig, { folder }: Record<string, unknown>): string {
  const file = folders.find(({ name }) => name === folder)?.mapping
  if (file === undefined)
    throw new Refusal('unprocessable', 'the folder that it came from has no mapping any more', { hint: 'Name it again in the settings, under folders.' })
  return file
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
