import type { Language } from '../shared/languages.ts'

/** How long something has waited, short enough for a cell: `12 s`, `3 min`, `5 h`, `2 d`. */
export function ageOf(iso: string, now: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(now) - Date.parse(iso)) / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}

/** A duration: milliseconds below a second, then seconds with one decimal below ten. */
export function lasting(language: Language, ms: number | null): string {
  if (ms === null) return '–'
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = (ms / 1000).toFixed(ms < 10_000 ? 1 : 0)
  return `${language === 'en' ? seconds : seconds.replace('.', ',')} s`
}
