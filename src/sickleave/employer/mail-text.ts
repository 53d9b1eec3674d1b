import { baseUrl } from '../../platform/config.ts'
import type { Mail } from '../../platform/mail.ts'
import type { World } from '../../platform/world.ts'

// Everything that an e-mail ever says: something waits. No name, no firm, no period, no number, no link to a paper; the address in it is that of the
// portal.

export const waitsMail = (to: string, portal: string): Mail => ({
  to,
  subject: 'Нешто Вас чека · Something waits for you',
  text: `Нешто Вас чека на порталу за послодавце. Пријавите се и погледајте.\n${portal}\n\nNešto Vas čeka na portalu za poslodavce. Prijavite se i pogledajte.\n\nSomething waits for you at the employers’ portal. Sign in and look.\n`,
})

export const codeMail = (to: string, code: string, portal: string): Mail => ({
  to,
  subject: 'Потврда адресе · Confirm your address',
  text: `Неко је тражио да Вам портал за послодавце на ову адресу јавља када нешто чека. Ако сте то Ви, унесите овај код на порталу:\n\n${code}\n\nАко нисте, не чините ништа.\n${portal}\n\nSomebody asked that the employers’ portal tells this address when something waits. If it was you, enter this code at the portal:\n\n${code}\n\nIf not, do nothing.\n`,
})

export const portalAddress = (world: Pick<World, 'config'>): string => `${baseUrl(world.config)}/employer/`
