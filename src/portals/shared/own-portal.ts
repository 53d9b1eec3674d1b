import type { Me, Role } from '../../access/wire.ts'
import { messages, type Message } from './message.ts'

const words = messages({
  doctor: { sr: 'Иди на портал лекара', en: 'Go to the doctor’s portal' },
  completeness: { sr: 'Иди на потпуност података Ваше установе', en: 'Go to the completeness of your institution’s data' },
  operator: { sr: 'Иди на портал оператера', en: 'Go to the operator’s portal' },
  fund: { sr: 'Иди на портал Фонда', en: 'Go to the Fund’s portal' },
  commission: { sr: 'Иди на портал комисије', en: 'Go to the commission’s portal' },
  employer: { sr: 'Иди на портал послодавца', en: 'Go to the employer’s portal' },
  patient: { sr: 'Иди на свој картон', en: 'Go to your own record' },
})

const pages: readonly (readonly [readonly Role[], string, Message])[] = [
  [['doctor', 'nurse', 'laboratory'], '/doctor/', words.doctor],
  [['operator', 'ministry'], '/operator/', words.operator],
  [['data-officer'], '/doctor/completeness', words.completeness],
  [['fund', 'fund-supervisor'], '/fund/', words.fund],
  [['commission', 'commission2'], '/commission/', words.commission],
  [['employer'], '/employer/', words.employer],
  [['patient'], '/patient/', words.patient],
]

/** The page for the roles of somebody who came to the wrong portal, so that they are not sent from one refusal to the next. */
export function ownPortal({ roles }: Pick<Me, 'roles'>): { to: string; word: Message } | null {
  const found = pages.find(([theirs]) => roles.some((role) => theirs.includes(role)))
  return found ? { to: found[1], word: found[2] } : null
}
