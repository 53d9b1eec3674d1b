import type { Plugin } from 'vite'

/**
 * React Aria has Serbian in Latin only, under the key `sr-SP`, with some Cyrillic words in between. Here the strings that our widgets use are
 * written in Cyrillic and checked by hand; the dictionaries get them under `sr-Cyrl`, and their Latin form under `sr-Latn`.
 */
const strings: Record<string, Record<string, string>> = {
  autocomplete: { collectionLabel: 'Предлози' },
  overlays: { dismiss: 'Затвори' },
  searchfield: { 'Clear search': 'Обриши претрагу' },
  spinbutton: { Empty: 'Празно' },
  calendar: {
    dateSelected: '{date}, изабрано',
    maximumDate: 'Последњи могући датум',
    minimumDate: 'Први могући датум',
    next: 'Следећи месец',
    previous: 'Претходни месец',
    selectedDateDescription: 'Изабрани датум: {date}',
    todayDate: 'Данас, {date}',
    todayDateSelected: 'Данас, {date}, изабрано',
  },
  datepicker: {
    calendar: 'Календар',
    day: 'дан',
    dayPeriod: 'пре или после подне',
    endDate: 'Завршни датум',
    era: 'ера',
    hour: 'сат',
    minute: 'минут',
    month: 'месец',
    second: 'секунда',
    startDate: 'Почетни датум',
    timeZoneName: 'временска зона',
    weekday: 'дан у недељи',
    year: 'година',
    selectedDateDescription: 'Изабрани датум: {date}',
    selectedTimeDescription: 'Изабрано време: {time}',
    selectedRangeDescription: 'Изабрани опсег: од {startDate} до {endDate}',
    rangeOverflow: 'Датум може бити најкасније {maxValue}.',
    rangeReversed: 'Почетак мора бити пре завршетка.',
    rangeUnderflow: 'Датум може бити најраније {minValue}.',
    unavailableDate: 'Овај датум се не може изабрати.',
  },
}

const moduleId = 'virtual:react-aria-serbian'

/** Changes each dictionary when Vite reads it. A package that is not listed gets its own strings under both scripts. */
export function serbianStrings(): Plugin {
  return {
    name: 'spona-react-aria-serbian',
    enforce: 'pre',
    resolveId: (id) => (id === moduleId ? `\0${moduleId}` : null),
    load: (id) => (id === `\0${moduleId}` ? dictionaryModule() : null),
    transform(code, id) {
      const [, name] = /[/\\]dist[/\\]private[/\\](\w+)[/\\]intlStrings\.m?js$/.exec(id) ?? []
      if (!name || !strings[name] || !/["']sr-SP["']:/.test(code)) return null
      const rewritten = code.replace(
        /["']sr-SP["']:\s*([\w$]+)/,
        `"sr-Cyrl": cyrillicStrings(${JSON.stringify(name)}, $1), "sr-Latn": latinStrings(${JSON.stringify(name)}, $1)`,
      )
      return { code: `import { cyrillicStrings, latinStrings } from ${JSON.stringify(moduleId)};\n${rewritten}`, map: null }
    },
  }
}

function dictionaryModule(): string {
  const text = new URL('../platform/text.ts', import.meta.url).pathname
  return `
import { toLatin } from ${JSON.stringify(text)}
const strings = ${JSON.stringify(strings)}
const filled = (text) => text.includes('{') ? (values) => text.replace(/\\{(\\w+)\\}/g, (_, name) => values[name]) : text
const said = (name, own, change) => {
  const result = { ...own }
  for (const [key, text] of Object.entries(strings[name])) if (key in own) result[key] = filled(change(text))
  return result
}
export const cyrillicStrings = (name, own) => said(name, own, (text) => text)
export const latinStrings = (name, own) => said(name, own, toLatin)
`
}
