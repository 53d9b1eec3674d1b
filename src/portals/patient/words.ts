import { messages } from '../shared/message.ts'

export const portal = messages({
  name: { sr: 'Мој картон', en: 'My record' },
  home: { sr: 'Почетна', en: 'Start' },
  record: { sr: 'Мој картон', en: 'My record' },
  childRecord: { sr: 'Картон', en: 'Record' },
  leaves: { sr: 'Боловања', en: 'Sick leaves' },
  looks: { sr: 'Ко је гледао', en: 'Who looked' },
  nav: { sr: 'Главни делови', en: 'Main parts' },
  whose: { sr: 'Чији картон', en: 'Whose record' },
  mine: { sr: 'Мој', en: 'Mine' },
  noRecord: { sr: 'Уз Ваш налог није везан ниједан картон.', en: 'No record belongs to your account.' },
  toDoctor: { sr: 'Отвори портал лекара', en: 'Open the doctor’s portal' },
  forChild: { sr: 'Картон: {name}. Гледате га као заступник.', en: 'Record of {name}. You see it as representative.' },
})

export const visits = messages({
  title: { sr: 'Моје посете', en: 'My visits' },
  titleOf: { sr: 'Посете', en: 'Visits' },
  lead: {
    sr: 'Посете у последњих 60 дана, и да ли је извештај стигао у картон. Установа га шаље за 24 сата од завршетка.',
    en: 'Visits of the last 60 days, and whether the report has come into the record. The institution sends it within 24 hours of the end.',
  },
  none: { sr: 'У последњих 60 дана нема посета.', en: 'There are no visits in the last 60 days.' },
  booking: { sr: 'Заказан термин', en: 'Booking' },
  visit: { sr: 'Преглед', en: 'Visit' },
  stay: { sr: 'Болнички боравак', en: 'Hospital stay' },
  received: { sr: 'Извештај је стигао {at}.', en: 'The report came on {at}.' },
  'received-late': { sr: 'Извештај је стигао са закашњењем, {at}.', en: 'The report came late, on {at}.' },
  awaited: { sr: 'Извештај се чека до {due}.', en: 'The report is expected by {due}.' },
  missing: { sr: 'Извештај касни: требало је да стигне до {due}.', en: 'The report is late: it should have come by {due}.' },
  missingWhat: {
    sr: 'Установа је на то подсећана. Ако Вам извештај треба, обратите се њој.',
    en: 'The institution is being reminded. If you need the report, ask the institution.',
  },
  link: { sr: 'Посете и извештаји о њима', en: 'Visits and their reports' },
})

export const home = messages({
  title: { sr: 'Добар дан', en: 'Hello' },
  news: { sr: 'Ново', en: 'New' },
  noNews: { sr: 'У последњих 90 дана нема ништа ново.', en: 'Nothing new in the last 90 days.' },
  newResults: { sr: 'Нов налаз', en: 'New result' },
  showValues: {
    sr: { one: 'Прикажи {count} вредност', few: 'Прикажи {count} вредности', other: 'Прикажи {count} вредности' },
    en: { one: 'Show {count} value', other: 'Show {count} values' },
  },
  hideValues: { sr: 'Сакриј вредности', en: 'Hide the values' },
  looks: { sr: 'Ко је гледао мој картон', en: 'Who looked at my record' },
  looksMonth: {
    sr: { one: 'Овај месец: {count} увид других.', few: 'Овај месец: {count} увида других.', other: 'Овај месец: {count} увида других.' },
    en: { one: 'This month: {count} look by others.', other: 'This month: {count} looks by others.' },
  },
  noLooks: { sr: 'Овај месец нико други није гледао Ваш картон.', en: 'Nobody else looked at your record this month.' },
  allLooks: { sr: 'Сви увиди', en: 'All looks' },
  short: { sr: 'Укратко', en: 'In short' },
  wholeRecord: { sr: 'Цео картон', en: 'The whole record' },
  doctor: { sr: 'Изабрани лекар', en: 'Chosen doctor' },
  insurance: { sr: 'Осигурање', en: 'Insurance' },
  insuredUntil: { sr: 'важи до {date}', en: 'valid until {date}' },
  insured: { sr: 'важи', en: 'valid' },
  uninsured: { sr: 'не важи', en: 'not valid' },
})

export const record = messages({
  title: { sr: 'Мој картон', en: 'My record' },
  titleOf: { sr: 'Картон: {name}', en: 'Record: {name}' },
  contents: { sr: 'Садржај', en: 'Contents' },
  therapy: { sr: 'Терапија', en: 'Medicines' },
  noTherapy: { sr: 'Нема лекова који се сада узимају.', en: 'No medicines at present.' },
  earlier: {
    sr: { one: 'Ранији лек ({count})', few: 'Ранији лекови ({count})', other: 'Ранији лекови ({count})' },
    en: { one: 'Earlier medicine ({count})', other: 'Earlier medicines ({count})' },
  },
  noDose: { sr: 'доза није наведена', en: 'dose not given' },
  since: { sr: 'од {date}', en: 'since {date}' },
  period: { sr: 'од {from} до {until}', en: 'from {from} to {until}' },
  because: { sr: 'Због: {reason}', en: 'For: {reason}' },
  allergies: { sr: 'Алергије', en: 'Allergies' },
  noneKnown: { sr: 'Лекар је потврдио да нема познатих алергија.', en: 'A doctor confirmed that there are no known allergies.' },
  noneKnownOn: { sr: 'Лекар је {date} потврдио да нема познатих алергија.', en: 'On {date} a doctor confirmed that there are no known allergies.' },
  notRecorded: {
    sr: 'Алергије нису евидентиране. Ако имате алергију, кажите свом лекару.',
    en: 'No allergies are recorded. If you have one, tell your doctor.',
  },
  dangerous: { sr: 'може бити опасна по живот', en: 'can be life-threatening' },
  diagnoses: { sr: 'Дијагнозе', en: 'Diagnoses' },
  noDiagnoses: { sr: 'Нема активних дијагноза.', en: 'No active diagnoses.' },
  ended: {
    sr: { one: 'Завршена ({count})', few: 'Завршене ({count})', other: 'Завршене ({count})' },
    en: { one: 'Ended ({count})', other: 'Ended ({count})' },
  },
  results: { sr: 'Налази', en: 'Results' },
  noResults: { sr: 'Нема лабораторијских налаза.', en: 'No laboratory results.' },
  resultsNote: {
    sr: 'Опсег је дала лабораторија. Вредност ван опсега сама не значи болест: шта значи за Вас, каже лекар.',
    en: 'The range comes from the laboratory. A value outside it is not an illness by itself: your doctor says what it means for you.',
  },
  before: { sr: { one: 'Раније ({count})', few: 'Раније ({count})', other: 'Раније ({count})' }, en: { one: 'Earlier ({count})', other: 'Earlier ({count})' } },
  what: { sr: 'Шта је ово?', en: 'What is this?' },
  vaccines: { sr: 'Вакцине', en: 'Vaccines' },
  noVaccines: { sr: 'Вакцине нису евидентиране.', en: 'No vaccines recorded.' },
  dose: { sr: '{dose}. доза', en: 'dose {dose}' },
  notDone: { sr: 'није дата', en: 'not given' },
  visits: { sr: 'Посете и лечења', en: 'Visits and treatment' },
  noVisits: { sr: 'Нема посета.', en: 'No visits.' },
  documents: { sr: 'Документи', en: 'Documents' },
  noDocuments: { sr: 'Нема докумената.', en: 'No documents.' },
  more: {
    sr: { one: 'Прикажи још {count}', few: 'Прикажи још {count}', other: 'Прикажи још {count}' },
    en: { one: 'Show {count} more', other: 'Show {count} more' },
  },
  personal: { sr: 'Подаци о мени', en: 'About me' },
  born: { sr: 'Датум рођења', en: 'Birth date' },
  lzb: { sr: 'Лични здравствени број (ЛЗБ)', en: 'Personal health number (LZB)' },
  place: { sr: 'Место', en: 'Place' },
  missing: { sr: 'Шта овде још није', en: 'What is not here yet' },
  missingNote: {
    sr: 'Овде је оно што су установе послале. Ако нешто недостаје, питајте установу у којој је настало.',
    en: 'Here is what institutions have sent. If something is missing, ask the institution where it was made.',
  },
  lastReceived: { sr: '{institution}: последње стигло {date}', en: '{institution}: last received {date}' },
  loading: { sr: 'Учитавам картон…', en: 'Loading the record…' },
  back: { sr: 'Назад на картон', en: 'Back to the record' },
  until: { sr: 'до {date}', en: 'until {date}' },
  version: { sr: 'верзија {version}', en: 'version {version}' },
})

export const line = messages({
  below: { sr: 'испод опсега {range}', en: 'below the range {range}' },
  above: { sr: 'изнад опсега {range}', en: 'above the range {range}' },
  inside: { sr: 'у опсегу {range}', en: 'within the range {range}' },
  low: { sr: 'ниско', en: 'low' },
  usual: { sr: 'опсег', en: 'range' },
  high: { sr: 'високо', en: 'high' },
})

export const looks = messages({
  title: { sr: 'Ко је гледао мој картон', en: 'Who looked at my record' },
  lead: {
    sr: 'Сваки увид је забележен: ко, кад, у којој установи, по ком основу и шта је отворено.',
    en: 'Every look is recorded: who, when, in which institution, on what basis and what was opened.',
  },
  total: {
    sr: { one: 'Укупно {count} забележен приступ.', few: 'Укупно {count} забележена приступа.', other: 'Укупно {count} забележених приступа.' },
    en: { one: '{count} recorded access in all.', other: '{count} recorded accesses in all.' },
  },
  show: { sr: 'Прикажи', en: 'Show' },
  all: { sr: 'Све', en: 'All' },
  people: { sr: 'Здравствени радници', en: 'Health workers' },
  denied: { sr: 'Одбијено', en: 'Refused' },
  own: { sr: 'Моји увиди', en: 'My own' },
  systems: { sr: 'Послови система', en: 'Work of systems' },
  institution: { sr: 'Установа', en: 'Institution' },
  allInstitutions: { sr: 'све', en: 'all' },
  month: { sr: { one: '{count} увид', few: '{count} увида', other: '{count} увида' }, en: { one: '{count} look', other: '{count} looks' } },
  none: { sr: 'Нема увида за овај избор.', en: 'No looks for this choice.' },
  noneAtAll: { sr: 'Још нико није гледао Ваш картон.', en: 'Nobody has looked at your record yet.' },
  older: { sr: 'Прикажи старије', en: 'Show older ones' },
  read: { sr: 'Увид', en: 'Viewed' },
  search: { sr: 'Претрага', en: 'Search' },
  write: { sr: 'Упис', en: 'Entry' },
  refused: { sr: 'Одбијен покушај', en: 'Refused attempt' },
  visit: { sr: 'Отворена посета', en: 'Visit opened' },
  system: { sr: 'Посао система', en: 'Work of a system' },
  at: { sr: 'у {time}', en: 'at {time}' },
  you: { sr: 'Ви', en: 'You' },
  basis: { sr: 'Основ: {basis}.', en: 'Basis: {basis}.' },
  reason: { sr: 'Разлог: {reason}.', en: 'Reason: {reason}.' },
  opened: { sr: 'Отворено: {what}.', en: 'Opened: {what}.' },
  written: { sr: 'Уписано: {what}.', en: 'Written: {what}.' },
  times: {
    sr: { one: '{count} пут тог дана', few: '{count} пута тог дана', other: '{count} пута тог дана' },
    en: { one: '{count} time that day', other: '{count} times that day' },
  },
  nothingOpened: { sr: 'Ништа није отворено.', en: 'Nothing was opened.' },
  unknownQuestion: { sr: 'Не познајете неки увид?', en: 'A look you do not recognise?' },
  unknownAnswer: {
    sr: 'Обратите се лицу за заштиту података установе која је наведена уз увид. Наведите датум и време увида. Установа мора да одговори у року од 30 дана. Можете се обратити и Поверенику за информације од јавног значаја и заштиту података о личности.',
    en: 'Write to the data protection officer of the institution named with the look. Give its date and time. The institution must answer within 30 days. You may also turn to the Commissioner for Information of Public Importance and Personal Data Protection.',
  },
})

/** What was opened when it is not a kind of entry but a page or a list. */
export const lookThings = messages({
  day: { sr: 'име у списку пацијената за тај дан', en: 'the name in the list of that day’s patients' },
  finder: { sr: 'име у резултату претраге', en: 'the name in a search result' },
  looks: { sr: 'овај преглед увида', en: 'this list of looks' },
  visit: { sr: 'посета', en: 'visit' },
  'sick-leave': { sr: 'боловање', en: 'sick leave' },
  'sick-leave-diagnosis': { sr: 'дијагноза коју сте поделили', en: 'the diagnosis you shared' },
  'number lzb': { sr: 'лични здравствени број', en: 'personal health number' },
  'number jmbg': { sr: 'ЈМБГ', en: 'personal number (JMBG)' },
  'number lbo': { sr: 'лични број осигураника', en: 'insurance number (LBO)' },
  'number ebs': { sr: 'евиденцијски број странца', en: 'foreigner’s number (EBS)' },
})

/** The basis of a look in words for the person whose record it is. */
export const lookBases = messages({
  'chosen-doctor': { sr: 'изабрани лекар', en: 'your chosen doctor' },
  visit: { sr: 'отворена посета', en: 'open visit' },
  stay: { sr: 'болничко лечење', en: 'hospital stay' },
  substitute: { sr: 'замена изабраног лекара', en: 'stands in for your chosen doctor' },
  referral: { sr: 'упут', en: 'referral' },
  guardian: { sr: 'заступник', en: 'representative' },
  self: { sr: 'свој картон', en: 'own record' },
  'own-submissions': { sr: 'подаци које је та установа сама послала', en: 'what that institution itself sent' },
  emergency: { sr: 'хитан приступ', en: 'emergency access' },
  'visit by card': { sr: 'посета отворена Вашом картицом', en: 'visit opened with your card' },
  'visit by number': { sr: 'посета отворена Вашим бројем и датумом рођења', en: 'visit opened with your number and birth date' },
  'visit by encounter': { sr: 'посета потврђена у систему установе', en: 'visit confirmed in the institution’s system' },
  'own-chart': { sr: 'картон који та установа води', en: 'the chart that institution keeps' },
  'masked line': { sr: 'претрага без увида у картон', en: 'a search without opening the record' },
  'data-officer': { sr: 'надзор лица за заштиту података', en: 'oversight by the data protection officer' },
  operator: { sr: 'одржавање система', en: 'upkeep of the system' },
  'other-institution': { sr: 'картон друге установе', en: 'another institution’s chart' },
  'no-relation': { sr: 'нема односа лечења', en: 'no treatment relation' },
  employer: { sr: 'Ваш послодавац', en: 'your employer' },
  commission: { sr: 'лекарска комисија', en: 'medical commission' },
  consent: { sr: 'Ваша сагласност', en: 'your consent' },
})

export const roleWords = messages({
  doctor: { sr: 'лекар', en: 'doctor' },
  nurse: { sr: 'сестра или техничар', en: 'nurse' },
  laboratory: { sr: 'лабораторија', en: 'laboratory' },
  patient: { sr: 'пацијент', en: 'patient' },
  operator: { sr: 'оператер', en: 'operator' },
  fund: { sr: 'РФЗО', en: 'health insurance fund' },
  commission: { sr: 'лекарска комисија', en: 'medical commission' },
  employer: { sr: 'послодавац', en: 'employer' },
  'data-officer': { sr: 'лице за заштиту података', en: 'data protection officer' },
})

export const leaves = messages({
  title: { sr: 'Моја боловања', en: 'My sick leaves' },
  lead: {
    sr: 'Ко одлучује, ко плаћа и који су документи издати. Послодавац не види дијагнозу.',
    en: 'Who decides, who pays and which documents were issued. Your employer does not see the diagnosis.',
  },
  none: { sr: 'Нема евидентираних боловања.', en: 'No leave is recorded.' },
})

export const sharing = messages({
  isShared: { sr: '{employer} може да види дијагнозу.', en: '{employer} may see the diagnosis.' },
  isSharedUntil: { sr: '{employer} може да види дијагнозу до {until}', en: '{employer} may see the diagnosis until {until}' },
  ended: {
    sr: 'Сагласност је истекла {until}: {employer} више не види дијагнозу.',
    en: 'The consent ended on {until}: {employer} sees the diagnosis no more.',
  },
  lead: {
    sr: 'Послодавац ће видети шифру дијагнозе овог боловања, и ништа више. Сагласност можете опозвати у сваком тренутку; престаје и ако се потврда поништи.',
    en: 'The employer will see the code of the diagnosis of this leave, and nothing else. You can take the consent back at any time; it also ends when the certificate is made void.',
  },
  confirm: { sr: 'Покажи дијагнозу', en: 'Show the diagnosis' },
  until: { sr: 'Последњи дан сагласности', en: 'Last day of the consent' },
  untilHint: { sr: 'Највише годину дана унапред. Празно: док је не опозовете.', en: 'At most a year ahead. Empty: until you take it back.' },
  isNotShared: { sr: '{employer} не види дијагнозу.', en: '{employer} does not see the diagnosis.' },
  share: { sr: 'Покажи дијагнозу: {employer}', en: 'Show the diagnosis to {employer}' },
  takeBack: { sr: 'Опозови: {employer}', en: 'Take it back from {employer}' },
})
