/**
 * A table that is asked by what came from outside. It has no prototype: in a plain object `constructor` and `toString` are found too, and a code or an
 * element of that name would become a function.
 */
export const table = <T>(rows: Record<string, T>): Readonly<Record<string, T>> => Object.assign(Object.create(null) as Record<string, T>, rows)
