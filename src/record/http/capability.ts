import { type Capabilities, capabilityStatement, type Form, printJson, type Resource } from '../../fhir/fhir.ts'
import { baseUrl } from '../../platform/config.ts'
import { type PublicText, publicText } from '../../platform/public-text.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import { profile } from '../subscription/setup.ts'
import { canonicals } from '../subscription/topics.ts'
import { terminologyOperations } from '../terminology/operations.ts'

const backportOperations = 'http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/'
type Statements = { texts: Record<Mode, string>; generation: number; printed: Map<string, PublicText> }
const statements = new WeakMap<World, Statements>()

const guides = ['http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data', 'http://hl7.org/fhir/uv/ips/CapabilityStatement/ips-server']

type Mode = 'full' | 'normative' | 'terminology'

/** What R4 calls normative, as far as it is a resource (https://hl7.org/fhir/R4/ballot-intro.html). */
const normative = new Set(
  'Binary Bundle CapabilityStatement CodeSystem Observation OperationDefinition OperationOutcome Parameters Patient StructureDefinition ValueSet'.split(' '),
)

/** GET /fhir/metadata: exactly what works, made once in each form and again when a search parameter comes or goes (R4 http, section 3.1.0.9). */
export function capabilityOf(world: World, form: Form, mode = 'full'): PublicText {
  if (mode !== 'full' && mode !== 'normative' && mode !== 'terminology') {
    throw new Refusal('incorrect', 'this mode is not known', { expression: 'http.mode', hint: 'Use full, normative or terminology.' })
  }
  const { generation } = world.fhir.custom
  let statement = statements.get(world)
  if (statement?.generation !== generation) {
    const base = baseUrl(world.config)
    const whole = capabilityStatement(world.fhir, {
      base: `${base}/fhir`,
      software: { name: 'Spona', version: '0.1.0' },
      date: world.now().toISOString(),
      interactions: ['read', 'vread', 'update', 'patch', 'delete', 'history-instance', 'history-type', 'create', 'search-type'],
      handling: {
        versioning: 'versioned-update',
        readHistory: true,
        updateCreate: true,
        conditionalCreate: true,
        conditionalRead: 'full-support',
        conditionalUpdate: true,
        conditionalDelete: world.config.CONDITIONAL_DELETE as 'single' | 'multiple',
        referencePolicy: ['literal', 'logical'],
      },
      system: ['transaction', 'batch', 'search-system', 'history-system'],
      operations: operationsOf(world),
      instantiates: guides,
      security: { token: `${base}/access/token` },
      cors: world.config.FHIR_ORIGINS.length > 0,
    })
    nameTopics(whole)
    statement = {
      texts: { full: printJson(whole), normative: printJson(normativePart(whole)), terminology: printJson(terminologyPart(whole)) },
      generation,
      printed: new Map(),
    }
    statements.set(world, statement)
  }
  const text = statement.texts[mode]
  const isAsItIs = form.format === 'json' && !form.isPretty
  return statement.printed.getOrInsertComputed(`${mode} ${form.format} ${form.isPretty}`, () =>
    publicText(isAsItIs ? text : world.fhir.formats.print(text, form)),
  )
}

/** What is there to be asked for by `$name`, of one type or of the whole system. */
export const operationsOf = (world: World): Capabilities['operations'] => [
  {
    ...{ type: 'Patient', name: 'everything', definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything' },
    documentation: 'Dates of care (start, end) narrow it for one patient only.',
  },
  { type: 'Encounter', name: 'everything', definition: 'http://hl7.org/fhir/OperationDefinition/Encounter-everything' },
  { type: 'Composition', name: 'document', definition: 'http://hl7.org/fhir/OperationDefinition/Composition-document' },
  { type: null, name: 'export', definition: 'http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export' },
  { type: null, name: 'import', definition: 'urn:spona:operation:import' },
  { type: 'Patient', name: 'export', definition: 'http://hl7.org/fhir/uv/bulkdata/OperationDefinition/patient-export' },
  { type: 'Group', name: 'export', definition: 'http://hl7.org/fhir/uv/bulkdata/OperationDefinition/group-export' },
  { type: null, name: 'validate', definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate' },
  ...world.fhir.types.map((type) => ({ type, name: 'validate', definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate' })),
  ...['meta', 'meta-add', 'meta-delete'].flatMap((name) =>
    world.fhir.types.map((type) => ({ type, name, definition: `http://hl7.org/fhir/OperationDefinition/Resource-${name}` })),
  ),
  { type: null, name: 'convert', definition: 'http://hl7.org/fhir/OperationDefinition/Resource-convert' },
  { type: null, name: 'versions', definition: 'http://hl7.org/fhir/OperationDefinition/CapabilityStatement-versions' },
  { type: null, name: 'meta', definition: 'http://hl7.org/fhir/OperationDefinition/Resource-meta' },
  { type: 'Patient', name: 'match', definition: 'http://hl7.org/fhir/OperationDefinition/Patient-match' },
  { type: 'Patient', name: 'summary', definition: 'http://hl7.org/fhir/uv/ips/OperationDefinition/summary' },
  { type: 'Observation', name: 'lastn', definition: 'http://hl7.org/fhir/OperationDefinition/Observation-lastn' },
  { type: 'List', name: 'find', definition: 'http://hl7.org/fhir/OperationDefinition/List-find' },
  { type: 'Subscription', name: 'status', definition: `${backportOperations}backport-subscription-status` },
  { type: 'Subscription', name: 'events', definition: `${backportOperations}backport-subscription-events` },
  ...terminologyOperations.map(({ type, name }) => ({ type, name, definition: `http://hl7.org/fhir/OperationDefinition/${type}-${name}` })),
]

/** Which topics there are is said where the R4 backport has it (CapabilityStatement, rest.resource of Subscription). */
function nameTopics(whole: Resource): void {
  const [rest] = whole['rest'] as [{ resource: Record<string, unknown>[] }]
  const subscription = rest.resource.find(({ type }) => type === 'Subscription')
  if (!subscription) return
  const url = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/capabilitystatement-subscriptiontopic-canonical'
  subscription['extension'] = canonicals().map((valueCanonical) => ({ url, valueCanonical }))
  subscription['supportedProfile'] = [profile]
  subscription['documentation'] = 'Criteria are a topic of the R4 backport, or a search as R4 has it; the channel is rest-hook.'
}

function normativePart(whole: Resource): Resource {
  const [rest] = whole['rest'] as [{ resource: { type: string }[] }]
  return { ...whole, rest: [{ ...rest, resource: rest.resource.filter(({ type }) => normative.has(type)) }] }
}

/** The code systems of R4 itself and those of packages are not listed one by one: $validate-code and $lookup say what they know. */
function terminologyPart({ date, software, implementation }: Resource): Resource {
  return {
    resourceType: 'TerminologyCapabilities',
    status: 'active',
    date,
    kind: 'instance',
    software,
    implementation,
    expansion: { hierarchical: false, paging: true },
    codeSearch: 'explicit',
    validateCode: { translations: false },
    translation: { needsMap: true },
  }
}
