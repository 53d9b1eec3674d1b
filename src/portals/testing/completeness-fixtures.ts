import type { Me } from '../../access/wire.ts'
import type { Completeness, CompletenessDay, CompletenessOfAll, CompletenessTotal, VisitsReported } from '../../record/wire.ts'
import { operator } from './operator-fixtures.ts'

// An invented fortnight: a complete day, a late one, a day without reports, and documents that were sent back.

export const ministry: Me = { ...operator, id: 'account-9', name: 'Јасна Обрадовић', roles: ['ministry'] }
export const officer: Me = { ...operator, id: 'account-10', name: 'Горан Чубрић', roles: ['data-officer'], institution: 'Дом здравља Ниш' }

const dayOf = (at: number): CompletenessDay => ({
  day: `2026-11-${String(at + 14).padStart(2, '0')}`,
  expected: 40 + at,
  why: at === 9 ? 'weekday' : 'visits',
  usual: 40,
  received: at === 9 ? 2 : 38,
  inTime: at === 9 ? 2 : 30,
  late: at === 9 ? 0 : 8,
  missing: at === 13 ? 0 : at === 9 ? 47 : 2 + at,
  awaited: at === 13 ? 15 : 0,
  reports: 52,
  refused: at === 3 ? 4 : 0,
})
const days = Array.from({ length: 14 }, (_, at) => dayOf(at))
const total: CompletenessTotal = {
  expected: 651,
  received: 496,
  inTime: 392,
  late: 104,
  missing: 140,
  awaited: 15,
  reports: 728,
  refused: 4,
  silentDays: 1,
}
const period = { from: '2026-11-14', to: '2026-11-27', rules: ['A visit is an Encounter.'] }

export const completenessShown: Completeness = {
  institution: { id: 7, name: 'Дом здравља Ниш' },
  ...period,
  total,
  days,
  refused: [
    {
      code: 'code-invalid',
      expression: 'Bundle.entry.resource.code',
      reason: 'the code is not in its code system',
      count: 4,
      last: '2026-11-17T10:00:00Z',
      message: '0193709e-0000-7000-8000-00000000aaaa',
    },
  ],
  missing: [
    { reference: 'Encounter/v1', kind: 'visit', endedAt: '2026-11-26T09:30:00Z', dueAt: '2026-11-27T09:30:00Z' },
    { reference: 'Encounter/v2', kind: 'stay', endedAt: '2026-11-25T12:00:00Z', dueAt: '2026-11-26T12:00:00Z' },
  ],
}
const nothing: CompletenessTotal = { expected: 0, received: 0, inTime: 0, late: 0, missing: 0, awaited: 0, reports: 0, refused: 0, silentDays: 0 }

export const completenessOfAll: CompletenessOfAll = {
  ...period,
  total,
  institutions: [
    { id: 7, name: 'Дом здравља Ниш', total },
    { id: 8, name: 'Болница Ваљево', total: { ...total, missing: 3, refused: 9 } },
    { id: 9, name: 'Апотека Сокобања', total: nothing },
  ],
  trials: [{ id: 12, name: 'Пробна установа: АКМЕ ЛИС', total: { ...nothing, expected: 5, received: 2, inTime: 2, missing: 3 } }],
}

const visit = { institution: 'Дом здравља Ниш', kind: 'visit', endedAt: '2026-11-26T09:30:00Z', dueAt: '2026-11-27T09:30:00Z' } as const
export const visitsShown: VisitsReported = {
  visits: [
    { ...visit, reference: 'Encounter/v1', receivedAt: null, state: 'missing' },
    { ...visit, reference: 'Encounter/v2', receivedAt: null, state: 'awaited' },
    { ...visit, reference: 'Encounter/v3', receivedAt: '2026-11-26T11:00:00Z', state: 'received' },
    { ...visit, reference: 'Encounter/v4', kind: 'stay', receivedAt: '2026-11-28T11:00:00Z', state: 'received-late' },
  ],
}
