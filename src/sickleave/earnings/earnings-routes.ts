import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Routes } from '../../platform/http.ts'
import { askingOf } from '../asking.ts'
import { described } from './described.ts'
import { earningsForLeave, submitForm } from './form.ts'
import { submitFile } from './submit.ts'

type Employer = { Params: { pib: string } }
type EmployerLeave = { Params: { pib: string; leave: string } }

const fileBytesMax = 4_194_304
const sources = { 'text/csv': 'csv', 'application/xml': 'xml', 'text/xml': 'xml' } as const

/** Mounted at /employer: earnings by file, and by form for the person of one leave. */
export const earningsRoutes: Routes = (app) => {
  app.get<EmployerLeave>('/:pib/leaves/:leave/earnings', described.ofLeave, (request) =>
    earningsForLeave(askingOf(request), request.params.pib, request.params.leave),
  )
  app.put<EmployerLeave>('/:pib/leaves/:leave/earnings', described.form, (request) =>
    submitForm(askingOf(request), request.params.pib, request.params.leave, request.body),
  )
  app.register(async (own) => {
    own.removeAllContentTypeParsers()
    for (const [type, source] of Object.entries(sources))
      own.addContentTypeParser(type, { parseAs: 'buffer', bodyLimit: fileBytesMax }, (_request, bytes, done) => done(null, { bytes, source }))
    own.post<Employer & { Body: Parameters<typeof submitFile>[2] }>('/:pib/earnings', described.file, (request) =>
      submitFile(askingOf(request), request.params.pib, request.body, request.query),
    )
  })
}

const schema = readFileSync(join(import.meta.dirname, 'earnings.xsd'))

/** The schema of the XML file, open to everybody. */
export const earningsSchema: Routes = (app) => {
  app.get('/schemas/earnings.xsd', { config: { open: true, ...described.schema.config } }, (_request, reply) =>
    reply.type('application/xml; charset=utf-8').send(schema),
  )
}
