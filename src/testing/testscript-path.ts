type Json = Record<string, unknown>

/** What a path of a TestScript finds: the XPath (`Patient/name/family`) and the JSONPath (`.parameter[?(@.name=='a')].valueString`) that scripts use. */
export function valuesAt(body: Json, path: string): unknown[] {
  const plain = path.replace(/\/@value$/, '').replaceAll('fhir:', '').replaceAll('f:', '')
  const steps = [...plain.matchAll(/([A-Za-z_$][\w$]*)?((?:\[[^\]]*\])*)(?:[./]|$)/g)].map(([, name = '', filters = '']) => ({ name, filters }))
  let values: unknown[] = [body]
  for (const { name, filters } of steps) {
    if (name === '' && filters === '') continue
    if (name !== '' && name !== '$' && name !== body['resourceType']) values = values.flatMap((value) => stepInto(value, name))
    for (const [, filter = ''] of filters.matchAll(/\[([^\]]*)\]/g)) values = filtered(values, filter)
  }
  return values
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
