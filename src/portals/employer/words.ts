import { messages } from '../shared/message.ts'

export const portal = messages({
  name: { sr: 'Портал послодавца', en: 'Employer’s portal' },
  inbox: { sr: 'Пристигло', en: 'Inbox' },
  absences: { sr: 'Одсуства', en: 'Absences' },
  earnings: { sr: 'Зараде', en: 'Earnings' },
  requests: { sr: 'Захтеви', en: 'Requests' },
  objections: { sr: 'Приговори', en: 'Objections' },
  firm: { sr: 'Фирма', en: 'Firm' },
  join: { sr: 'Приступ', en: 'Joining' },
  calculator: { sr: 'Израчунај накнаду', en: 'Reckon a compensation' },
  calculatorLead: {
    sr: 'Колико боловање кошта фирму, а шта сноси Фонд. Рачуна се од уписаног; ничији подаци се не траже и ништа се не чува.',
    en: 'What a leave costs the firm, and what the Fund bears. Reckoned of what is typed; nobody’s data are looked up, nothing is stored.',
  },
  notYours: { sr: 'Ове странице су за послодавце.', en: 'These pages are for employers.' },
  choose: { sr: 'Послодавац', en: 'Employer' },
  none: {
    sr: 'Не поступате ни за једног послодавца. Региструјте га или унесите код позива.',
    en: 'You act for no employer. Register one, or enter the code of an invitation.',
  },
  through: { sr: 'преко: {agency}', en: 'through {agency}' },
})

export const inbox = messages({
  lead: {
    sr: 'За све послодавце за које поступате; што још нико није обрадио је прво.',
    en: 'For all employers that you act for; what nobody has dealt with is first.',
  },
  unread: { sr: { one: '{count} нова', few: '{count} нове', other: '{count} нових' }, en: { one: '{count} new', other: '{count} new' } },
  search: { sr: 'Име запосленог', en: 'Name of the employee' },
  onlyNew: { sr: 'Само ново', en: 'New only' },
  when: { sr: 'Стигло', en: 'Came' },
  employee: { sr: 'Запослени', en: 'Employee' },
  employer: { sr: 'Послодавац', en: 'Employer' },
  what: { sr: 'Шта', en: 'What' },
  period: { sr: 'Период', en: 'Period' },
  done: { sr: 'Обрадио', en: 'Dealt with by' },
  empty: { sr: 'Нема боловања по овом упиту.', en: 'No leaves for this question.' },
  mark: { sr: 'Обрађено (E)', en: 'Dealt with (E)' },
  xml: { sr: 'Преузми XML', en: 'Download XML' },
  csv: { sr: 'Преузми CSV', en: 'Download CSV' },
  more: { sr: 'Прикажи још', en: 'Show more' },
  all: {
    sr: { one: 'Изабери {count} приказани', few: 'Изабери сва {count} приказана', other: 'Изабери свих {count} приказаних' },
    en: { one: 'Select the {count} shown', other: 'Select all {count} shown' },
  },
  select: { sr: 'Изабери: {name}', en: 'Select {name}' },
  keys: { sr: 'J и K: следећи и претходни ред · размак: изабери · E: обрађено', en: 'J and K: next and previous row · Space: select · E: dealt with' },
  isNew: { sr: 'ново', en: 'new' },
  state: { sr: 'Стање', en: 'State' },
  allStates: { sr: 'сва', en: 'all' },
  allEmployers: { sr: { one: 'сви ({count})', other: 'сви ({count})' }, en: { one: 'all ({count})', other: 'all ({count})' } },
  keepSeen: {
    sr: 'Обрађено важи до поруке која је овде последња; следећа га поново чини новим.',
    en: 'Dealt with counts up to the last message here; the next one makes it new again.',
  },
})

export const work = messages({
  title: { sr: 'За обраду', en: 'To do' },
  lead: {
    sr: 'Захтеви у којима сте Ви на реду и дани на терет РФЗО без захтева, за све послодавце; најближи рок је први.',
    en: 'Requests whose turn is yours, and days at the Fund’s cost without a request, of all employers; the nearest last day comes first.',
  },
  byKind: { sr: 'Шта чека', en: 'What waits' },
  all: { sr: 'све', en: 'all' },
  overdue: { sr: 'рок прошао', en: 'overdue' },
  due: { sr: 'Рок', en: 'Last day' },
  what: { sr: 'Шта треба', en: 'What to do' },
  empty: { sr: 'Ништа не чека.', en: 'Nothing waits.' },
  more: { sr: 'Има их још: изаберите послодавца или врсту.', en: 'There are more: choose an employer or a kind.' },
  keys: { sr: 'J и K: следећи и претходни ред · Enter: отвори', en: 'J and K: next and previous row · Enter: open' },
})
export const workKinds = messages({
  expected: { sr: 'написати захтев', en: 'write the request' },
  draft: { sr: 'поднети нацрт', en: 'submit the draft' },
  incomplete: { sr: 'допунити', en: 'complete it' },
  paid: { sr: 'потврдити исплату', en: 'confirm the payout' },
  returning: { sr: 'вратити новац', en: 'return the money' },
})

export const kinds = messages({
  certificate: { sr: 'потврда', en: 'certificate' },
  report: { sr: 'дознака', en: 'report' },
  changed: { sr: 'промењен период', en: 'period changed' },
  closed: { sr: 'закључено', en: 'closed' },
  cancelled: { sr: 'отказано', en: 'cancelled' },
  void: { sr: 'документ више не важи', en: 'document no longer valid' },
  request: { sr: 'захтев', en: 'request' },
  objection: { sr: 'приговор', en: 'objection' },
  other: { sr: 'порука', en: 'message' },
})
export const leaveStates = messages({
  open: { sr: 'у току', en: 'open' },
  closed: { sr: 'закључена', en: 'closed' },
  cancelled: { sr: 'отказана', en: 'cancelled' },
})
export const categories = messages({
  illness: { sr: 'болест', en: 'illness' },
  care: { sr: 'нега', en: 'care' },
  child: { sr: 'нега детета', en: 'a child’s illness' },
})
export const payers = messages({ employer: { sr: 'послодавац', en: 'employer' }, fund: { sr: 'РФЗО', en: 'the Fund' } })

export const leave = messages({
  title: { sr: 'Боловање', en: 'Leave' },
  jmbg: { sr: 'ЈМБГ', en: 'JMBG' },
  showJmbg: { sr: 'Прикажи ЈМБГ', en: 'Show the JMBG' },
  hideJmbg: { sr: 'Сакриј ЈМБГ', en: 'Hide the JMBG' },
  issuer: { sr: 'Издавалац', en: 'Issuer' },
  number: { sr: 'Број', en: 'Number' },
  days: { sr: 'Дани и терет', en: 'Days and payer' },
  mark: { sr: 'Обрађено', en: 'Dealt with' },
  marked: { sr: 'Означено као обрађено.', en: 'Marked as dealt with.' },
  earnings: { sr: 'Зараде (ОЗ-7)', en: 'Earnings (OZ-7)' },
  request: { sr: 'Нови захтев', en: 'New request' },
  readShared: { sr: 'Дијагноза, ако је подељена', en: 'Diagnosis, if shared' },
  shared: { sr: 'Запослени је поделио дијагнозу: {diagnosis}', en: 'The employee shared the diagnosis: {diagnosis}' },
  sharedUntil: {
    sr: 'Запослени је поделио дијагнозу: {diagnosis}, до {until}',
    en: 'The employee shared the diagnosis: {diagnosis}, until {until}',
  },
  notShared: { sr: 'Запослени није поделио дијагнозу.', en: 'The employee has not shared the diagnosis.' },
  pay: {
    sr: { one: '{count} дан, {percent}%, {payer}', other: '{count} дана, {percent}%, {payer}' },
    en: { one: '{count} day, {percent}%, {payer}', other: '{count} days, {percent}%, {payer}' },
  },
})

export const calendar = messages({
  title: { sr: 'Одсуства', en: 'Absences' },
  month: { sr: 'Месец', en: 'Month' },
  previous: { sr: 'Месец раније', en: 'The month before' },
  next: { sr: 'Месец касније', en: 'The month after' },
  legend: {
    sr: 'Пуно: одсуство. Оквир: дани на терет РФЗО, по дознакама. Сенка: викенд и празник.',
    en: 'Solid: absence. Outline: days at the Fund’s cost, by the reports. Shade: weekends and holidays.',
  },
  bar: { sr: '{name}: од {from} до {until}', en: '{name}: from {from} to {until}' },
  empty: { sr: 'У овом месецу нема одсустава.', en: 'No absences in this month.' },
})

export const requests = messages({
  firstOnly: { sr: 'Приказано је првих 500; остало је код сваког послодавца.', en: 'The first 500 are shown; the rest is with each employer.' },
  title: { sr: 'Захтеви', en: 'Requests' },
  one: { sr: 'Захтев', en: 'Request' },
  made: { sr: 'Поднети и започети', en: 'Submitted and begun' },
  expected: { sr: 'Дани на терет РФЗО без захтева', en: 'Days at the Fund’s cost without a request' },
  noneExpected: { sr: 'Нема дана за које још треба захтев.', en: 'There are no days that still need a request.' },
  ask: { sr: 'Напиши захтев', en: 'Write the request' },
  days: { sr: 'Дана', en: 'Days' },
  all: { sr: 'сва', en: 'all' },
  lists: { sr: 'Листе обрачуна (CSV)', en: 'Lists of calculation (CSV)' },
  number: { sr: 'Број', en: 'Number' },
  kind: { sr: 'Врста', en: 'Kind' },
  state: { sr: 'Стање', en: 'State' },
  due: { sr: 'Рок', en: 'Due' },
  total: { sr: 'Износ', en: 'Sum' },
  empty: { sr: 'Нема захтева.', en: 'There are no requests.' },
  newTitle: { sr: 'Нови захтев', en: 'New request' },
  newLead: {
    sr: 'Сачувајте нацрт; затим се види шта недостаје, прилажу докази и захтев подноси.',
    en: 'Save the draft; then you see what is missing, attach evidence and submit.',
  },
  from: { sr: 'Од', en: 'From' },
  until: { sr: 'До', en: 'Until' },
  payoutDay: { sr: 'Дан исплате', en: 'Day of payout' },
  payoutHint: {
    sr: 'Зараде за тај месец; за рефундацију: накнаде запосленом.',
    en: 'Of wages for that month; for a refund: of the compensation to the employee.',
  },
  account: { sr: 'Посебан рачун', en: 'Special account' },
  accountHint: { sr: 'На који Фонд исплаћује накнаде зарада, нпр. 840-4848-37.', en: 'That the Fund pays compensation to, for example 840-4848-37.' },
  months: { sr: 'Месеци без зараде', en: 'Months without a wage' },
  monthsHint: { sr: 'Ако их има, на пример 01.2026, 02.2026.', en: 'If any, for example 01.2026, 02.2026.' },
  note: { sr: 'Напомена', en: 'Note' },
  saveDraft: { sr: 'Сачувај нацрт', en: 'Save the draft' },
  fields: { sr: 'Подаци захтева', en: 'Fields of the request' },
  missing: { sr: 'Пре подношења недостаје:', en: 'Missing before it can be submitted:' },
  complete: { sr: 'Захтев је потпун и може се поднети.', en: 'The request is complete and can be submitted.' },
  fundUntil: { sr: 'Фонд одлучује до', en: 'The Fund decides by' },
  byCalendar: { sr: 'по календару {day}', en: 'by the calendar {day}' },
  youUntil: { sr: 'Ваш рок', en: 'Your time limit' },
  answer: { sr: 'Фонд каже', en: 'The Fund says' },
  toReturn: {
    sr: 'Треба вратити {total} RSD и камату {interest} RSD до {until}.',
    en: '{total} RSD and interest of {interest} RSD are to be returned by {until}.',
  },
  submit: { sr: 'Поднеси', en: 'Submit' },
  submitLead: {
    sr: 'Захтев се запечаћује печатом центра, који није квалификован потпис, и иде Фонду.',
    en: 'The request is sealed by the centre, which is no qualified signature, and goes to the Fund.',
  },
  withdraw: { sr: 'Повуци', en: 'Withdraw' },
  why: { sr: 'Разлог', en: 'Reason' },
  confirm: { sr: 'Потврди исплату запосленом', en: 'Confirm the payout to the employee' },
  confirmLead: { sr: 'Новац Фонда је код запосленог.', en: 'The employee has the Fund’s money.' },
  confirmOn: { sr: 'Датум', en: 'Date' },
  signed: { sr: 'Поднео', en: 'Submitted by' },
  qualified: { sr: '{by}, {at}, квалификован потпис', en: '{by}, {at}, qualified signature' },
  notQualified: { sr: '{by}, {at}, није квалификован потпис', en: '{by}, {at}, no qualified signature' },
  facts: { sr: 'Подаци', en: 'Facts' },
  paidOn: { sr: 'Фонд исплатио', en: 'Paid by the Fund' },
  confirmedOn: { sr: 'Запослени примио', en: 'The employee has it' },
  steps: { sr: 'Ток', en: 'Course' },
  step: { sr: 'корак', en: 'step' },
})

export const requestKinds = messages({
  compensation: { sr: 'Накнада зараде', en: 'Compensation' },
  refund: { sr: 'Рефундација', en: 'Refund' },
})

/** The title of a single request; the words of its state agree with it in gender. */
export const requestTitles = messages({
  compensation: { sr: 'Захтев за накнаду зараде', en: 'Request for compensation' },
  refund: { sr: 'Захтев за рефундацију', en: 'Request for a refund' },
})

export const stepWords = messages({
  written: { sr: 'написан', en: 'written' },
  submitted: { sr: 'поднет', en: 'submitted' },
  returned: { sr: 'враћен на допуну', en: 'returned to be completed' },
  calculated: { sr: 'обрачунат', en: 'calculated' },
  approved: { sr: 'одлучен', en: 'decided' },
  rejected: { sr: 'одбијен', en: 'rejected' },
  paid: { sr: 'исплаћен', en: 'paid' },
  confirmed: { sr: 'исплата потврђена', en: 'payout confirmed' },
  withdrawn: { sr: 'повучен', en: 'withdrawn' },
  'return-ordered': { sr: 'наложен повраћај', en: 'return ordered' },
  'money-returned': { sr: 'новац враћен', en: 'money returned' },
  reopened: { sr: 'поново отворен', en: 'opened anew' },
})

export const calculation = messages({
  title: { sr: 'Листа обрачуна', en: 'List of calculation' },
  base: { sr: 'Основ по часу: {base} RSD', en: 'Base for an hour: {base} RSD' },
  hours: { sr: 'Часова', en: 'Hours' },
  percent: { sr: '%', en: '%' },
  gross: { sr: 'Бруто', en: 'Gross' },
  contributionsFrom: { sr: 'Доприноси из', en: 'Contributions from' },
  tax: { sr: 'Порез', en: 'Tax' },
  net: { sr: 'Нето', en: 'Net' },
  contributionsOn: { sr: 'Доприноси на', en: 'Contributions on' },
  total: { sr: 'Укупно', en: 'Total' },
  sum: { sr: 'Збир', en: 'Sum' },
})

export const evidence = messages({
  title: { sr: 'Докази', en: 'Evidence' },
  none: { sr: 'Нема приложених доказа.', en: 'No evidence is attached.' },
  kind: { sr: 'Врста доказа', en: 'Kind of evidence' },
  file: { sr: 'Приложи (PDF, слика, XML, CSV; до 5 MB)', en: 'Attach (PDF, picture, XML, CSV; up to 5 MB)' },
})
export const evidenceKinds = messages({
  'tax-return': { sr: 'Извод из ППП-ПД', en: 'Extract of PPP-PD' },
  'account-contract': { sr: 'Уговор о посебном рачуну', en: 'Contract of the special account' },
  'payment-proof': { sr: 'Доказ исплате', en: 'Proof of payment' },
  statement: { sr: 'Изјава', en: 'Statement' },
  other: { sr: 'Остало', en: 'Other' },
})

export const objections = messages({
  title: { sr: 'Приговори и провере', en: 'Objections and controls' },
  pageLead: { sr: 'Нови се пише на страници боловања или захтева.', en: 'A new one is written on the page of the leave or the request.' },
  empty: { sr: 'Нема приговора ни захтева за проверу или исправку.', en: 'There are no objections, and no requests for a control or a correction.' },
  lead: { sr: 'Надлежни одлучују; овде се види исход, не и ко је одлучио.', en: 'Those in charge decide; the outcome is seen here, not who decided.' },
  text: { sr: 'Образложење', en: 'Grounds' },
  make: { sr: 'Пошаљи', en: 'Send' },
  done: { sr: 'Послато под бројем {number}.', en: 'Sent under number {number}.' },
  withdraw: { sr: 'Повуци', en: 'Withdraw' },
  toSum: { sr: 'Приговор на износ', en: 'Object to the sum' },
})
export const objectionKinds = messages({
  assessment: { sr: 'Приговор на оцену', en: 'Object to the assessment' },
  control: { sr: 'Тражи проверу', en: 'Ask for a control' },
  correction: { sr: 'Тражи исправку', en: 'Ask for a correction' },
  calculation: { sr: 'Приговор на износ', en: 'Object to the sum' },
})
export const objectionStates = messages({
  open: { sr: 'чека одлуку', en: 'waits for the decision' },
  accepted: { sr: 'усвојен', en: 'accepted' },
  rejected: { sr: 'одбијен', en: 'rejected' },
  withdrawn: { sr: 'повучен', en: 'withdrawn' },
})

export const earnings = messages({
  title: { sr: 'Зараде (ОЗ-7)', en: 'Earnings (OZ-7)' },
  lead: {
    sr: 'Датотека за више запослених. За једног запосленог отворите његово боловање, па Зараде.',
    en: 'A file for many employees. For one employee open the leave, then Earnings.',
  },
  file: { sr: 'Датотека (CSV или XML)', en: 'File (CSV or XML)' },
  fileHint: {
    sr: 'Заглавље CSV: јмбг; месец; часови; нето; бруто; датум исплате. Најпре се само проверава.',
    en: 'Head of the CSV: jmbg; month; hours; net; gross; paid. At first it is only checked.',
  },
  schema: { sr: 'Шема XML датотеке', en: 'Schema of the XML file' },
  fine: {
    sr: 'Све је исправно. Редова: {rows}, запослених: {people}. Још ништа није сачувано.',
    en: 'Everything is right: {rows} rows, {people} employees. Nothing is stored yet.',
  },
  wrong: { sr: 'Грешака: {count}, редова у датотеци: {rows}. Ништа није сачувано.', en: '{count} mistakes in {rows} rows. Nothing is stored.' },
  stored: { sr: 'Сачувано: {stored}; већ је било исто: {unchanged}.', en: 'Stored: {stored}; the same before: {unchanged}.' },
  row: { sr: '{row}. ред', en: 'Row {row}' },
  moreRows: {
    sr: {
      one: 'Још {count} ред са грешком; прво исправите ове.',
      few: 'Још {count} реда са грешком; прво исправите ове.',
      other: 'Још {count} редова са грешком; прво исправите ове.',
    },
    en: '{count} more rows with mistakes; mend these first.',
  },
  check: { sr: 'Провери поново', en: 'Check again' },
  store: { sr: 'Сачувај све', en: 'Store all' },
  storeGood: { sr: 'Сачувај само исправне ({count})', en: 'Store only those that are right ({count})' },
  form: { sr: 'Зараде запосленог (ОЗ-7)', en: 'Earnings of the employee (OZ-7)' },
  formLead: {
    sr: 'Дванаест месеци пре боловања. Износи у динарима, са зарезом или тачком.',
    en: 'Twelve months before the leave. Amounts in dinars, with a comma or a point.',
  },
  missing: {
    sr: { one: 'Недостаје {count} месец.', few: 'Недостају {count} месеца.', other: 'Недостаје {count} месеци.' },
    en: { one: '{count} month is missing.', other: '{count} months are missing.' },
  },
  back: { sr: 'Назад на боловање', en: 'Back to the leave' },
  month: { sr: 'Месец', en: 'Month' },
  hours: { sr: 'Часови', en: 'Hours' },
  net: { sr: 'Нето', en: 'Net' },
  gross: { sr: 'Бруто', en: 'Gross' },
  paid: { sr: 'Исплаћено', en: 'Paid on' },
  save: { sr: 'Сачувај зараде', en: 'Save the earnings' },
})

export const states = messages({
  draft: { sr: 'нацрт', en: 'draft' },
  submitted: { sr: 'поднет', en: 'submitted' },
  incomplete: { sr: 'враћен на допуну', en: 'returned to be completed' },
  'in-process': { sr: 'у обради', en: 'in process' },
  proposed: { sr: 'у обради', en: 'in process' },
  calculated: { sr: 'обрачунат', en: 'calculated' },
  rejected: { sr: 'одбијен', en: 'rejected' },
  paid: { sr: 'исплаћен', en: 'paid' },
  confirmed: { sr: 'потврђен', en: 'confirmed' },
  returning: { sr: 'враћа се', en: 'to be returned' },
  returned: { sr: 'враћен новац', en: 'money returned' },
  withdrawn: { sr: 'повучен', en: 'withdrawn' },
})
