import type { Me } from '../../access/wire.ts'
import type { Look, Looks } from '../../audit/wire.ts'
import type { FoundPerson } from '../../identity/wire.ts'
import type { DocumentView, Overview, Therapy, TimelineEntry, TimelineKind } from '../../record/wire.ts'
import { results } from './fixture-results.ts'
import { before, clinic, dateBefore, hospital, institutions, laboratory, now, source, startNumbering } from './fixture-sources.ts'

// Invented people as the server sends them, for states of the pages that a running country does not show on demand:
// the largest record, every allergy state, refusals, faults. They are the same in every run.

export const doctor: Me = {
  id: 'account-1',
  name: 'др Јелена Марковић',
  roles: ['doctor'],
  institution: clinic,
  unit: 'Служба опште медицине',
  person: null,
  represents: [],
  csrf: 'csrf',
  demo: true,
}
export const patient: Me = {
  id: 'account-2',
  name: 'Милан Ђорђевић',
  roles: ['patient'],
  institution: null,
  unit: null,
  person: 'p1',
  represents: [{ person: 'p9', name: 'Лена Ђорђевић' }],
  csrf: 'csrf',
  demo: true,
}

const person = (id: string, family: string, given: string, more: Partial<FoundPerson> = {}): FoundPerson => ({
  id,
  family,
  given,
  parent: 'Петар',
  birthDate: '1972-03-15',
  sex: 'male',
  place: 'Београд',
  lzb: '4402 1187 3095',
  temporaryNumber: null,
  state: 'identified',
  basis: { kind: 'chosen-doctor', until: null },
  ...more,
})

export const people: FoundPerson[] = [
  person('p1', 'Ђорђевић', 'Милан'),
  person('p2', 'Ђорђевић', 'Милан', {
    parent: 'Драган',
    birthDate: '1988-07-02',
    place: 'Ниш',
    lzb: '4519 0033 2874',
    basis: { kind: 'referral', until: '2026-12-31' },
  }),
  person('p3', 'Ђорђевић', 'М.', { parent: null, birthDate: null, place: 'Чачак', lzb: null, basis: null }),
]
export const mine: FoundPerson[] = [
  person('p1', 'Ђорђевић', 'Милан', { basis: { kind: 'visit', until: before(-0.1) } }),
  person('p4', 'Кнежевић-Радосављевић', 'Александра Станислава', {
    sex: 'female',
    birthDate: '1951-12-31',
    place: 'Сремска Митровица',
    basis: { kind: 'stay', until: null },
  }),
  person('p5', 'Ристић', 'Огњен', {
    birthDate: '2019-06-04',
    state: 'pending',
    lzb: null,
    temporaryNumber: 'Н-2026-004418',
    basis: { kind: 'visit', until: before(-0.05) },
  }),
  person('p6', 'Љубисављевић', 'Њежа', { sex: 'female', birthDate: '1990-01-09', place: 'Љиг' }),
  person('p7', 'Џакула', 'Бранко', { birthDate: '1944-10-20', place: 'Нови Сад' }),
]

const kindsInTurn: [TimelineKind, string, string | null][] = [
  ['visit', 'Преглед код изабраног лекара', 'E11 Шећерна болест тип 2, I10 Есенцијална хипертензија; др Јелена Марковић'],
  ['laboratory', 'Лабораторијски налаз', '18 анализа'],
  ['visit', 'Контролни преглед', 'I10 Есенцијална хипертензија; др Јелена Марковић'],
  ['therapy', 'Рецепт: metformin 1000 mg', null],
  ['document', 'Извештај лекара специјалисте', 'Ендокринологија; E11 Шећерна болест тип 2'],
  ['visit', 'Преглед код изабраног лекара', 'J06 Акутна инфекција горњих дисајних путева; др Јелена Марковић'],
  ['imaging', 'Ехокардиографски преглед', 'I10 Есенцијална хипертензија'],
  ['dental', 'Стоматолошки преглед', 'зуб 36, пломба'],
  ['laboratory', 'Лабораторијски налаз', '6 анализа'],
  ['procedure', 'Електрокардиограм', null],
]

function timeline(count: number): TimelineEntry[] {
  const entries = Array.from({ length: count }, (_, at): TimelineEntry => {
    const days = Math.round(9 + (at / count) * 6_200)
    const [kind, title, detail] = kindsInTurn[at % kindsInTurn.length] as (typeof kindsInTurn)[number]
    const institution = kind === 'laboratory' ? laboratory : (institutions[at % 7 === 3 ? 1 : 0] as string)
    const hasText = kind === 'document' || kind === 'laboratory' || kind === 'imaging'
    return {
      id: `t${at}`,
      kind,
      at: before(days),
      until: null,
      title,
      detail,
      institution,
      document: hasText ? `d${at}` : null,
      source: source(institution, before(days), 'Encounter', at % 11 === 4 ? 2 : 1),
    }
  })
  const stays = [26, 900, 2400, 4100].map(
    (days, at): TimelineEntry => ({
      id: `h${at}`,
      kind: 'hospital',
      at: before(days + 6),
      until: before(days),
      title: 'Болничко лечење: отпусна листа са епикризом',
      detail: at === 0 ? 'E11.6 Шећерна болест са компликацијама; Одељење ендокринологије' : 'I20 Ангина пекторис; Одељење кардиологије',
      institution: hospital,
      document: `h${at}`,
      source: source(hospital, before(days), 'Composition', at === 0 ? 2 : 1),
    }),
  )
  return [...entries, ...stays].sort((a, b) => b.at.localeCompare(a.at))
}

const problem = (code: string, text: string, status: Overview['problems'][number]['status'], since: string, until: string | null = null) => ({
  what: { code, system: 'http://hl7.org/fhir/sid/icd-10', text },
  status,
  since,
  until,
  source: source(clinic, since, 'Condition'),
})
const drug = (
  atc: string,
  text: string,
  dose: string | null,
  from: string,
  reason: string | null,
  status: Therapy['status'] = 'active',
  until: string | null = null,
): Therapy => ({
  medicine: { code: atc, system: 'http://www.whocc.no/atc', text },
  dose,
  status,
  from,
  until,
  reason,
  source: source(clinic, from, 'MedicationRequest'),
})

const milan: Overview['person'] = {
  id: 'p1',
  lzb: '4402 1187 3095',
  temporaryNumber: null,
  state: 'identified',
  family: 'Ђорђевић',
  given: 'Милан',
  parent: 'Петар',
  birthDate: '1972-03-15',
  sex: 'male',
  deceasedAt: null,
  place: 'Београд, Звездара',
  phone: null,
  charts: [
    { institution: clinic, number: '118-2041' },
    { institution: hospital, number: '88213/26' },
  ],
  insurance: { active: true, until: '2026-12-31', basis: null },
  chosenDoctors: [
    { category: 'општа медицина', name: 'др Јелена Марковић', institution: clinic },
    { category: 'стоматологија', name: 'др Иван Пешић', institution: clinic },
  ],
}

const immunizations = (): Overview['immunizations'] => [
  {
    vaccine: { code: null, system: null, text: 'Вакцина против грипа, четворовалентна' },
    at: dateBefore(32),
    dose: '1',
    lot: 'U5K21A',
    status: 'completed',
    source: source(clinic, dateBefore(32), 'Immunization'),
  },
  {
    vaccine: { code: null, system: null, text: 'Вакцина против тетануса и дифтерије (Td)' },
    at: '2019-05-20',
    dose: '4',
    lot: 'TD-4471',
    status: 'completed',
    source: source(clinic, '2019-05-20', 'Immunization'),
  },
  {
    vaccine: { code: null, system: null, text: 'Вакцина против пнеумокока' },
    at: '2025-11-02',
    dose: null,
    lot: null,
    status: 'not-done',
    source: source(clinic, '2025-11-02', 'Immunization'),
  },
]

/** The largest record: 1,500 events over seventeen years, 19 analyses with 14 results each. */
export function overview(events = 1_500): Overview {
  startNumbering()
  return {
    person: milan,
    basis: { kind: 'visit', until: before(-0.12) },
    withheld: null,
    allergyState: 'known',
    allergiesConfirmedAt: null,
    allergies: [
      {
        what: { code: null, system: null, text: 'Пеницилин' },
        reaction: 'анафилакса',
        criticality: 'high',
        category: 'medication',
        since: '2009-05',
        source: source(hospital, '2009-05-11', 'AllergyIntolerance'),
      },
      {
        what: { code: null, system: null, text: 'Полен амброзије' },
        reaction: null,
        criticality: 'low',
        category: 'environment',
        since: '1998',
        source: source(clinic, '2011-03-02', 'AllergyIntolerance'),
      },
    ],
    problems: [
      problem('E11', 'Шећерна болест тип 2', 'active', '2014-02-11'),
      problem('I10', 'Есенцијална (примарна) хипертензија', 'active', '2009-06-01'),
      problem('E78.2', 'Мешовита хиперлипидемија', 'active', '2012-09-19'),
      problem('J45', 'Астма', 'inactive', '1985'),
      problem('J18', 'Запаљење плућа', 'resolved', '2015-01-09', '2015-02-01'),
      problem('S52.5', 'Прелом доњег окрајка палчане кости', 'resolved', '2003-07-14', '2003-10-01'),
    ],
    therapy: [
      drug('A10BA02', 'metformin, таблета 1000 mg', '1 таблета ујутру и увече уз оброк', '2016-03-01', 'E11 Шећерна болест тип 2'),
      drug('A10BK03', 'empagliflozin, таблета 10 mg', '1 таблета ујутру', '2025-10-28', 'E11 Шећерна болест тип 2'),
      drug('C09AA05', 'ramipril, таблета 5 mg', '1 таблета ујутру', '2019-01-15', 'I10 Есенцијална хипертензија'),
      drug('C10AA05', 'atorvastatin, таблета 20 mg', '1 таблета увече', '2018-11-05', 'E78.2 Мешовита хиперлипидемија'),
      drug('B01AC06', 'acetylsalicylic acid, таблета 100 mg', '1 таблета после ручка', '2020-02-02', null),
      drug('R03AC02', 'salbutamol, суспензија за инхалацију 100 микрограма', null, '2011-04-04', 'J45 Астма'),
      drug('J01CA04', 'azithromycin, таблета 500 mg', '1 таблета дневно', '2024-01-10', 'J06', 'completed', '2024-01-13'),
    ],
    results: results(),
    immunizations: immunizations(),
    timeline: timeline(events),
    institutions: institutions.slice(0, 3).map((name, at) => ({ name, lastReceivedAt: before(1 + at * 8), items: [1204, 96, 388][at] as number })),
    counts: {},
    at: now,
  }
}

export function document(id: string): DocumentView {
  return {
    id,
    title: 'Отпусна листа са епикризом',
    institution: hospital,
    author: 'др Ана Јовић',
    at: before(26),
    status: 'final',
    version: 2,
    sections: [
      { title: 'Дијагнозе', paragraphs: ['E11.6 Шећерна болест тип 2 са другим означеним компликацијама', 'I10 Есенцијална хипертензија'], tables: [] },
      {
        title: 'Епикриза',
        paragraphs: [
          'Пацијент примљен ради процене гликорегулације и увођења нове терапије. Без болова у грудима. Притисак при пријему 150/90 mmHg, пулс 76/min.',
          'Током хоспитализације уведен емпаглифлозин. Подношење добро, јутарње вредности глукозе између 6,2 и 7,8 mmol/L. Отпуштен у добром општем стању, са упутством за контролу за месец дана.',
        ],
        tables: [],
      },
      {
        title: 'Терапија на отпусту',
        paragraphs: [],
        tables: [
          [
            ['Лек', 'Доза', 'Када'],
            ['metformin', '1000 mg', '2× дневно уз оброк'],
            ['empagliflozin', '10 mg', 'ујутру'],
            ['ramipril', '5 mg', 'ујутру'],
          ],
        ],
      },
    ],
    attachments: [{ title: 'Отпусна листа, PDF', contentType: 'application/pdf', url: null }],
    source: source(hospital, before(26), 'Composition', 2),
  }
}

const look = (days: number, more: Partial<Look>): Look => ({
  id: `look-${days}`,
  at: before(days),
  atBelgrade: '',
  who: 'др Јелена Марковић',
  role: 'doctor',
  institution: clinic,
  unit: 'Служба опште медицине',
  kind: 'read',
  what: ['overview'],
  purpose: 'treatment',
  basis: 'chosen-doctor',
  reason: null,
  allowed: true,
  count: 1,
  ...more,
})

export const looks: Looks = {
  total: 64,
  next: 'older',
  looks: [
    look(0.1, { kind: 'visit', what: ['visit'], basis: 'visit by card' }),
    look(0.2, { what: ['overview', 'Composition'], count: 3 }),
    look(1, { who: 'Милан Ђорђевић', role: 'patient', institution: null, unit: null, basis: 'self', purpose: 'patient' }),
    look(2, {
      who: 'др Никола Вуковић',
      institution: hospital,
      unit: 'Одељење ендокринологије',
      basis: 'stay',
      what: ['Observation', 'MedicationRequest', 'AllergyIntolerance'],
    }),
    look(9, {
      who: 'Лабораторијски систем',
      role: null,
      institution: laboratory,
      unit: null,
      kind: 'system',
      what: ['Observation', 'DiagnosticReport'],
      basis: 'own-chart',
      count: 21,
    }),
    look(12, { who: 'др Стефан Илић', institution: hospital, unit: null, kind: 'denied', allowed: false, what: [], basis: 'no-relation' }),
    look(41, { who: 'др Никола Вуковић', institution: hospital, unit: 'Одељење ендокринологије', basis: 'stay', kind: 'write', what: ['Composition'] }),
  ],
}
export const olderLooks: Looks = { total: 64, next: null, looks: [look(70, { what: ['Immunization'] }), look(101, { kind: 'search', what: ['Patient'] })] }
