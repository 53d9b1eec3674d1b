// What /openapi.json says about objections and requests for control or correction.

import { day, flag, instant, list, named, object, oneOf, orNull, personName, pib, route, type Schema, text, uuid } from '../employer/describe.ts'

const kind = oneOf('assessment', 'control', 'correction', 'calculation')
const fields = {
  ...{ id: uuid, number: text, kind, leave: uuid, request: orNull(uuid), employee: personName },
  ...{ state: oneOf('open', 'accepted', 'rejected', 'withdrawn'), madeAt: instant, due: day, endedAt: orNull(instant) },
}
const limit = named(
  'ObjectionLimit',
  object({
    kind: oneOf('assessment', 'calculation'),
    leave: uuid,
    request: orNull(uuid),
    until: day,
    degree: orNull({ type: 'integer', enum: [1, 2] }),
  }),
)
const objection = named('Objection', object(fields))
const objections = named('Objections', object({ objections: list(objection) }))
const ownObjections = named(
  'OwnObjections',
  object({
    objections: list(named('OwnObjection', object({ ...fields, answer: orNull(text) }))),
    limits: { ...list(limit), description: 'What may still be objected to, and until when.' },
  }),
)

const routes = (answer: Schema) => ({
  list: route('Objections and how they ended, never who decided', { answer }),
  make: route('Object to an assessment or a sum, ask for a control or a correction', {
    status: 201,
    body: object({ kind, leave: uuid, request: uuid, text }, ['request']),
    answer: objection,
  }),
  withdraw: route('Withdraw an objection', { body: object({ why: text }), answer }),
})
/** The employer's answer has no field for an answer, a degree or a limit; the person's has. */
export const described = { employer: routes(objections), own: routes(ownObjections) }
export const describedOfAll = route('Objections of all that you act for, what changed last first', {
  answer: object({ today: day, objections: list(object({ ...fields, pib, name: text })), more: flag }),
})
