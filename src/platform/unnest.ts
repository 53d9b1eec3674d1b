import { type Fragment, fragment, identifier, join } from './sql.ts'

// Only the types bulk writers use; a cast must be our own text, never a caller's.
const casts = {
  text: (values: unknown[]) => fragment`${values}::text[]`,
  int2: (values: unknown[]) => fragment`${values}::int2[]`,
  int4: (values: unknown[]) => fragment`${values}::int4[]`,
  int8: (values: unknown[]) => fragment`${values}::int8[]`,
  bool: (values: unknown[]) => fragment`${values}::bool[]`,
  date: (values: unknown[]) => fragment`${values}::date[]`,
  timestamptz: (values: unknown[]) => fragment`${values}::timestamptz[]`,
  uuid: (values: unknown[]) => fragment`${values}::uuid[]`,
  bytea: (values: unknown[]) => fragment`${values}::bytea[]`,
}
export type ColumnType = keyof typeof casts

/**
 * Rows as a table in a statement: `from ${unnest('given', rows, { id: 'int4', shortName: 'text' })}`.
 * Each column is one parameter, an array, however many rows there are. Keys are camelCase, columns snake_case; what a row leaves out is null.
 */
export function unnest<R extends object>(alias: string, rows: readonly R[], types: { [K in keyof R]?: ColumnType }): Fragment {
  const columns = Object.entries(types) as [keyof R & string, ColumnType][]
  const arrays = columns.map(([key, type]) => casts[type](rows.map((row) => row[key] ?? null)))
  const names = columns.map(([key]) => identifier(key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)))
  return fragment`unnest(${join(arrays, ', ')}) with ordinality as ${identifier(alias)} (${join(names, ', ')}, place)`
}
