import { messages } from './message.ts'

export const leaveStates = messages({
  opened: { sr: 'отворено', en: 'open' },
  extended: { sr: 'продужено', en: 'extended' },
  referred: { sr: 'код комисије', en: 'with the commission' },
  closed: { sr: 'закључено', en: 'closed' },
  cancelled: { sr: 'поништено', en: 'cancelled' },
})

export const paperKinds = messages({
  certificate: { sr: 'Потврда', en: 'Certificate' },
  report: { sr: 'Дознака', en: 'Report' },
  void: { sr: '(поништено)', en: '(void)' },
})
