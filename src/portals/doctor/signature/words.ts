import { messages } from '../../shared/message.ts'

export const signature = messages({
  title: { sr: 'Откључајте потпис', en: 'Unlock your signature' },
  lead: {
    sr: 'Једном у сесији. После тога се сваки документ потписује потврдом којом га издајете.',
    en: 'Once in a session. From then on each document is signed by the confirmation that issues it.',
  },
  password: { sr: 'Лозинка', en: 'Password' },
  wrong: {
    sr: 'Лозинка није тачна, или је пријава старија од 10 минута: пријавите се поново.',
    en: 'The password is wrong, or the sign-in is more than 10 minutes old: sign in again.',
  },
  level: {
    sr: 'Кључ настаје у овом прегледачу и не може се изнети из њега. Потпис сесије није квалификован потпис.',
    en: 'The key is made in this browser and cannot be taken out of it. A session signature is not a qualified one.',
  },
  unlock: { sr: 'Откључај и потпиши', en: 'Unlock and sign' },
  unlocked: { sr: 'Потпис је откључан до {until}.', en: 'Your signature is unlocked until {until}.' },
  lock: { sr: 'Закључај потпис', en: 'Lock the signature' },
  locked: { sr: 'Потпис је закључан.', en: 'Your signature is locked.' },
  lockedYet: { sr: 'Документи се потписују; потпис се откључава при првом.', en: 'Documents are signed; the first one asks to unlock the signature.' },
})
