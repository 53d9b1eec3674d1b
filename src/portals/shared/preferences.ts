import { forget, keep, kept } from './kept.ts'

export type Theme = 'auto' | 'light' | 'dark'
export type Density = 'compact' | 'normal' | 'touch'

const isTheme = (text: string | null): text is Theme => text === 'light' || text === 'dark'
const isDensity = (text: string | null): text is Density => text === 'compact' || text === 'touch'

export const keptTheme = (): Theme => {
  const theme = kept('theme')
  return isTheme(theme) ? theme : 'auto'
}

export const keptDensity = (): Density => {
  const density = kept('density')
  return isDensity(density) ? density : 'normal'
}

export function chooseTheme(theme: Theme): void {
  if (theme === 'auto') forget('theme')
  else keep('theme', theme)
  applyPreferences()
}

export function chooseDensity(density: Density): void {
  if (density === 'normal') forget('density')
  else keep('density', density)
  applyPreferences()
}

/** Must run before the first render, so that the wrong theme never flashes up. */
export function applyPreferences(): void {
  const root = document.documentElement
  const theme = keptTheme()
  const density = keptDensity()
  if (theme === 'auto') delete root.dataset.theme
  else root.dataset.theme = theme
  if (density === 'normal') delete root.dataset.density
  else root.dataset.density = density
}
