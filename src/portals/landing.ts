import { toLatin } from '../platform/text.ts'
import { staticPage } from './static-page.ts'

const portals = ['doctor', 'patient', 'employer', 'fund', 'commission', 'operator', 'vendor'] as const
type Line = { lang: string; name: string; sentence: string } & Record<(typeof portals)[number], string>

const cyrillic: Line = {
  lang: 'sr-Cyrl',
  name: 'Спона',
  sentence: 'Јединствен здравствени картон. Изаберите портал.',
  doctor: 'Портал лекара',
  patient: 'Мој картон',
  employer: 'Послодавац',
  fund: 'Фонд',
  commission: 'Лекарска комисија',
  operator: 'Оператер и министарство',
  vendor: 'Произвођачи софтвера',
}
const lines: Line[] = [
  cyrillic,
  { ...mapLatin(cyrillic), lang: 'sr-Latn' },
  {
    lang: 'en',
    name: 'Spona',
    sentence: 'One health record per person. Choose a portal.',
    doctor: 'Doctor’s portal',
    patient: 'My record',
    employer: 'Employer',
    fund: 'Insurance Fund',
    commission: 'Medical commission',
    operator: 'Operator and ministry',
    vendor: 'Software vendors',
  },
]

function mapLatin(line: Line): Line {
  return Object.fromEntries(Object.entries(line).map(([key, text]) => [key, toLatin(text)])) as Line
}

const mark =
  '<svg class="landing-mark" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true">' +
  '<path d="M10.5 7.5H7a4.5 4.5 0 0 0 0 9h3.5M13.5 7.5H17a4.5 4.5 0 0 1 0 9h-3.5M8.5 12h7"/></svg>'

/** The page at `/`: static, without scripts, in three languages at once, because the reader's language is not known yet. */
export function landingPage(styleSheets: string[]): string {
  const sections = lines.map((line, at) => {
    const heading = at === 0 ? 'h1' : 'h2'
    const links = portals.map((portal) => `<a class="button" href="/${portal}/">${line[portal]}</a>`).join('')
    return `<section lang="${line.lang}"><${heading}>${line.name}</${heading}><p>${line.sentence}</p><p class="buttons">${links}</p></section>`
  })
  return staticPage({ language: 'sr-Cyrl', title: 'Спона · Spona', kind: 'landing', content: mark + sections.join('\n') }, styleSheets)
}
