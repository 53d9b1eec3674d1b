import { toLatin } from '../../platform/text.ts'
import type { State } from '../store/items.ts'
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
  | 'message'
  | 'find'
  | 'findWhat'
  | 'foundOf'
  | 'foundNone'
  | 'state'
  | 'when'
  | 'came'
  | 'sentAt'
  | 'ended'
  | `is ${State}`,
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
  find: 'Пронађи',
  findWhat: 'Шта је било с поруком: њен број (MSH-10), име датотеке или број ставке',
  foundOf: 'Под бројем',
  foundNone: 'Овде се под тим ничега нема. Оно што је завршено чува се DAYS дана.',
  state: 'Стање',
  when: 'Када',
  came: 'стигло',
  sentAt: 'послато',
  ended: 'завршено',
  'is waiting': 'чува се овде, чека обраду',
  'is ready': 'обрађено, чека слање',
  'is sent': 'центар је примио, е-картон још није преузео',
  'is acknowledged': 'у е-картону је',
  'is quarantined': 'чека исправку',
  'is parked': 'заустављено у центру',
  'is discarded': 'одлучено је да се не шаље',
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
  find: 'Find',
  findWhat: 'What became of a message: its number (MSH-10), the name of a file, or the number of an item',
  foundOf: 'Under the number',
  foundNone: 'Nothing of this number is kept here. What has ended is kept for DAYS days.',
  state: 'State',
  when: 'When',
  came: 'came',
  sentAt: 'sent',
  ended: 'ended',
  'is waiting': 'kept here, waits to be mapped',
  'is ready': 'mapped, waits to be sent',
  'is sent': 'the centre has it, the record has not taken it yet',
  'is acknowledged': 'the record has it',
  'is quarantined': 'waits to be mended',
  'is parked': 'stopped at the centre',
  'is discarded': 'a person decided that it is not sent',
}

/** The Serbian texts are written in Cyrillic; Latin is derived from them. */
export function wordsIn(language: Language): Words {
  if (language === 'en') return english
  if (language === 'sr-Cyrl') return serbian
  return Object.fromEntries(Object.entries(serbian).map(([name, text]) => [name, toLatin(text)])) as Words
}
