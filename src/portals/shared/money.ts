import type { Language } from './languages.ts'

/** Writes `78896.55` as people do: 78.896,55 in Serbian, 78,896.55 in English. */
export function formatDinars(language: Language, text: string): string {
  const [whole = '', places = '00'] = text.split('.')
  const [thousands, point] = language === 'en' ? [',', '.'] : ['.', ',']
  return `${whole.replace(/\B(?=(\d{3})+$)/g, thousands)}${point}${places}`
}

/** Writes a sum in whole para, as the server sends it. */
export const formatPara = (language: Language, para: number): string =>
  formatDinars(language, `${Math.trunc(para / 100)}.${String(para % 100).padStart(2, '0')}`)

/**
 * Reads a typed sum: `90.849,38`, `90849,38`, `90,849.38` and `90849.38` are the same sum, and `90.849` has thousands. NaN for other text, which the
 * server refuses.
 */
export function paraOf(text: string): number {
  const [, whole = '', places = ''] = /^(\d+|\d{1,3}(?:[.,]\d{3})+)(?:[.,](\d{1,2}))?$/.exec(text.replace(/\s/g, '')) ?? []
  return whole === '' ? Number.NaN : Number(whole.replace(/[.,]/g, '')) * 100 + Number(places.padEnd(2, '0'))
}

/** Writes a sum as it is typed: `1043,75`. */
export const dinarsOf = (para: number): string => `${Math.trunc(para / 100)},${String(para % 100).padStart(2, '0')}`
