type Json = Record<string, unknown>

/** The values at a path of a TestScript. Scripts use XPath (`Patient/name/family`) and JSONPath (`.parameter[?(@.name=='a')].valueString`). */
export function valuesAt(body: Json, path: string): unknown[] {
  const plain = path
    .replace(/\/@value$/, '')
    .replaceAll('fhir:', '')
    .replaceAll('f:', '')
  const steps = [...plain.matchAll(/([A-Za-z_$][\w$]*)?((?:\[[^\]]*\])*)(?:[./]|$)/g)].map(([, name = '', filters = '']) => ({ name, filters }))
  let values: unknown[] = [body]
  for (const [at, { name, filters }] of steps.entries()) {
    if (name === '' && filters === '') continue
    // When the body is a Bundle and the path begins with another type, the path starts at the resources of that type in the Bundle.
    if (at === 0 && body['resourceType'] === 'Bundle' && /^[A-Z]/.test(name) && name !== 'Bundle') values = resourcesOf(body, name)
    else if (name !== '' && name !== '$' && name !== body['resourceType']) values = values.flatMap((value) => stepInto(value, name))
    for (const [, filter = ''] of filters.matchAll(/\[([^\]]*)\]/g)) values = filtered(values, filter)
  }
  return values
}

function resourcesOf(body: Json, type: string): unknown[] {
  const entries = (body['entry'] ?? []) as { resource?: Json }[]
  return entries.map(({ resource }) => resource).filter((one) => one?.['resourceType'] === type)
}

function stepInto(value: unknown, name: string): unknown[] {
  const inner = typeof value === 'object' && value !== null ? (value as Json)[name] : undefined
  return inner === undefined ? [] : [inner].flat()
}

function filtered(values: unknown[], filter: string): unknown[] {
  if (/^\d+$/.test(filter)) return values.slice(Number(filter), Number(filter) + 1)
  const [, name = '', text = ''] = /@\.(\w+)\s*==\s*'([^']*)'/.exec(filter) ?? []
  return values.filter((value) => (value as Json)[name] === text)
}
