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

/** `90.849,38`, `90849,38`, `90,849.38` and `90849.38` are the same sum, and `90.849` has thousands; what is no sum is left to the server to refuse. */
export function paraOf(text: string): number {
  const [, whole = '', places = ''] = /^(\d+|\d{1,3}(?:[.,]\d{3})+)(?:[.,](\d{1,2}))?$/.exec(text.replace(/\s/g, '')) ?? []
  return whole === '' ? Number.NaN : Number(whole.replace(/[.,]/g, '')) * 100 + Number(places.padEnd(2, '0'))
}

/** As it is typed: `1043,75`. */
export const dinarsOf = (para: number): string => `${Math.trunc(para / 100)},${String(para % 100).padStart(2, '0')}`
