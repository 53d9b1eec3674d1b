import { messages } from './message.ts'

export const memberStates = messages({
  requested: { sr: 'тражи приступ', en: 'requested' },
  approved: { sr: 'одобрен', en: 'approved' },
  active: { sr: 'активан', en: 'active' },
  suspended: { sr: 'обустављен', en: 'suspended' },
  revoked: { sr: 'искључен', en: 'revoked' },
})

export const contractStates = messages({
  requested: { sr: 'чека одлуку', en: 'requested' },
  active: { sr: 'важи', en: 'active' },
  suspended: { sr: 'обустављен', en: 'suspended' },
  revoked: { sr: 'укинут', en: 'revoked' },
})
