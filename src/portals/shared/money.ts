import type { Language } from './languages.ts'

/** `78896.55` as people write it: 78.896,55 in Serbian, 78,896.55 in English. */
export function formatDinars(language: Language, text: string): string {
  const [whole = '', places = '00'] = text.split('.')
  const [thousands, point] = language === 'en' ? [',', '.'] : ['.', ',']
  return `${whole.replace(/\B(?=(\d{3})+$)/g, thousands)}${point}${places}`
}

/** Whole para, as the wire has sums. */
export const formatPara = (language: Language, para: number): string =>
  formatDinars(language, `${Math.trunc(para / 100)}.${String(para % 100).padStart(2, '0')}`)

/** `90.849,38`, `90849,38` and `90849.38` are the same sum; what is none of them is left to the server to refuse. */
export const paraOf = (text: string): number =>
  Math.round(Number((text.includes(',') ? text.replaceAll('.', '').replace(',', '.') : text).replace(/\s/g, '')) * 100)

/** As it is typed: `1043,75`. */
export const dinarsOf = (para: number): string => `${Math.trunc(para / 100)},${String(para % 100).padStart(2, '0')}`
