import { capabilityStatement, printJson } from '../fhir/fhir.ts'
import { baseUrl } from '../platform/config.ts'
import type { World } from '../platform/world.ts'
import { terminologyOperations } from './terminology/operations.ts'

const statements = new WeakMap<World, { text: string; generation: number }>()

/** GET /fhir/metadata: exactly what works, made once and again when a search parameter comes or goes. */
export function capabilityOf(world: World): string {
  const { generation } = world.fhir.custom
  let statement = statements.get(world)
  if (statement?.generation !== generation) {
    const base = baseUrl(world.config)
    const text = printJson(
      capabilityStatement(world.fhir, {
        base: `${base}/fhir`,
        software: { name: 'Spona', version: '0.1.0' },
        date: world.now().toISOString(),
        interactions: ['read', 'vread', 'update', 'delete', 'history-instance', 'create', 'search-type'],
        handling: {
          versioning: 'versioned-update',
          readHistory: true,
          updateCreate: true,
          conditionalCreate: true,
          conditionalRead: 'not-match',
          conditionalUpdate: false,
          conditionalDelete: 'not-supported',
          referencePolicy: ['literal', 'logical'],
        },
        system: ['transaction', 'batch', 'search-system'],
        operations: [
          { type: 'Patient', name: 'everything', definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything' },
          { type: null, name: 'export', definition: 'http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export' },
          { type: null, name: 'import', definition: 'urn:spona:operation:import' },
          { type: 'Patient', name: 'export', definition: 'http://hl7.org/fhir/uv/bulkdata/OperationDefinition/patient-export' },
          { type: 'Group', name: 'export', definition: 'http://hl7.org/fhir/uv/bulkdata/OperationDefinition/group-export' },
          { type: null, name: 'validate', definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate' },
          ...world.fhir.types.map((type) => ({ type, name: 'validate', definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate' })),
          { type: 'Patient', name: 'match', definition: 'http://hl7.org/fhir/OperationDefinition/Patient-match' },
          { type: 'Patient', name: 'summary', definition: 'http://hl7.org/fhir/uv/ips/OperationDefinition/summary' },
          { type: 'Observation', name: 'lastn', definition: 'http://hl7.org/fhir/OperationDefinition/Observation-lastn' },
          ...terminologyOperations.map(({ type, name }) => ({ type, name, definition: `http://hl7.org/fhir/OperationDefinition/${type}-${name}` })),
        ],
        security: { authorize: `${base}/oidc/auth`, token: `${base}/oidc/token` },
      }),
    )
    statement = { text, generation }
    statements.set(world, statement)
  }
  return statement.text
}
