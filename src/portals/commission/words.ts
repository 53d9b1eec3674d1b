import { messages } from '../shared/message.ts'

export const portal = messages({
  name: { sr: 'Лекарска комисија', en: 'Medical commission' },
  agenda: { sr: 'Дневни ред', en: 'Agenda' },
  notYours: { sr: 'Ове странице су за чланове лекарских комисија.', en: 'These pages are for members of the medical commissions.' },
})

export const degrees = [
  { sr: 'Првостепена комисија', en: 'First-degree commission' },
  { sr: 'Другостепена комисија', en: 'Second-degree commission' },
]

export const kinds = messages({
  proposal: { sr: 'предлог лекара', en: 'doctor’s proposal' },
  assessment: { sr: 'приговор на оцену', en: 'objection to the assessment' },
  control: { sr: 'контрола оправданости', en: 'control' },
})

export const agenda = messages({
  title: { sr: 'Случајеви, најхитнији први', en: 'Cases, most urgent first' },
  empty: { sr: 'Ништа не чека одлуку.', en: 'Nothing waits for a decision.' },
  due: { sr: 'Рок', en: 'Due' },
  overdue: { sr: 'преко рока', en: 'overdue' },
  person: { sr: 'Осигураник', en: 'Insured person' },
  kind: { sr: 'Врста', en: 'Kind' },
  since: { sr: 'Чека од', en: 'Waits since' },
  proposed: { sr: 'Предложено до', en: 'Proposed until' },
  session: { sr: 'Седница', en: 'Session' },
  schedule: { sr: 'Закажи', en: 'Schedule' },
  scheduleFor: { sr: 'Закажи седницу: {name}', en: 'Schedule a session: {name}' },
  day: { sr: 'Дан седнице', en: 'Day of the session' },
  none: { sr: 'није заказано', en: 'not scheduled' },
})

export const file = messages({
  title: { sr: 'Предмет', en: 'File' },
  born: { sr: 'датум рођења {at}', en: 'born {at}' },
  toDecide: { sr: 'О чему се одлучује', en: 'What is to be decided' },
  proposal: { sr: 'Лекар предлаже до {at}.', en: 'The doctor proposes until {at}.' },
  objection: { sr: '{kind}, {number}, рок {due}', en: '{kind}, {number}, due {due}' },
  byEmployer: { sr: 'подноси послодавац', en: 'made by the employer' },
  byPerson: { sr: 'подноси осигураник', en: 'made by the insured person' },
  byFund: { sr: 'тражи Фонд', en: 'asked by the Fund' },
  leaves: { sr: 'Боловања', en: 'Leaves' },
  steps: { sr: 'Кораци овог боловања', en: 'Steps of this leave' },
  decide: { sr: 'Одлучи о предлогу', en: 'Decide on the proposal' },
  accept: { sr: 'Усвоји', en: 'Accept' },
  reject: { sr: 'Одбиј', en: 'Reject' },
  decision: { sr: 'Одлука', en: 'Decision' },
  until: { sr: 'До дана', en: 'Until' },
  number: { sr: 'Број одлуке', en: 'Number of the decision' },
  finding: { sr: 'Налаз и мишљење (запечаћено)', en: 'Finding and opinion (sealed)' },
  why: { sr: 'Образложење подносиоцу', en: 'Reasons for who asked' },
  ends: { sr: 'Тог дана боловање', en: 'On that day the leave' },
  endsYes: { sr: 'се закључује', en: 'ends' },
  endsNo: { sr: 'траје даље, до тог дана', en: 'goes on, until that day' },
  done: {
    sr: 'Одлука је уписана: {status}, до {until}. Послодавац добија само период.',
    en: 'The decision is entered: {status}, until {until}. The employer gets the period only.',
  },
  back: { sr: 'Назад на дневни ред', en: 'Back to the agenda' },
  sealed: {
    sr: 'Налаз виде лекар, комисија и осигураник. Послодавац не види ни да је комисија одлучивала.',
    en: 'Doctor, commission and insured person see the finding. The employer does not even see that the commission decided.',
  },
})

export const decisions = [
  { value: 'approved', label: { sr: 'одобрава се како је предложено', en: 'approved as proposed' } },
  { value: 'shortened', label: { sr: 'одобрава се краће', en: 'approved, shorter' } },
  { value: 'rejected', label: { sr: 'не одобрава се', en: 'rejected' } },
  { value: 'assessment', label: { sr: 'упућује се на оцену радне способности', en: 'sent to the disability assessment' } },
] as const
