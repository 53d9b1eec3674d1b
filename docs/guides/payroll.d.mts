// Types of payroll.mjs. What each route takes and answers is made of /openapi.json (payroll-api.d.mts).
import type { EmployerEvent, Operations } from './payroll-api.d.mts'

export type * from './payroll-api.d.mts'

type WithBody<Body> = Body extends undefined ? { body?: undefined } : { body: Body }
export type Question<Name extends keyof Operations> = WithBody<Operations[Name]['body']> & {
  /** What stands in the address in braces. */
  params?: Operations[Name]['params']
  query?: Operations[Name]['query']
  /** Of a body that is not JSON: text/csv or application/xml. */
  type?: string
}

export function payroll(settings: { url: string; client: string; privateKey: object }): {
  employers(): Promise<Operations['GET /']['answer']['employers']>
  events(pib: string, after?: number): AsyncGenerator<EmployerEvent>
  documents(wish: Operations['POST /documents']['body']): Promise<string>
  call<Name extends keyof Operations>(name: Name, question: Question<Name>): Promise<Operations[Name]['answer']>
}

/** A refusal: in its message all that is wrong, each with its place and how to mend it. */
export class PayrollError extends Error {
  constructor(status: number, outcome: PayrollError['outcome'])
  status: number
  /** What the centre answered; null when it was no JSON. Refusals of the token have `error` in the place of issues. */
  outcome: {
    issue?: {
      severity: string
      code: string
      diagnostics: string
      expression?: string[]
      details?: { coding?: { system: string; code: string }[]; text?: string }
    }[]
    error?: string
    error_description?: string
  } | null
  /** Of the first thing that is wrong. */
  hint: string | undefined
  expression: string | undefined
}

export function isFromCentre(request: {
  method: string
  address: string
  headers: Record<string, string | string[] | undefined>
  body: Uint8Array
  keys: readonly object[]
}): boolean
