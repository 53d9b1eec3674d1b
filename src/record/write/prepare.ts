import { isDeepStrictEqual } from 'node:util'
import { type Issue, printJson, type Resource } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import type { Asking } from '../asking.ts'
import { indexRows, valuesInside } from './rows.ts'
import type { Version } from './write.ts'

const issuesMax = 50

/** Structural validation on every write. Any error stops the write, and each names its place and how to mend it. */
export function requireValid(world: World, value: unknown, expectedType: string | null, path = ''): Resource {
  const resource = value as Resource
  if (value === null || typeof value !== 'object' || Array.isArray(value) || typeof resource.resourceType !== 'string') {
    throw new Refusal('incorrect', 'this is not a FHIR resource: an object with `resourceType` is needed', {
      expression: path || 'Resource',
      hint: 'Send one FHIR R4 resource as a JSON object.',
    })
  }
  if (expectedType !== null && resource.resourceType !== expectedType) {
    throw new Refusal('incorrect', `the resource is not of the type in the address, ${expectedType}`, {
      expression: `${path || 'Resource'}.resourceType`,
      hint: `Send a ${expectedType} here, or use the address of its own type.`,
    })
  }
  const errors = world.fhir.validate(resource).filter((issue) => issue.severity === 'error')
  if (errors.length > 0) throw invalid(world, errors, path, resource.resourceType)
  return resource
}

/**
 * `Type?query` and `urn:uuid:` have a meaning only inside a transaction (R4 http, section 3.1.0.11.2). Stored as they are they would lead nowhere,
 * and a finding would belong to nobody. A Bundle that is itself the content keeps its own.
 */
export function requireResolved(world: World, resource: Resource, path: string, holders?: readonly { reference?: string }[]): void {
  const type = resource.resourceType
  if (type === 'Bundle' || type === 'Parameters' || holders?.every(({ reference }) => reference === undefined || !unresolved.test(reference))) return
  world.fhir.references(resource, ({ reference }, at) => {
    if (reference === undefined || !unresolved.test(reference)) return
    throw new Refusal('incorrect', 'this reference means something only inside a transaction', {
      expression: `${path}${at().slice(type.length)}.reference`,
      hint: 'Send a transaction bundle, or refer by Type/id.',
    })
  })
}

function invalid(world: World, errors: Issue[], path: string, type: string): Refusal {
  const at = (expression: string) => (path === '' ? expression : `${path}${expression.startsWith(type) ? expression.slice(type.length) : `.${expression}`}`)
  const issues = errors.slice(0, issuesMax).map((issue) => ({
    severity: 'error' as const,
    code: issue.code,
    diagnostics: issue.diagnostics,
    expression: at(issue.expression),
    hint: issue.hint,
  }))
  const checkedWith = { severity: 'information' as const, code: 'informational', diagnostics: `checked with ${world.fhir.versions.join(', ')}` }
  return new Refusal('incorrect', 'the resource is not valid', { issues: [...issues, checkedWith] })
}

const unresolved = /^(?:[A-Z][A-Za-z]*\?|urn:uuid:)/

type VersionPlace = Pick<Version, 'patient' | 'id' | 'name' | 'version' | 'at' | 'institution'>

/** The version as it is stored and given back: the received content plus id and meta, in the usual order. */
export function makeVersion(asking: Asking, resource: Resource, place: VersionPlace): Version {
  const { world } = asking
  const { resourceType } = resource
  const meta = { ...(resource['meta'] as object | undefined), versionId: String(place.version), lastUpdated: place.at.toISOString() }
  const stored = { resourceType, id: place.name ?? place.id, meta } as Resource
  // Copies property by property: a rest and a spread would copy the whole resource twice, on the slow path of the engine.
  for (const name in resource) if (name !== 'resourceType' && name !== 'id' && name !== 'meta') stored[name] = resource[name]
  const type = world.fhir.typeCode(resourceType)
  const values = world.fhir.extract(stored)
  if (stored['text'] !== undefined) values.push(...world.fhir.details(stored, ['_text']))
  const index = indexRows(
    type,
    stored,
    stored['contained'] === undefined ? values : [...values, ...valuesInside(world.fhir, stored)],
    place.patient,
    asking.base,
    world.hashes,
  )
  return {
    ...place,
    type,
    typeName: resourceType,
    deleted: false,
    body: printJson(stored),
    index,
  }
}

export function makeTombstone(world: World, type: string, place: VersionPlace): Version {
  return { ...place, type: world.fhir.typeCode(type), typeName: type, deleted: true, body: null, index: null }
}

/** Whether nothing has changed apart from what the server itself writes. Then there is no new version (design decision 3). */
export function isSameContent(before: Resource, after: Resource): boolean {
  return isDeepStrictEqual(content(before), content(after))
}

function content(resource: Resource): unknown {
  const { id: _id, meta, ...rest } = resource
  const { versionId: _version, lastUpdated: _at, ...kept } = (meta ?? {}) as Record<string, unknown>
  return { ...rest, meta: kept }
}

/** The instants of one resource only grow, even when the machine's clock is set back. */
export function nextInstant(world: World, before: Date | null): Date {
  const now = world.now()
  return before !== null && now.getTime() <= before.getTime() ? new Date(before.getTime() + 1) : now
}
