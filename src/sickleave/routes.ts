import type { FastifyRequest } from 'fastify'
import type { Routes } from '../platform/http.ts'
import type { Asking } from './asking.ts'
import { setAsideBlock } from './blocks.ts'
import { commissionFile, commissionQueue, decideLeave } from './commission.ts'
import { changeLeave, leavesOfPatient, openLeave, preview } from './doctor.ts'
import { eventsFor, leaveFor, leavesFor, myEmployers, sharedFor } from './employer/read.ts'
import { myLeaves, shareDiagnosis, takeBack } from './employee.ts'

const asking = ({ world, actor, correlation, headers }: FastifyRequest): Asking => ({ world, actor, correlation, language: headers['accept-language'] })

type Person = { Params: { person: string } }
type PersonLeave = { Params: { person: string; leave: string } }
type Change = { Params: { person: string; leave: string; act: string } }
type Employer = { Params: { pib: string } }
type EmployerLeave = { Params: { pib: string; leave: string } }

// Mounted at /sickleave: each side has its own routes, and none answers another side.
export const sickleaveRoutes: Routes = (app) => {
  // The doctor.
  app.get<Person>('/people/:person/leaves', (request) => leavesOfPatient(asking(request), request.params.person))
  app.post<Person>('/people/:person/preview', (request) => preview(asking(request), request.params.person, request.body))
  app.post<Person>('/people/:person/leaves', async (request, reply) => {
    const opened = await openLeave(asking(request), request.params.person, request.body)
    reply.code(201)
    return opened
  })
  app.post<Change>('/people/:person/leaves/:leave/:act', (request) => {
    const { person, leave, act } = request.params
    return changeLeave(asking(request), person, leave, act, request.body)
  })
  app.post('/blocks', async (request, reply) => {
    const block = await setAsideBlock(asking(request), request.body)
    reply.code(201)
    return block
  })

  // The first-degree commission.
  app.get('/commission/waiting', (request) => commissionQueue(asking(request)))
  app.get<PersonLeave>('/commission/people/:person/leaves/:leave', (request) => commissionFile(asking(request), request.params.person, request.params.leave))
  app.post<PersonLeave>('/commission/people/:person/leaves/:leave/decision', (request) =>
    decideLeave(asking(request), request.params.person, request.params.leave, request.body),
  )

  // The employee.
  app.get('/mine', (request) => myLeaves(asking(request)))
  app.put<EmployerLeave>('/mine/:leave/sharing/:pib', async (request, reply) => {
    await shareDiagnosis(asking(request), request.params.leave, request.params.pib)
    return reply.code(204).send()
  })
  app.delete<EmployerLeave>('/mine/:leave/sharing/:pib', async (request, reply) => {
    await takeBack(asking(request), request.params.leave, request.params.pib)
    return reply.code(204).send()
  })

  // The employer and its payroll.
  app.get('/employer', (request) => myEmployers(asking(request)))
  app.get<Employer>('/employer/:pib/events', (request) => eventsFor(asking(request), request.params.pib, request.query))
  app.get<Employer>('/employer/:pib/leaves', (request) => leavesFor(asking(request), request.params.pib))
  app.get<EmployerLeave>('/employer/:pib/leaves/:leave', (request) => leaveFor(asking(request), request.params.pib, request.params.leave))
  app.get<EmployerLeave>('/employer/:pib/leaves/:leave/shared', (request) => sharedFor(asking(request), request.params.pib, request.params.leave))
}
