import type { Routes } from '../platform/http.ts'
import { commissionRoutes } from './commission/commission-routes.ts'
import { compensationRoutes } from './compensation/compensation-routes.ts'
import { doctorRoutes } from './doctor/doctor-routes.ts'
import { employeeRoutes } from './employee/employee-routes.ts'
import { signatureRoutes } from './signature/signature-routes.ts'
import { earningsSchema } from './earnings/earnings-routes.ts'
import { passToEmployersSide } from './apart/pass.ts'
import { askingOf } from './asking.ts'
import { channelTrouble } from './employer/channel-trouble.ts'
import { actRoutes } from './employer/act-routes.ts'
import { toldRoutes } from './employer/told-routes.ts'
import { fundRoutes, openDataRoutes } from './fund/fund-routes.ts'
import { correctionRoutes, ownObjectionRoutes } from './objection/objection-routes.ts'
import { ownRequestRoutes } from './request/request-routes.ts'
import { speakToReaders } from './said/said.ts'

/** Mounted at /sickleave: each side has its own routes, which answer no other side. */
export const sickleaveRoutes: Routes = async (app) => {
  speakToReaders(app)
  // Answers here are about a person: no browser, proxy or program keeps them, unless a route says that it is for everybody.
  app.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'))
  await app.register(doctorRoutes)
  await app.register(signatureRoutes)
  await app.register(commissionRoutes, { prefix: '/commission' })
  await app.register(employeeRoutes, { prefix: '/mine' })
  await app.register(correctionRoutes)
  await app.register(ownRequestRoutes, { prefix: '/mine' })
  await app.register(ownObjectionRoutes, { prefix: '/mine' })
  await app.register(employersSide, { prefix: '/employer' })
  await app.register(earningsSchema)
  app.get('/channels', (request) => channelTrouble(askingOf(request)))
  await app.register(openDataRoutes)
  await app.register(fundRoutes, { prefix: '/fund' })
  await app.register(compensationRoutes)
}

/** The routes of the employer and its payroll. The employers' process answers them when there is one; otherwise this process does. */
const employersSide: Routes = async (app) => {
  app.addHook('onRequest', passToEmployersSide)
  await app.register(toldRoutes)
  await app.register(actRoutes)
}
