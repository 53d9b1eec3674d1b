import { messages } from './message.ts'

/** Words that several portals use. Serbian is written in Cyrillic and Latin is derived from it, so write no Latin by hand. */
export const shell = messages({
  name: { sr: 'Спона', en: 'Spona' },
  skip: { sr: 'Пређи на садржај', en: 'Skip to content' },
  language: { sr: 'Језик и писмо', en: 'Language and script' },
  settings: { sr: 'Подешавања', en: 'Settings' },
  theme: { sr: 'Изглед', en: 'Appearance' },
  themeAuto: { sr: 'Као систем', en: 'As the system' },
  themeLight: { sr: 'Светао', en: 'Light' },
  themeDark: { sr: 'Таман', en: 'Dark' },
  density: { sr: 'Густина', en: 'Density' },
  densityCompact: { sr: 'Збијена', en: 'Compact' },
  densityNormal: { sr: 'Обична', en: 'Normal' },
  densityTouch: { sr: 'За додир', en: 'For touch' },
  keys: { sr: 'Пречице једним тастером', en: 'Single-key shortcuts' },
  signOut: { sr: 'Одјави се', en: 'Sign out' },
  demo: { sr: 'Показни систем, све особе су измишљене', en: 'Demonstration system, all people are invented' },
  close: { sr: 'Затвори', en: 'Close' },
  cancel: { sr: 'Одустани', en: 'Cancel' },
  retry: { sr: 'Покушај поново', en: 'Try again' },
  notFound: { sr: 'Ове странице нема', en: 'There is no such page' },
  home: { sr: 'Иди на почетну', en: 'Go to the start page' },
  stale: { sr: 'Подаци су стари {seconds} s: нове нисмо добили.', en: 'The figures are {seconds} s old: no new ones came.' },
  needed: { sr: 'Попуните ово поље.', en: 'Fill this in.' },
  pages: { sr: 'Странице', en: 'Pages' },
  loading: { sr: 'Учитавам…', en: 'Loading…' },
})

export const certificateStates = messages({
  valid: { sr: 'важи', en: 'valid' },
  failing: { sr: 'обустављена', en: 'suspended' },
  revoked: { sr: 'одузета', en: 'revoked' },
  expired: { sr: 'истекла', en: 'expired' },
})

export const failures = messages({
  offline: {
    sr: 'Нема везе са центром. Проверите мрежу и покушајте поново.',
    en: 'No connection to the centre. Check the network and try again.',
  },
  server: {
    sr: 'Грешка је на нашој страни. Покушајте поново или пријавите ознаку {id}.',
    en: 'The fault is ours. Try again or report reference {id}.',
  },
  serverPlain: { sr: 'Грешка је на нашој страни. Покушајте поново.', en: 'The fault is ours. Try again.' },
  missing: { sr: 'Оваквог записа нема. Можда је повучен.', en: 'There is no such record. It may have been withdrawn.' },
  tooMany: { sr: 'Превише захтева за кратко време. Сачекајте минут.', en: 'Too many requests in a short time. Wait a minute.' },
  refused: { sr: 'Захтев није прихваћен: {sentence}', en: 'The request was not accepted: {sentence}' },
  opens: { sr: 'Приступ отвара:', en: 'What opens it:' },
  copy: { sr: 'Копирај ознаку', en: 'Copy the reference' },
  signedOut: {
    sr: 'Пријава је истекла. Унето је остало овде: пријавите се у новој картици као исто лице, па притисните поново.',
    en: 'The session is over. What you entered is still here: sign in in a new tab as the same person, then press again.',
  },
  signIn: { sr: 'Пријава (нова картица)', en: 'Sign in (new tab)' },
})

export const sources = messages({
  show: { sr: 'Извор и време: {what}', en: 'Source and time: {what}' },
  title: { sr: 'Извор', en: 'Source' },
  institution: { sr: 'Установа', en: 'Institution' },
  author: { sr: 'Аутор', en: 'Author' },
  noAuthor: { sr: 'није наведен', en: 'not given' },
  at: { sr: 'Догодило се', en: 'Happened' },
  receivedAt: { sr: 'Примљено', en: 'Received' },
  version: { sr: 'Верзија', en: 'Version' },
  corrected: { sr: '{version} (исправка)', en: '{version} (corrected)' },
  resource: { sr: 'Запис', en: 'Entry' },
})

export const flags = messages({
  low: { sr: 'ниско', en: 'low' },
  high: { sr: 'високо', en: 'high' },
  'critical-low': { sr: 'критично ниско', en: 'critically low' },
  'critical-high': { sr: 'критично високо', en: 'critically high' },
  abnormal: { sr: 'ван очекиваног', en: 'abnormal' },
})

export const sexes = messages({
  male: { sr: 'мушки', en: 'male' },
  female: { sr: 'женски', en: 'female' },
  other: { sr: 'други', en: 'other' },
  unknown: { sr: 'није познат', en: 'unknown' },
})

export const sexLetters = messages({
  male: { sr: 'М', en: 'M' },
  female: { sr: 'Ж', en: 'F' },
  other: { sr: 'Д', en: 'O' },
  unknown: { sr: '?', en: '?' },
})

export const kinds = messages({
  visit: { sr: 'Прегледи', en: 'Visits' },
  hospital: { sr: 'Болница', en: 'Hospital' },
  emergency: { sr: 'Хитна помоћ', en: 'Emergency' },
  dental: { sr: 'Стоматолог', en: 'Dental' },
  document: { sr: 'Документи', en: 'Documents' },
  laboratory: { sr: 'Лабораторија', en: 'Laboratory' },
  imaging: { sr: 'Снимања', en: 'Imaging' },
  procedure: { sr: 'Интервенције', en: 'Procedures' },
  immunization: { sr: 'Вакцине', en: 'Immunisations' },
  therapy: { sr: 'Терапија', en: 'Therapy' },
  other: { sr: 'Остало', en: 'Other' },
})

/** Why somebody may see a record (`access` relation kinds), in words for a colleague. */
export const bases = messages({
  'chosen-doctor': { sr: 'изабрани лекар', en: 'chosen doctor' },
  visit: { sr: 'отворена посета', en: 'open visit' },
  stay: { sr: 'болничко лечење', en: 'hospital stay' },
  substitute: { sr: 'замена', en: 'substitute' },
  referral: { sr: 'упут', en: 'referral' },
  guardian: { sr: 'заступник', en: 'guardian' },
  self: { sr: 'свој картон', en: 'own record' },
  'own-submissions': { sr: 'подаци Ваше установе', en: 'your institution’s own entries' },
  emergency: { sr: 'хитан приступ', en: 'emergency access' },
  consent: { sr: 'сагласност', en: 'consent' },
})

/** Categories of chosen doctors by the Fund's numbers. */
export const doctorCategories = messages({
  1: { sr: 'општа медицина', en: 'general practice' },
  2: { sr: 'гинекологија', en: 'gynaecology' },
  3: { sr: 'педијатрија', en: 'paediatrics' },
  4: { sr: 'стоматологија', en: 'dentistry' },
})

/** FHIR resource types in words: for what was opened, and for what a role does not see. */
export const resourceWords = messages({
  Patient: { sr: 'подаци о особи', en: 'personal details' },
  AllergyIntolerance: { sr: 'алергије', en: 'allergies' },
  Condition: { sr: 'дијагнозе', en: 'diagnoses' },
  MedicationRequest: { sr: 'прописани лекови', en: 'prescriptions' },
  MedicationStatement: { sr: 'терапија', en: 'therapy' },
  MedicationDispense: { sr: 'издати лекови', en: 'dispensed medicines' },
  MedicationAdministration: { sr: 'примењени лекови', en: 'administered medicines' },
  Observation: { sr: 'налази', en: 'results' },
  DiagnosticReport: { sr: 'извештаји', en: 'reports' },
  Immunization: { sr: 'вакцине', en: 'immunisations' },
  Encounter: { sr: 'посете', en: 'visits' },
  Procedure: { sr: 'интервенције', en: 'procedures' },
  Composition: { sr: 'документи', en: 'documents' },
  DocumentReference: { sr: 'приложени документи', en: 'attached documents' },
  ImagingStudy: { sr: 'снимци', en: 'images' },
  CarePlan: { sr: 'план лечења', en: 'care plan' },
  ServiceRequest: { sr: 'упути', en: 'referrals' },
  Coverage: { sr: 'осигурање', en: 'insurance' },
  overview: { sr: 'цео картон', en: 'the whole record' },
})

export const clocks = messages({
  overdue: { sr: 'преко рока', en: 'overdue' },
})

export const signedBy = messages({
  title: { sr: 'Потпис подносиоца', en: 'Signature of the requester' },
  name: { sr: 'Сертификат гласи на', en: 'The certificate is made out to' },
  organization: { sr: 'Правно лице', en: 'Legal entity' },
  issuer: { sr: 'Издавалац', en: 'Issued by' },
  until: { sr: 'Важи до', en: 'Valid until' },
  revocation: { sr: 'Опозив', en: 'Revocation' },
  notRevoked: { sr: 'није на списку опозваних', en: 'not on the list of revoked ones' },
  unknown: { sr: 'није проверен: списка нема', en: 'not checked: there is no list' },
  download: { sr: 'Преузми потписани документ', en: 'Download the signed document' },
})

export const files = messages({
  choose: { sr: 'Изабери датотеку', en: 'Choose a file' },
  none: { sr: 'није изабрана', en: 'none chosen' },
})
