import type { Fhir, Resource } from './types.ts'

export type Interaction = 'read' | 'vread' | 'update' | 'patch' | 'delete' | 'history-instance' | 'history-type' | 'create' | 'search-type'

/** What the server really does. The CapabilityStatement declares exactly this. */
export type Capabilities = {
  /** The base address, for example http://localhost:8080/fhir. */
  base: string
  software: { name: string; version: string }
  /** ISO instant of the build or start. */
  date: string
  interactions: Interaction[]
  system: ('transaction' | 'batch' | 'search-system' | 'history-system')[]
  /** `documentation`: the parts of the definition that are not implemented. */
  operations: { type: string | null; name: string; definition: string; documentation?: string }[]
  /** Resource types with other interactions than the rest; an empty list leaves the type out. */
  exceptions?: Record<string, Interaction[]>
  /** How resources are handled, in the terms of CapabilityStatement.rest.resource; the same for every type. */
  handling: {
    versioning: 'no-version' | 'versioned' | 'versioned-update'
    readHistory: boolean
    updateCreate: boolean
    conditionalCreate: boolean
    conditionalRead?: 'not-supported' | 'modified-since' | 'not-match' | 'full-support'
    conditionalUpdate: boolean
    conditionalDelete: 'not-supported' | 'single' | 'multiple'
    referencePolicy?: ('literal' | 'logical' | 'resolves' | 'enforced' | 'local')[]
  }
  /** The guides that this server implements, by the canonical addresses of their CapabilityStatements. */
  instantiates?: string[]
  /** The address where systems get their tokens; SMART's configuration has the same. */
  security?: { token: string }
  /** Whether pages of other origins may call from a browser. */
  cors: boolean
}

const compartments = ['patient', 'encounter', 'practitioner', 'relatedPerson', 'device'].map((name) => `http://hl7.org/fhir/CompartmentDefinition/${name}`)
const oauthUris = 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris'
const smartService = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/restful-security-service', code: 'SMART-on-FHIR' }],
  text: 'OAuth2 using SMART-on-FHIR',
}

/** The CapabilityStatement of GET /fhir/metadata, itself a valid resource. */
export function capabilityStatement(fhir: Fhir, capabilities: Capabilities): Resource {
  const { base, software, date, system, operations, security, cors, instantiates } = capabilities
  const systemOperations = operations.filter(({ type }) => type === null).map(operation)
  return {
    resourceType: 'CapabilityStatement',
    url: `${base}/metadata`,
    version: software.version,
    name: software.name,
    title: `${software.name}: FHIR R4`,
    status: 'active',
    date,
    kind: 'instance',
    ...(instantiates ? { instantiates } : {}),
    software,
    implementation: { description: `${software.name}: the national health record`, url: base },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'application/fhir+xml', 'application/json', 'application/xml'],
    patchFormat: ['application/json-patch+json', 'application/xml-patch+xml', 'application/fhir+json', 'application/fhir+xml'],
    rest: [
      {
        mode: 'server',
        security: { cors, ...securityOf(security) },
        resource: fhir.types.flatMap((type) => resourceOf(fhir, type, capabilities)),
        ...(system.length > 0 ? { interaction: system.map((code) => ({ code })) } : {}),
        searchParam: [...searchParams(fhir.parameters('Basic').filter(({ code }) => code.startsWith('_'))), ...ofAnyType],
        compartment: compartments,
        ...(systemOperations.length > 0 ? { operation: systemOperations } : {}),
      },
    ],
  }
}

const searchParams = (parameters: ReturnType<Fhir['parameters']>) => parameters.map((one) => ({ name: one.code, definition: one.url, type: one.type }))
/** Parameters that R4 describes for all types without a definition. */
const ofAnyType = [
  { name: '_type', type: 'token' },
  { name: '_list', type: 'special' },
  { name: '_filter', type: 'special' },
  { name: '_has', type: 'special' },
  { name: '_contained', type: 'token', documentation: 'true, false or both, of a search of one type, with _containedType.' },
]

const operation = ({ name, definition, documentation }: Capabilities['operations'][number]) => ({
  ...{ name, definition },
  ...(documentation === undefined ? {} : { documentation }),
})

/** The definition of the extension requires both addresses, but this server has no authorization page for systems. */
const notThere = (url: string) => ({
  url,
  _valueUri: { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unsupported' }] },
})

function securityOf(security: Capabilities['security']) {
  const description = 'Every request but this one needs a bearer token. Systems get theirs by SMART Backend Services; people sign in at the portals.'
  if (security === undefined) return { service: [smartService], description }
  const extension = [notThere('authorize'), { url: 'token', valueUri: security.token }]
  return { extension: [{ url: oauthUris, extension }], service: [smartService], description }
}

function resourceOf(fhir: Fhir, type: string, capabilities: Capabilities) {
  const interactions = capabilities.exceptions?.[type] ?? capabilities.interactions
  if (interactions.length === 0) return []
  const has = (one: Interaction) => interactions.includes(one)
  const parameters = fhir.parameters(type)
  const operations = capabilities.operations.filter((one) => one.type === type).map(operation)
  const references = parameters.filter((one) => one.type === 'reference').map((one) => `${type}:${one.code}`)
  return [
    {
      type,
      profile: `http://hl7.org/fhir/StructureDefinition/${type}`,
      interaction: interactions.map((code) => ({ code })),
      ...capabilities.handling,
      ...(has('search-type') && references.length > 0 ? { searchInclude: ['*', ...references] } : {}),
      // A wildcard: the single values would be thousands, one for each reference of each type that may lead here.
      ...(has('search-type') ? { searchRevInclude: ['*'] } : {}),
      ...(has('search-type') ? { searchParam: searchParams(parameters) } : {}),
      ...(operations.length > 0 ? { operation: operations } : {}),
    },
  ]
}
