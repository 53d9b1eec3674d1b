// What /openapi.json says of objections and requests for control or correction.

import { day, instant, list, named, object, oneOf, orNull, personName, route, text, uuid } from '../employer/describe.ts'

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
const objections = named(
  'Objections',
  object(
    {
      objections: list(named('Objection', object({ ...fields, answer: orNull(text) }, ['answer']))),
      limits: { ...list(limit), description: 'What a person may still object to, and until when: in the person’s own list only.' },
    },
    ['limits'],
  ),
)

export const described = {
  list: route('Objections and how they ended, never who decided', { answer: objections }),
  make: route('Object to an assessment or a sum, ask for a control or a correction', {
    status: 201,
    body: object({ kind, leave: uuid, request: uuid, text }, ['request']),
    answer: named('ObjectionMade', object(fields)),
  }),
  withdraw: route('Withdraw an objection', { body: object({ why: text }), answer: objections }),
}
