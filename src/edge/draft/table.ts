/**
 * A table that is looked up with values from outside. It has no prototype: a plain object also has `constructor` and `toString`, and a code or an
 * element of that name would become a function.
 */
export const table = <T>(rows: Record<string, T>): Readonly<Record<string, T>> => Object.assign(Object.create(null) as Record<string, T>, rows)
