import type { Transaction, World } from '../platform/world.ts'

/** Parameters of the law: rows with the day they take effect. A setting gives the value until the first row does. */
export type Parameter = { name: string; fromDay: string; value: number; paragraph: string }

export const guardianAge = 'guardian-age'

/** The value in effect on a day: the newest row that has begun, else the setting. */
export function valueOn(parameters: readonly Parameter[], name: string, day: string, otherwise: number): number {
  let found: Parameter | undefined
  for (const one of parameters) {
    if (one.name !== name || one.fromDay > day) continue
    if (found === undefined || one.fromDay > found.fromDay) found = one
  }
  return found?.value ?? otherwise
}

const parametersMax = 1000

export function loadParameters(sql: World['sql']): Promise<Parameter[]> {
  return sql<Parameter>`select name, from_day, value, paragraph from access.parameter order by name, from_day limit ${parametersMax}`
}

export async function addParameter(tx: Transaction, parameter: Parameter): Promise<void> {
  await tx`
    insert into access.parameter (name, from_day, value, paragraph)
    values (${parameter.name}, ${parameter.fromDay}, ${parameter.value}, ${parameter.paragraph})`
}
