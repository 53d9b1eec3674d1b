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

export function isFromCentre(request: {
  method: string
  address: string
  headers: Record<string, string | string[] | undefined>
  body: Uint8Array
  keys: readonly object[]
}): boolean
