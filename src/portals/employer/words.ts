import { messages } from '../shared/message.ts'

export const portal = messages({
  name: { sr: 'Портал послодавца', en: 'Employer’s portal' },
  inbox: { sr: 'Пристигло', en: 'Inbox' },
  absences: { sr: 'Одсуства', en: 'Absences' },
  requests: { sr: 'Захтеви', en: 'Requests' },
  firm: { sr: 'Фирма', en: 'Firm' },
  join: { sr: 'Приступ', en: 'Joining' },
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
  select: { sr: 'Изабери: {name}', en: 'Select {name}' },
  keys: { sr: 'J и K: следећи и претходни ред · размак: изабери · E: обрађено', en: 'J and K: next and previous row · Space: select · E: dealt with' },
  isNew: { sr: 'ново', en: 'new' },
})

export const kinds = messages({
  certificate: { sr: 'потврда', en: 'certificate' },
  report: { sr: 'дознака', en: 'report' },
  changed: { sr: 'промењен период', en: 'period changed' },
  closed: { sr: 'закључено', en: 'closed' },
  cancelled: { sr: 'отказано', en: 'cancelled' },
  void: { sr: 'документ више не важи', en: 'document no longer valid' },
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
  issuer: { sr: 'Издавалац', en: 'Issuer' },
  number: { sr: 'Број', en: 'Number' },
  days: { sr: 'Дани и терет', en: 'Days and payer' },
  pay: { sr: '{days} дана, {percent} %, {payer}', en: '{days} days, {percent}%, {payer}' },
})

export const calendar = messages({
  title: { sr: 'Одсуства', en: 'Absences' },
  month: { sr: 'Месец', en: 'Month' },
  legend: { sr: 'Пуно: одсуство. Оквир: дани на терет РФЗО, по дознакама.', en: 'Solid: absence. Outline: days at the Fund’s cost, by the reports.' },
  bar: { sr: '{name}: од {from} до {until}', en: '{name}: from {from} to {until}' },
  empty: { sr: 'У овом месецу нема одсустава.', en: 'No absences in this month.' },
})

export const requests = messages({
  title: { sr: 'Захтеви', en: 'Requests' },
  number: { sr: 'Број', en: 'Number' },
  state: { sr: 'Стање', en: 'State' },
  due: { sr: 'Рок', en: 'Due' },
  empty: { sr: 'Нема захтева.', en: 'There are no requests.' },
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

export const firm = messages({
  members: { sr: 'Корисници', en: 'Users' },
  name: { sr: 'Име', en: 'Name' },
  role: { sr: 'Улога', en: 'Role' },
  until: { sr: 'Од – до', en: 'From – until' },
  end: { sr: 'Укини', en: 'End' },
  endOf: { sr: 'Укини: {name}', en: 'End {name}' },
  invite: { sr: 'Позови корисника', en: 'Invite a user' },
  note: { sr: 'За кога', en: 'For whom' },
  code: { sr: 'Код позива, приказан само сада: {code}', en: 'Code of the invitation, shown this once: {code}' },
  channels: { sr: 'Обавештења', en: 'Notifications' },
  addWebhook: { sr: 'Додај веб-адресу', en: 'Add a webhook' },
  addEmail: { sr: 'Додај е-пошту', en: 'Add an e-mail address' },
  address: { sr: 'Адреса', en: 'Address' },
  waiting: { sr: 'Чека', en: 'Waiting' },
  trouble: { sr: 'Сметња', en: 'Trouble' },
  confirm: { sr: 'Потврди кодом', en: 'Confirm by code' },
  enterCode: { sr: 'Код', en: 'Code' },
  replay: { sr: 'Пошаљи поново све', en: 'Send everything again' },
  mandates: { sr: 'Пуномоћја', en: 'Mandates' },
  giveMandate: { sr: 'Дај пуномоћје агенцији', en: 'Give an agency a mandate' },
  agency: { sr: 'ПИБ агенције', en: 'Tax number of the agency' },
  number: { sr: 'Број пуномоћја', en: 'Number of the mandate' },
  accept: { sr: 'Прихвати', en: 'Accept' },
  waits: { sr: 'чека клијента', en: 'waits for the client' },
  file: { sr: 'Учитај датотеку пуномоћја (CSV)', en: 'Load a file of mandates (CSV)' },
  fileHint: { sr: 'Наслови: пиб;број;улога;до', en: 'Headings: pib;number;role;until' },
  stored: {
    sr: 'Уписано: {active} на снази, {waiting} чека клијента, {known} већ постоји.',
    en: 'Stored: {active} in force, {waiting} wait for the client, {known} known already.',
  },
  notStored: { sr: 'Ништа није уписано. Исправите редове:', en: 'Nothing was stored. Mend these lines:' },
  line: { sr: '{line}. ред: {what}', en: 'Line {line}: {what}' },
  systems: { sr: 'Програми за плате', en: 'Payroll systems' },
  addSystem: { sr: 'Пусти програм', en: 'Let a system in' },
  key: { sr: 'Приватни кључ, приказан само сада: сачувајте га.', en: 'Private key, shown this once: keep it.' },
  none: { sr: 'Нема.', en: 'None.' },
  admin: { sr: 'Ово уређује администратор послодавца.', en: 'An administrator of the employer arranges this.' },
})

export const roles = messages({
  administrator: { sr: 'администратор', en: 'administrator' },
  operator: { sr: 'оператер', en: 'operator' },
  viewer: { sr: 'преглед', en: 'viewer' },
  signer: { sr: 'потписник', en: 'signer' },
})

export const join = messages({
  title: { sr: 'Приступ', en: 'Joining' },
  code: { sr: 'Унеси код позива', en: 'Enter the code of an invitation' },
  register: { sr: 'Региструј', en: 'Register' },
  lead: { sr: 'Правна лица и органи чији сте заступник по регистрима', en: 'Legal entities and bodies that the registers name you for' },
  nobody: { sr: 'Ниједан регистар Вас не наводи као заступника.', en: 'No register names you as representative.' },
  registered: { sr: 'регистрован', en: 'registered' },
})
