import { isDeepStrictEqual } from 'node:util'

// A schema that has a title is said once, under that name, and pointed to wherever it is used: who makes a program of the document gets one type of it.

type Tree = Record<string, unknown>
type Description = { paths?: object; components?: { schemas?: Tree } }

/** The same document with its titled schemas in `components/schemas`. Two different ones of one title are a mistake in the code. */
export function withNamedSchemas<T extends Description>(document: T): T {
  const schemas: Tree = { ...document.components?.schemas }
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk)
    if (typeof value !== 'object' || value === null) return value
    const walked = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, walk(one)]))
    const { title, ...rest } = walked
    // A property may be called title as well; it is a schema then and no text.
    if (typeof title !== 'string') return walked
    if (schemas[title] !== undefined && !isDeepStrictEqual(schemas[title], rest)) throw new Error(`two schemas are called ${title}`)
    schemas[title] = rest
    return { $ref: `#/components/schemas/${title}` }
  }
  const paths = walk(document.paths)
  return { ...document, paths, components: { ...document.components, schemas } }
}
