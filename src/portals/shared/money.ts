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
