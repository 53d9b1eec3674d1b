import { messages } from '../shared/message.ts'

export const portal = messages({
  name: { sr: 'За произвођаче', en: 'For vendors' },
})

export const start = messages({
  title: { sr: 'Повежите свој систем', en: 'Connect your system' },
  lead: {
    sr: 'Пробно окружење: пријавите систем, повезник (edge) се придружује магистрали, покрећу се сценарији и добијате потврду о усаглашености. Нема стварних људи.',
    en: 'The sandbox: sign a system up, its edge joins the bus, scenarios are run and you get a certificate of conformance. There are no real people here.',
  },
  signUp: { sr: 'Пријава система', en: 'Sign a system up' },
  vendor: { sr: 'Произвођач', en: 'Vendor' },
  system: { sr: 'Назив система', en: 'Name of the system' },
  version: { sr: 'Верзија', en: 'Version' },
  contact: { sr: 'Е-пошта за оператера', en: 'E-mail for the operator' },
  member: { sr: 'Ознака на магистрали', en: 'Code on the bus' },
  memberHint: { sr: 'Мала слова латинице, цифре и цртице, од 3 до 40.', en: 'Small letters, digits and hyphens, 3 to 40.' },
  memberWrong: {
    sr: 'Ознака почиње словом и има само мала слова латинице, цифре и цртице.',
    en: 'The code begins with a letter and has small letters, digits and hyphens only.',
  },
  send: { sr: 'Пријави систем', en: 'Sign up' },
  known: { sr: 'Већ пријављени у овом прегледачу', en: 'Signed up in this browser' },
  open: { sr: 'Отвори по броју', en: 'Open by number' },
  number: { sr: 'Број система', en: 'Number of the system' },
  openIt: { sr: 'Отвори', en: 'Open' },
  guides: { sr: 'Упутства', en: 'Guides' },
  errors: { sr: 'Грешке: узроци и решења', en: 'Errors: causes and cures' },
})

export const system = messages({
  numberIs: { sr: 'Број система (ко га зна, види ову страницу)', en: 'Number of the system (whoever knows it sees this page)' },
  noSystem: {
    sr: 'Нема система под овим бројем. Проверите број, или пријавите систем на почетној страни.',
    en: 'There is no system of this number. Check the number, or sign a system up on the first page.',
  },
  institution: { sr: 'Измишљена установа', en: 'Invented institution' },
  join: { sr: 'Придруживање', en: 'Joining' },
  once: {
    sr: 'Реч и кључ се показују само сада. Кључ је направљен у овом прегледачу и није послат никоме.',
    en: 'The word and the key are shown only now. The key was made in this browser and sent to nobody.',
  },
  word: { sr: 'Реч установе', en: 'Word of the institution' },
  downloadKey: { sr: 'Преузми кључ (edge-key.json)', en: 'Download the key (edge-key.json)' },
  downloadAnswers: { sr: 'Преузми одговоре (answers.json)', en: 'Download the answers (answers.json)' },
  thenRun: { sr: 'У фасцикли са обе датотеке:', en: 'In the folder with both files:' },
  gone: {
    sr: 'Реч и кључ су показани при пријави. Ако их немате, пријавите систем поново.',
    en: 'The word and the key were shown at sign-up. If you do not have them, sign the system up again.',
  },
  admit: { sr: 'Одлучи као оператер', en: 'Decide as the operator would' },
  admitLead: {
    sr: 'У пробном окружењу одлуку оператера тражите сами: о учеснику и о праву да шаље документе. edge init то чини и сам када answers.json има sandbox.',
    en: 'In the sandbox you ask for the operator’s decision yourself: on the member and on its right to file documents. edge init does it too when answers.json has sandbox.',
  },
  nobody: { sr: 'Ниједан учесник још није доказао да је ове установе.', en: 'No member has proved yet that it is of this institution.' },
  scenarios: { sr: 'Сценарији', en: 'Scenarios' },
  scenariosLead: {
    sr: 'Покретање тражи од вашег повезника да изведе шест сценарија; резултат стиже овде за минут-два. Повезник мора да ради (edge start).',
    en: 'A run asks your edge to run the six scenarios; the result comes here within a minute or two. The edge must run (edge start).',
  },
  protocol: { sr: 'Протокол', en: 'Protocol' },
  state: { sr: 'Потврда', en: 'Certificate' },
  lastRun: { sr: 'Последње извођење', en: 'Last run' },
  run: { sr: 'Покрени', en: 'Run' },
  repeat: { sr: 'Понови', en: 'Repeat' },
  guide: { sr: 'Упутство', en: 'Guide' },
  asked: { sr: 'Повезнику је послато: {protocol}. Чека се да почне.', en: 'Your edge was asked: {protocol}. Waiting for it to begin.' },
  none: { sr: 'нема', en: 'none' },
  never: { sr: 'није извођено', en: 'not run' },
  underWay: { sr: 'у току', en: 'under way' },
  score: { sr: '{score} од 100', en: '{score} of 100' },
  passed: { sr: 'прошло', en: 'passed' },
  failed: { sr: 'није прошло', en: 'not passed' },
  unfinished: { sr: 'није завршено', en: 'not ended' },
  runs: { sr: 'Извођења', en: 'Runs' },
  noRuns: { sr: 'Још ништа није изведено.', en: 'Nothing has been run yet.' },
  nightly: { sr: 'ноћно понављање', en: 'nightly repetition' },
  script: { sr: 'наши документи', en: 'our documents' },
  ownSystem: { sr: 'сопствени систем', en: 'own system' },
  certificates: { sr: 'Потврде', en: 'Certificates' },
  noCertificates: { sr: 'Потврду даје извођење које прође у свему.', en: 'A run that passes in everything earns one.' },
  until: { sr: 'до {date}', en: 'until {date}' },
  print: { sr: 'Отвори за штампу', en: 'Open to print' },
  download: { sr: 'Преузми (JWS)', en: 'Download (JWS)' },
})

export const certificate = messages({
  noCertificate: {
    sr: 'Нема потврде под овим бројем. Проверите број на папиру.',
    en: 'There is no certificate of this number. Check the number on the paper.',
  },
  title: { sr: 'Потврда о усаглашености', en: 'Certificate of conformance' },
  holds: { sr: 'Ова потврда важи.', en: 'This certificate holds.' },
  failing: { sr: 'Ова потврда је обустављена: {reason}', en: 'This certificate is suspended: {reason}' },
  revoked: { sr: 'Ова потврда је одузета: {reason}', en: 'This certificate was taken back: {reason}' },
  expired: { sr: 'Ова потврда је истекла.', en: 'This certificate has ended.' },
  issued: { sr: 'Издата', en: 'Issued' },
  ends: { sr: 'Важи до', en: 'Valid until' },
  checked: { sr: 'Последња провера', en: 'Last tested' },
  playedBy: { sr: 'Слао је', en: 'Sent by' },
  rules: { sr: 'Правила', en: 'Rules' },
  number: { sr: 'Број', en: 'Number' },
  print: { sr: 'Штампај', en: 'Print' },
  qr: { sr: 'QR код води на ову страницу.', en: 'The QR code leads to this page.' },
  sandbox: { sr: 'Потврда пробног окружења: издата је измишљеној установи.', en: 'A certificate of the sandbox, given to an invented institution.' },
})

export const checks = messages({
  centre: { sr: 'види центар', en: 'seen by the centre' },
  edge: { sr: 'каже повезник', en: 'said by the edge' },
})
