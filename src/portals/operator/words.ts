import { messages } from '../shared/message.ts'

export const portal = messages({
  name: { sr: 'Портал оператера', en: 'Operator’s portal' },
  overview: { sr: 'Магистрала', en: 'Bus' },
  members: { sr: 'Учесници', en: 'Members' },
  contracts: { sr: 'Уговори', en: 'Contracts' },
  messages: { sr: 'Поруке', en: 'Messages' },
  proposals: { sr: 'Исправке', en: 'Corrections' },
  completeness: { sr: 'Потпуност', en: 'Completeness' },
  vendors: { sr: 'Произвођачи', en: 'Vendors' },
  notOperator: { sr: 'Ове странице су за оператере магистрале и министарство.', en: 'These pages are for operators of the bus and the ministry.' },
  pause: { sr: 'Заустави освежавање', en: 'Pause refreshing' },
  resume: { sr: 'Освежавај', en: 'Refresh' },
  asOf: { sr: 'Стање у {time}', en: 'As of {time}' },
  none: { sr: '–', en: '–' },
})

export const vendors = messages({
  title: { sr: 'Произвођачи и потврде', en: 'Vendors and certificates' },
  none: { sr: 'Ниједан систем још није пријављен у пробном окружењу.', en: 'No system has signed up at the sandbox yet.' },
  system: { sr: 'Систем', en: 'System' },
  contact: { sr: 'Контакт', en: 'Contact' },
  lastRun: { sr: 'Последње извођење', en: 'Last run' },
  never: { sr: 'није извођено', en: 'not run' },
  passed: { sr: 'прошло', en: 'passed' },
  failed: { sr: 'није прошло', en: 'not passed' },
  open: { sr: 'није завршено', en: 'not ended' },
  certificates: { sr: 'Потврде', en: 'Certificates' },
  noCertificates: { sr: 'нема', en: 'none' },
  until: { sr: 'до {date}', en: 'until {date}' },
  revoke: { sr: 'Одузми', en: 'Take back' },
  revokeTitle: { sr: 'Одузимање потврде: {name}', en: 'Taking a certificate back: {name}' },
  forGood: { sr: 'Не може се вратити; разлог чита свако ко провери потврду.', en: 'This cannot be undone; whoever checks the certificate reads the reason.' },
  reason: { sr: 'Разлог', en: 'Reason' },
})

export const employersTold = messages({
  title: { sr: 'Обавештења послодавцима', en: 'Telling employers' },
  fine: { sr: 'Све стиже', en: 'Everything gets through' },
  mails: { sr: 'Адреса: {addresses}, чека вести: {waiting}.', en: 'Addresses: {addresses}, news waiting: {waiting}.' },
  employer: { sr: 'Послодавац', en: 'Employer' },
  host: { sr: 'Адреса', en: 'Address' },
  trouble: { sr: 'Сметња', en: 'Trouble' },
  failures: { sr: 'Покушаја', en: 'Attempts' },
  waiting: { sr: 'Чека', en: 'Waiting' },
  parked: { sr: 'Одустали смо; послодавац може тражити поново.', en: 'Given up; the employer can ask for it again.' },
})

export const overview = messages({
  title: { sr: 'Магистрала', en: 'The bus' },
  fine: { sr: 'Ради како треба', en: 'Works as it should' },
  degraded: { sr: 'Радимо слабије: {reason} ({figure}), од {at}', en: 'Degraded: {reason} ({figure}), since {at}' },
  alerted: {
    sr: {
      one: 'Магистрала ради, али {count} упозорење није решено',
      few: 'Магистрала ради, али {count} упозорења нису решена',
      other: 'Магистрала ради, али {count} упозорења није решено',
    },
    en: { one: 'The bus works, but {count} alert is open', other: 'The bus works, but {count} alerts are open' },
  },
  activeMembers: {
    sr: { one: 'активан учесник', few: 'активна учесника', other: 'активних учесника' },
    en: { one: 'active member', other: 'active members' },
  },
  suspendedMembers: { sr: { one: 'обустављен', few: 'обустављена', other: 'обустављених' }, en: 'suspended' },
  requests: {
    sr: { one: 'захтев за приступ', few: 'захтева за приступ', other: 'захтева за приступ' },
    en: { one: 'request to join', other: 'requests to join' },
  },
  contractsWaiting: {
    sr: { one: 'уговор чека', few: 'уговора чекају', other: 'уговора чека' },
    en: { one: 'contract waiting', other: 'contracts waiting' },
  },
  proposalsWaiting: {
    sr: { one: 'исправка чека другу особу', few: 'исправке чекају другу особу', other: 'исправки чека другу особу' },
    en: { one: 'correction waits for a second person', other: 'corrections wait for a second person' },
  },
  traffic: { sr: 'Размене у последњем сату, по минуту', en: 'Exchanges in the last hour, by minute' },
  trafficSaid: {
    sr: 'Последњи минут {last}, највише {most} у минуту; у сату {refused} одбијених и {failed} неуспелих.',
    en: 'Last minute {last}, at most {most} a minute; in the hour {refused} refused and {failed} failed.',
  },
  asTable: { sr: 'Као табела', en: 'As a table' },
  minute: { sr: 'Минут', en: 'Minute' },
  minutesAgo: { sr: 'пре {count} мин', en: '{count} min ago' },
  good: { sr: 'Прошло', en: 'Passed' },
  services: { sr: 'Услуге, последњи минут', en: 'Services, last minute' },
  noTraffic: { sr: 'У последњем минуту није било размена.', en: 'There were no exchanges in the last minute.' },
  service: { sr: 'Услуга', en: 'Service' },
  kind: { sr: 'Врста', en: 'Kind' },
  perMinute: { sr: 'У минуту', en: 'A minute' },
  refused: { sr: 'Одбијено', en: 'Refused' },
  failed: { sr: 'Неуспело', en: 'Failed' },
  p50: { sr: 'Половина до', en: 'Half within' },
  p95: { sr: '95% до', en: '95% within' },
  p99: { sr: '99% до', en: '99% within' },
  queues: { sr: 'Редови', en: 'Queues' },
  noQueues: { sr: 'Ништа не чека и ништа није издвојено.', en: 'Nothing waits and nothing is parked.' },
  member: { sr: 'Учесник', en: 'Member' },
  lane: { sr: 'Трака', en: 'Lane' },
  waiting: { sr: 'Чека', en: 'Waiting' },
  oldest: { sr: 'Најстарија', en: 'Oldest' },
  parked: { sr: 'Издвојено', en: 'Parked' },
  orMore: { sr: '{count} или више', en: '{count} or more' },
  circuits: { sr: 'Адресе које не одговарају', en: 'Addresses that do not answer' },
  noCircuits: { sr: 'Све адресе пружалаца одговарају.', en: 'All addresses of providers answer.' },
  circuitOpen: { sr: 'Прескаче се још {seconds} s', en: 'Left alone for {seconds} s more' },
  circuitFails: {
    sr: { one: '{count} неуспех заредом', few: '{count} неуспеха заредом', other: '{count} неуспеха заредом' },
    en: { one: '{count} failure in a row', other: '{count} failures in a row' },
  },
  seal: { sr: 'Печат дневника', en: 'Seal of the log' },
  sealLast: { sr: 'Последњи печат {number}, {at}, редова: {rows}', en: 'Last seal {number}, {at}, rows: {rows}' },
  sealWaits: { sr: 'Незапечаћено од {at}', en: 'Not sealed since {at}' },
  sealNone: { sr: 'Још ништа није запечаћено.', en: 'Nothing is sealed yet.' },
  stamped: { sr: 'Временски жиг до печата {number}', en: 'Time stamp up to seal {number}' },
})

/** Words for the values of the header `spona-status`. */
export const shortages = messages({
  'database-away': { sr: 'база не одговара', en: 'the database does not answer' },
  'database-slow': { sr: 'база је спора', en: 'the database is slow' },
  disk: { sr: 'понестаје места на диску', en: 'the disk is filling up' },
  'audit-slow': { sr: 'увиди се споро уписују', en: 'looks are written down slowly' },
  'queue-old': { sr: 'документи дуго чекају картон', en: 'documents wait long for the record' },
  'seal-late': { sr: 'печаћење касни', en: 'sealing is late' },
  'stamp-late': { sr: 'временски жиг касни', en: 'time stamps are late' },
})

export const alerts = messages({
  title: { sr: 'Упозорења', en: 'Alerts' },
  none: { sr: 'Нема отворених упозорења.', en: 'There are no open alerts.' },
  errors: { sr: 'услуга греши', en: 'the service fails' },
  'queue-old': { sr: 'ред дуго чека', en: 'the queue waits long' },
  parked: { sr: 'има издвојених порука', en: 'messages are parked' },
  'key-ends': { sr: 'кључ истиче', en: 'a key ends' },
  centre: { sr: 'центар ради слабије', en: 'the centre is degraded' },
  since: { sr: 'од {at}', en: 'since {at}' },
  toldMember: { sr: 'учеснику јављено {at}', en: 'the member was told {at}' },
  toldOperator: { sr: 'оператеру јављено {at}', en: 'the operator was told {at}' },
  take: { sr: 'Преузми', en: 'Take' },
  taken: { sr: 'преузима {name}', en: 'taken by {name}' },
  ended: { sr: 'престало {at}', en: 'ended {at}' },
})

export const kinds = messages({
  message: { sr: 'порука', en: 'message' },
  call: { sr: 'позив', en: 'call' },
  delivery: { sr: 'испорука', en: 'delivery' },
})

export const lanes = [
  { sr: 'клиничка', en: 'clinical' },
  { sr: 'обична', en: 'normal' },
  { sr: 'статистика', en: 'statistics' },
]

export const deliveryStates = messages({
  waiting: { sr: 'чека', en: 'waiting' },
  leased: { sr: 'код примаоца', en: 'handed out' },
  acknowledged: { sr: 'примљена', en: 'acknowledged' },
  parked: { sr: 'издвојена', en: 'parked' },
})

export const members = messages({
  noLife: { sr: 'О овом учеснику се не одлучује: део је центра.', en: 'Nobody decides on this member: it is part of the centre.' },
  noKeys: { sr: 'Нема сопствени кључ.', en: 'It has no key of its own.' },
  title: { sr: 'Учесници', en: 'Members' },
  empty: {
    sr: 'Још нико није затражио приступ. Упутство за прикључење је у опису магистрале.',
    en: 'Nobody has asked to join yet. The guide of the bus says how.',
  },
  code: { sr: 'Ознака', en: 'Code' },
  systemName: { sr: 'Назив', en: 'Name' },
  mb: { sr: 'Матични број', en: 'Registration number' },
  state: { sr: 'Стање', en: 'State' },
  keyUntil: { sr: 'Кључ важи до', en: 'Key until' },
  contact: { sr: 'Контакт', en: 'Contact' },
  institution: { sr: 'Установа', en: 'Institution' },
  proved: { sr: 'Установа доказана', en: 'Organisation proved' },
  tested: { sr: 'Самопровера', en: 'Self-test' },
  notYet: { sr: 'још није', en: 'not yet' },
  webhook: { sr: 'Адреса за испоруку', en: 'Webhook' },
  fetches: { sr: 'преузима сам', en: 'fetches by itself' },
  life: { sr: 'Кораци', en: 'Steps' },
  keys: { sr: 'Кључеви', en: 'Keys' },
  withdrawn: { sr: 'повучен {at}', en: 'withdrawn {at}' },
  until: { sr: 'до {at}', en: 'until {at}' },
  services: { sr: 'Услуге које нуди', en: 'Services it offers' },
  noServices: { sr: 'Не нуди ниједну услугу.', en: 'It offers no services.' },
  deprecated: { sr: 'напушта се од {at}', en: 'deprecated from {at}' },
  queue: { sr: 'Ред', en: 'Queue' },
  messagesOf: { sr: 'Поруке овог учесника', en: 'Messages of this member' },
  replayParked: { sr: 'Пошаљи поново издвојене', en: 'Hand out the parked again' },
  replayRange: { sr: 'Пошаљи поново за период', en: 'Hand out a stretch of time again' },
})

/** Words for the reasons that the bus itself writes on a step. */
export const stepReasons = messages({
  'self-test passed': { sr: 'самопровера је успела', en: 'self-test passed' },
  'organisation proved': { sr: 'установа је доказана', en: 'organisation proved' },
  'all keys had ended; organisation proved anew': {
    sr: 'сви кључеви су били истекли; установа је поново доказана',
    en: 'all keys had ended; organisation proved anew',
  },
})

/** Words for the purposes that our own programs name; other purposes are shown as the caller wrote them. */
export const purposes = messages({
  'health-care': { sr: 'здравствена заштита', en: 'health care' },
  treatment: { sr: 'лечење', en: 'treatment' },
  'sick leave': { sr: 'боловање', en: 'sick leave' },
  administration: { sr: 'администрација', en: 'administration' },
  exchange: { sr: 'размена', en: 'exchange' },
})

export const contracts = messages({
  title: { sr: 'Уговори', en: 'Contracts' },
  waiting: { sr: 'Чекају одлуку', en: 'Waiting for a decision' },
  all: { sr: 'Сви', en: 'All' },
  which: { sr: 'Који', en: 'Which' },
  emptyWaiting: { sr: 'Ниједан уговор не чека одлуку.', en: 'No contract waits for a decision.' },
  empty: { sr: 'Нема уговора.', en: 'There are no contracts.' },
  who: { sr: 'Ко и шта', en: 'Who and what' },
  basis: { sr: 'Сврха и основ', en: 'Purpose and basis' },
  endpoints: { sr: 'Путање', en: 'Endpoints' },
  quota: { sr: '{count} у минуту', en: '{count} a minute' },
  holdKey: { sr: 'издвојена порука задржава све са истим кључем', en: 'a parked message holds back all of its key' },
  until: { sr: 'важи до {at}', en: 'until {at}' },
  actions: { sr: 'Одлука', en: 'Decision' },
})

export const steps = messages({
  approved: { sr: 'Одобри', en: 'Approve' },
  active: { sr: 'Одобри', en: 'Approve' },
  reactivate: { sr: 'Поново укључи', en: 'Reactivate' },
  suspended: { sr: 'Обустави', en: 'Suspend' },
  refuse: { sr: 'Одбиј', en: 'Refuse' },
  revoked: { sr: 'Искључи трајно', en: 'Revoke for good' },
  end: { sr: 'Укини', en: 'End' },
  title: { sr: '{step}: {name}', en: '{step}: {name}' },
  decision: { sr: 'Број одлуке', en: 'Number of the decision' },
  reason: { sr: 'Разлог', en: 'Reason' },
  until: { sr: 'Последњи дан важења (може остати празно)', en: 'Last day (may stay empty)' },
  from: { sr: 'Од', en: 'From' },
  to: { sr: 'До', en: 'To' },
  momentWrong: { sr: 'Упишите дан и време, на пример 28.11.2026. 11:00.', en: 'Write day and time, for example 28 Nov 2026 11:00.' },
  momentHint: { sr: 'на пример 28.11.2026. 11:00, по нашем времену', en: 'for example 28 Nov 2026 11:00, Belgrade time' },
  atOnce: { sr: 'Делује одмах у свим процесима; ред се чува.', en: 'It acts at once in all processes; the queue is kept.' },
  forGood: { sr: 'Овај корак се не може вратити.', en: 'This step cannot be taken back.' },
})

export const search = messages({
  title: { sr: 'Поруке и позиви', en: 'Messages and calls' },
  number: { sr: 'Број (наш или пошиљаочев)', en: 'Number (ours or the sender’s)' },
  member: { sr: 'Учесник', en: 'Member' },
  service: { sr: 'Услуга', en: 'Service' },
  state: { sr: 'Стање', en: 'State' },
  anyState: { sr: 'свако', en: 'any' },
  from: { sr: 'Од', en: 'From' },
  to: { sr: 'До', en: 'To' },
  find: { sr: 'Тражи', en: 'Find' },
  parked: { sr: 'Издвојене', en: 'Parked' },
  empty: {
    sr: 'Ниједна порука не одговара. Проширите период: без избора је последњи дан.',
    en: 'No message fits. Widen the time: without a choice it is the last day.',
  },
  more: { sr: 'Приказано је првих {count}; сузите претрагу.', en: 'The first {count} are shown; narrow the search.' },
  received: { sr: 'Примљено', en: 'Received' },
  way: { sr: 'Од кога и куда', en: 'From and to' },
  reason: { sr: 'Разлог издвајања', en: 'Why it is parked' },
})

export const path = messages({
  title: { sr: 'Порука {id}', en: 'Message {id}' },
  facts: { sr: 'О поруци', en: 'About the message' },
  from: { sr: 'Пошиљалац', en: 'Sender' },
  to: { sr: 'Услуга', en: 'Service' },
  own: { sr: 'Број пошиљаоца', en: 'The sender’s number' },
  type: { sr: 'Врста садржаја', en: 'Content type' },
  digest: { sr: 'Отисак садржаја', en: 'Digest of the contents' },
  purpose: { sr: 'Сврха', en: 'Purpose' },
  person: { sr: 'Тиче се особе: овај увид је уписан.', en: 'It is about a person: this look is on record.' },
  way: { sr: 'Пут', en: 'Path' },
  received: { sr: 'примљена и уписана', en: 'received and on record' },
  stored: { sr: 'стављена у ред', en: 'put into the queue' },
  leased: { sr: 'предата примаоцу', en: 'handed out' },
  attempts: {
    sr: { one: '{count} покушај', few: '{count} покушаја', other: '{count} покушаја' },
    en: { one: '{count} attempt', other: '{count} attempts' },
  },
  next: { sr: 'следећи покушај', en: 'next attempt' },
  acknowledged: { sr: 'примљена и потписана', en: 'acknowledged' },
  withoutEffect: { sr: 'завршена без дејства', en: 'ended without effect' },
  parked: { sr: 'издвојена', en: 'parked' },
  answered: { sr: 'одговор {status} од {by}', en: 'answer {status} of {by}' },
  sealed: { sr: 'запечаћена печатом {number}', en: 'under seal {number}' },
  stampedAt: { sr: 'временски жиг', en: 'time stamp' },
  notSealed: { sr: 'још није запечаћена', en: 'not sealed yet' },
  outOfOrder: { sr: 'прошла мимо реда', en: 'passed out of order' },
  noBody: { sr: 'Садржај се више не чува, зато се не може послати поново.', en: 'The contents are kept no more, so it cannot be handed out again.' },
  evidence: { sr: 'Преузми доказ', en: 'Download the evidence' },
  replay: { sr: 'Пошаљи поново', en: 'Hand out again' },
  replayed: {
    sr: { one: '{count} порука поново чека.', few: '{count} поруке поново чекају.', other: '{count} порука поново чека.' },
    en: { one: '{count} message waits again.', other: '{count} messages wait again.' },
  },
  correct: { sr: 'Исправи и пошаљи', en: 'Correct and send' },
  corrects: { sr: 'Исправља поруку {message}; предложио {by}, одобрио {second}.', en: 'Corrects message {message}; proposed by {by}, approved by {second}.' },
})

export const proposals = messages({
  title: { sr: 'Исправке порука', en: 'Corrections of messages' },
  lead: {
    sr: 'Исправљена порука иде тек када је одобри друга особа; потписује је центар и она именује првобитну и обе особе.',
    en: 'A corrected message goes only when a second person approves it; the centre signs it, and it names the original and both people.',
  },
  empty: { sr: 'Ниједна исправка не чека.', en: 'No correction waits.' },
  message: { sr: 'Порука', en: 'Message' },
  for: { sr: 'За', en: 'For' },
  by: { sr: 'Предложио', en: 'Proposed by' },
  reason: { sr: 'Разлог', en: 'Reason' },
  state: { sr: 'Стање', en: 'State' },
  open: { sr: 'чека другу особу', en: 'waits for a second person' },
  approved: { sr: 'одобрена', en: 'approved' },
  refused: { sr: 'одбијена', en: 'refused' },
  show: { sr: 'Прегледај', en: 'Review' },
  before: { sr: 'Првобитни садржај', en: 'The original contents' },
  after: { sr: 'Предложени садржај', en: 'The proposed contents' },
  gone: { sr: 'Садржај није текст или се више не чува.', en: 'The contents are no text, or are kept no more.' },
  mine: { sr: 'Сопствену исправку одобрава друга особа.', en: 'Your own correction is approved by somebody else.' },
  approve: { sr: 'Одобри и пошаљи', en: 'Approve and send' },
  refuse: { sr: 'Одбиј исправку', en: 'Refuse the correction' },
  propose: { sr: 'Предложи исправку', en: 'Propose the correction' },
  body: { sr: 'Садржај', en: 'Contents' },
  sent: { sr: 'Послата порука {id}', en: 'Sent message {id}' },
  done: { sr: 'Исправка је предложена и чека другу особу.', en: 'The correction is proposed and waits for a second person.' },
})
