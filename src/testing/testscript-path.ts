type Json = Record<string, unknown>

/** What a path of a TestScript finds: the XPath (`Patient/name/family`) and the JSONPath (`.parameter[?(@.name=='a')].valueString`) that scripts use. */
export function valuesAt(body: Json, path: string): unknown[] {
  const plain = path
    .replace(/\/@value$/, '')
    .replaceAll('fhir:', '')
    .replaceAll('f:', '')
  const steps = [...plain.matchAll(/([A-Za-z_$][\w$]*)?((?:\[[^\]]*\])*)(?:[./]|$)/g)].map(([, name = '', filters = '']) => ({ name, filters }))
  let values: unknown[] = [body]
  for (const [at, { name, filters }] of steps.entries()) {
    if (name === '' && filters === '') continue
    // A type that the body is not is looked for among the resources of a Bundle.
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
