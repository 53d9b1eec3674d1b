import { toLatin } from '../../platform/text.ts'
import type { Status } from './status.ts'

export type Language = 'sr-Cyrl' | 'sr-Latn' | 'en'
export const languages: readonly Language[] = ['sr-Cyrl', 'sr-Latn', 'en']
export const languageOf = (asked: string): Language => languages.find((one) => asked.startsWith(one)) ?? (asked.startsWith('en') ? 'en' : 'sr-Cyrl')

type Words = Record<
  | 'title'
  | Status['state']
  | 'waiting'
  | 'oldest'
  | 'inRecord'
  | 'quarantined'
  | 'parked'
  | 'contact'
  | 'never'
  | 'cutSince'
  | 'why'
  | 'says'
  | 'refuses'
  | 'key'
  | 'clock'
  | 'disk'
  | 'free'
  | 'aside'
  | 'undelivered'
  | 'service'
  | 'count'
  | 'stillWaiting'
  | 'refusedNow'
  | 'since'
  | 'unframed'
  | 'port'
  | 'connections'
  | 'last'
  | 'notices'
  | 'place'
  | 'hint'
  | 'item'
  | 'message',
  string
>

const serbian: Words = {
  title: 'Веза са е-картоном',
  well: 'Све је послато и примљено.',
  working: 'Подаци се шаљу.',
  cut: 'Нема везе са центром. Наставите рад: све се чува овде и шаље се само кад се веза врати.',
  attention: 'Нешто чека на Вас: погледајте испод.',
  full: 'Диск је пун. Нове поруке се не примају док се не ослободи простор.',
  waiting: 'Чека слање',
  oldest: 'Најстарија чека (минута)',
  inRecord: 'Послато, е-картон их још није преузео',
  quarantined: 'Одбијено или неразумљиво',
  parked: 'Заустављено у центру',
  contact: 'Последњи контакт са центром',
  never: 'још није било',
  cutSince: 'Без везе од',
  why: 'Разлог',
  says: 'Центар о себи каже',
  refuses: 'Центар сада ништа не прима',
  key: 'Кључ важи још (дана)',
  clock: 'Сат овде касни (секунди)',
  disk: 'Диск',
  free: 'MB слободно',
  aside: 'Чека исправку',
  undelivered: 'Стигло, а није предато локалном систему',
  service: 'Услуга',
  count: 'Колико',
  stillWaiting: 'чека',
  refusedNow: 'одбијено',
  since: 'од',
  unframed: 'Неко шаље без оквира MLLP',
  port: 'Порт',
  connections: 'веза',
  last: 'последња',
  notices: 'Центар јавља',
  place: 'Где',
  hint: 'Шта урадити',
  item: 'Број',
  message: 'Порука',
}

const english: Words = {
  title: 'Connection to the health record',
  well: 'Everything was sent and taken.',
  working: 'Data are being sent.',
  cut: 'The centre cannot be reached. Go on working: everything is kept here and goes by itself when the line is back.',
  attention: 'Something waits for you: see below.',
  full: 'The disk is full. No new messages are taken until there is room.',
  waiting: 'Waiting to be sent',
  oldest: 'The oldest waits for (minutes)',
  inRecord: 'Sent, not yet taken by the record',
  quarantined: 'Refused or not understood',
  parked: 'Stopped at the centre',
  contact: 'Last contact with the centre',
  never: 'none yet',
  cutSince: 'Cut since',
  why: 'Reason',
  says: 'The centre says of itself',
  refuses: 'The centre takes nothing now',
  key: 'The key is valid for (days)',
  clock: 'The clock here is behind by (seconds)',
  disk: 'Disk',
  free: 'MB free',
  aside: 'Waiting to be mended',
  undelivered: 'Came, and was not handed to the local system',
  service: 'Service',
  count: 'How many',
  stillWaiting: 'waiting',
  refusedNow: 'refused',
  since: 'since',
  unframed: 'Somebody sends without the frame of MLLP',
  port: 'Port',
  connections: 'connections',
  last: 'last',
  notices: 'The centre tells',
  place: 'Where',
  hint: 'What to do',
  item: 'Number',
  message: 'Message',
}

/** Cyrillic is what is authored; Latin is made of it. */
export function wordsIn(language: Language): Words {
  if (language === 'en') return english
  if (language === 'sr-Cyrl') return serbian
  return Object.fromEntries(Object.entries(serbian).map(([name, text]) => [name, toLatin(text)])) as Words
}
