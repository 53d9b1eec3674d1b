import type { FastifyRequest } from 'fastify'
import type { Routes } from '../platform/http.ts'
import { scriptAsked } from '../platform/readers-script.ts'
import { Refusal } from '../platform/refusal.ts'
import { convertNumber } from './convert-number.ts'
import { type Asking, findPeople } from './find-people.ts'
import { answerLookReport, lookReportsDesk, lookReportsOf, lookReportsWaiting, makeLookReport } from './look-report.ts'
import { myPeople } from './my-people.ts'
import { openVisit } from './open-visit.ts'
import { revealNumber, shownKinds } from './reveal-number.ts'
import type { FinderAnswer, OpenedVisit, OpenVisit } from './wire.ts'

type ByPerson = { Params: { person: string } }

const asking = ({ world, actor, correlation }: FastifyRequest): Asking => ({ world, actor, correlation })

// Mounted at /identity. Numbers come in bodies only and never in a URL, because URLs are logged along the way.
export const routes: Routes = (app) => {
  app.post('/people/search', (request): Promise<FinderAnswer> => findPeople(asking(request), textOf(request.body, 'query')))

  app.get('/mine', (request) => myPeople(asking(request)))

  app.post('/visits', async (request, reply): Promise<OpenedVisit> => {
    const opened = await openVisit(asking(request), visitOf(request.body))
    reply.code(201)
    return opened
  })

  app.post<{ Params: { person: string } }>('/people/:person/number', (request) => {
    const kind = shownKinds.find((one) => one === textOf(request.body, 'kind'))
    if (kind === undefined) throw new Refusal('incorrect', `kind is one of ${shownKinds.join(', ')}`, { expression: 'kind' })
    return revealNumber(asking(request), request.params.person, kind)
  })

  app.get<ByPerson>('/people/:person/look-reports', (request) => lookReportsOf(asking(request as FastifyRequest), request.params.person))
  app.post<ByPerson>('/people/:person/look-reports', async (request, reply) => {
    const body = request.body as Record<string, unknown> | null
    const given = (name: 'text' | 'mail') => (typeof body === 'object' && body !== null && body[name] !== undefined ? { [name]: textOf(body, name) } : {})
    const wish = { id: textOf(body, 'id'), at: textOf(body, 'at'), ...given('text'), ...given('mail') }
    const language = scriptAsked(request.headers['accept-language']) ?? 'en'
    const made = await makeLookReport(asking(request as FastifyRequest), request.params.person, wish, language)
    reply.code(201)
    return made
  })
  app.get('/look-reports/waiting', (request) => lookReportsWaiting(asking(request)))
  app.get('/look-reports', (request) => lookReportsDesk(asking(request)))
  app.post<{ Params: { id: string } }>('/look-reports/:id/answer', (request) => {
    const finding = (['in-order', 'not-in-order'] as const).find((one) => one === textOf(request.body, 'finding'))
    if (finding === undefined) throw new Refusal('incorrect', 'finding is in-order or not-in-order', { expression: 'finding' })
    return answerLookReport(asking(request as FastifyRequest), request.params.id, { finding, text: textOf(request.body, 'text') })
  })

  app.post('/lzb', (request) => {
    const body = request.body as Record<string, unknown> | null
    if (typeof body === 'object' && body !== null && 'jmbg' in body === 'ebs' in body) {
      throw new Refusal('incorrect', 'the body names one of jmbg and ebs')
    }
    const isJmbg = typeof body === 'object' && body !== null && 'jmbg' in body
    return convertNumber(asking(request), isJmbg ? { jmbg: textOf(body, 'jmbg') } : { ebs: textOf(body, 'ebs') })
  })
}

function visitOf(body: unknown): OpenVisit {
  const reason = textOf(body, 'reason')
  if ((body as Record<string, unknown>)['card'] !== undefined) return { card: textOf(body, 'card'), reason }
  const birthDate = textOf(body, 'birthDate')
  if (!/^\d{4}-\d{2}-\d{2}$/.test(birthDate)) throw new Refusal('incorrect', 'birthDate is written 1972-03-15', { expression: 'birthDate' })
  return { number: textOf(body, 'number'), birthDate, reason }
}

const textMax = 1000

function textOf(body: unknown, name: string): string {
  const value = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined
  if (typeof value !== 'string' || value.trim() === '') throw new Refusal('incorrect', `the body has a text "${name}"`, { expression: name })
  if (value.length > textMax || value.includes('\0')) throw new Refusal('incorrect', `"${name}" is too long or holds a zero byte`, { expression: name })
  return value
}
