import { messages } from '../../shared/message.ts'

export const waiting = messages({
  title: { sr: 'Захтеви за исправку боловања', en: 'Requests to correct a sick leave' },
  lead: { sr: 'Чекају Вашу одлуку, најближи рок прво.', en: 'They wait for your decision, the nearest deadline first.' },
  line: { sr: '{number}, послато {date}', en: '{number}, sent {date}' },
  due: { sr: 'рок', en: 'due' },
  ofColleagues: { sr: 'Захтеви за исправку код колега у служби', en: 'Requests for correction at colleagues of the unit' },
  count: {
    sr: { one: '{count} захтев чека колегу', few: '{count} захтева чекају колегу', other: '{count} захтева чека колегу' },
    en: { one: '{count} request waits for a colleague', other: '{count} requests wait for a colleague' },
  },
  takeLead: {
    sr: 'Преузмите захтев ако је колега одсутан. Док не одговорите, а најдуже 8 дана, замењујете изабраног лекара те особе и видите њен картон; особа то види међу увидима.',
    en: 'Take a request when the colleague is away. Until you answer, for 8 days at most, you stand in for the chosen doctor of that person and see their record; the person sees it among the looks.',
  },
  take: { sr: 'Преузми', en: 'Take' },
})

export const correction = messages({
  title: { sr: 'Захтев за исправку {number}', en: 'Request for correction {number}' },
  short: { sr: 'Захтев за исправку', en: 'Request for correction' },
  gone: {
    sr: 'Овај захтев Вас више не чека: решен је или повучен.',
    en: 'This request no longer waits for you: it was decided on or withdrawn.',
  },
  home: { sr: 'На почетну страну', en: 'To the first page' },
  asked: { sr: 'Шта се тражи', en: 'What is asked' },
  about: { sr: 'Осигураник', en: 'Insured person' },
  askedBy: { sr: 'Тражи', en: 'Asked by' },
  person: { sr: 'осигураник', en: 'the insured person' },
  employer: { sr: 'послодавац ({name})', en: 'the employer ({name})' },
  fund: { sr: 'Фонд', en: 'the Fund' },
  sent: { sr: 'Послато', en: 'Sent' },
  due: { sr: 'Рок за одговор', en: 'To be answered by' },
  leave: { sr: 'Боловање на које се односи', en: 'The leave in question' },
  others: { sr: 'Сва боловања ове особе (закључење, поништење, дознаке)', en: 'All leaves of this person (closing, cancellation, reports)' },
  mend: { sr: 'Исправка', en: 'Correction' },
  mendLead: {
    sr: 'Измените шта није тачно. Досадашњи папири постају неважећи, потврда се издаје поново послодавцима по регистру осигурања, а дознаке издајете Ви поново. Исправка само дијагнозе или дужег рока не мења папире.',
    en: 'Change what is wrong. The papers so far become void, the certificate is issued anew to the employers by the register of insurance, and you give the reports again. A correction of the diagnosis or the longer limit alone changes no paper.',
  },
  changed: {
    sr: 'Боловање је мењано после овог захтева. Ако је то тражена исправка, прихватите захтев.',
    en: 'The leave was changed after this request. If that is the correction asked for, accept the request.',
  },
  withCommission: {
    sr: 'Боловање је код комисије, па се исправља тек после њене одлуке. Захтев дотле чека, или га одбијте.',
    en: 'The commission has the leave, so it is corrected only after its decision. The request waits until then, or refuse it.',
  },
  cancelled: { sr: 'Боловање је поништено: нема шта да се исправи.', en: 'The leave is cancelled: there is nothing to correct.' },
  missing: { sr: 'Ово боловање више није међу боловањима ове особе.', en: 'This leave is no longer among the leaves of this person.' },
  why: { sr: 'Образложење', en: 'Explanation' },
  whyHint: {
    sr: 'Чита га осигураник, највише 200 знакова. Послодавац види само да је захтев усвојен.',
    en: 'The insured person reads it, 200 characters at most. An employer sees only that the request was accepted.',
  },
  pregnancy: { sr: 'трудноћа', en: 'pregnancy' },
  correctAndAccept: { sr: 'Исправи и прихвати захтев', en: 'Correct and accept the request' },
  accept: { sr: 'Прихвати захтев', en: 'Accept the request' },
  refuse: { sr: 'Одбиј захтев', en: 'Refuse the request' },
  refuseTitle: { sr: 'Одбијање захтева {number}', en: 'Refusing the request {number}' },
  refuseLead: {
    sr: 'Боловање остаје како јесте. Осигураник чита разлог уз свој захтев; послодавац види само да је захтев одбијен.',
    en: 'The leave stays as it is. The insured person reads the reason beside the request; an employer sees only that it was refused.',
  },
  reason: { sr: 'Разлог', en: 'Reason' },
  accepted: {
    sr: 'Захтев {number} је усвојен, а боловање исправљено. Онај ко је тражио види исход уз свој захтев.',
    en: 'Request {number} was accepted and the leave corrected. Whoever asked sees the outcome beside the request.',
  },
  refused: {
    sr: 'Захтев {number} је одбијен. Онај ко је тражио види исход уз свој захтев.',
    en: 'Request {number} was refused. Whoever asked sees the outcome beside the request.',
  },
  next: { sr: 'Следећи захтев: {name}', en: 'Next request: {name}' },
})
