import { createContext, type ReactNode, use, useCallback, useMemo, useState } from 'react'
import { toLatin } from '../../platform/text.ts'
import type { Language } from './languages.ts'
import { forget, keep, kept } from './kept.ts'
import { fill, type Message, type Values } from './message.ts'

type Speech = { language: Language; choose(language: Language): void }

const SpeechContext = createContext<Speech>({ language: 'sr-Cyrl', choose: () => {} })

const isLanguage = (text: string | null): text is Language => text === 'sr-Cyrl' || text === 'sr-Latn' || text === 'en'

/** The language of this browser: the one chosen in the header, otherwise Serbian in the official script. */
export function keptLanguage(): Language {
  const chosen = kept('language')
  return isLanguage(chosen) ? chosen : 'sr-Cyrl'
}

function show(language: Language): void {
  document.documentElement.lang = language
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(() => {
    const first = keptLanguage()
    show(first)
    return first
  })
  const choose = useCallback((next: Language) => {
    if (next === 'sr-Cyrl') forget('language')
    else keep('language', next)
    show(next)
    setLanguage(next)
  }, [])
  const speech = useMemo(() => ({ language, choose }), [language, choose])
  return <SpeechContext value={speech}>{children}</SpeechContext>
}

export const useSpeech = () => use(SpeechContext)
export const useLanguage = () => use(SpeechContext).language

export type Say = (message: Message, values?: Values) => string

/** A function that writes a message in the reader's language and script: `say(words.finder.title, { count: 5 })`. */
export function useSay(): Say {
  const { language } = use(SpeechContext)
  return useCallback((message, values) => sayIn(language, message, values), [language])
}

/** The Latin text is derived after the values are filled in, so that no sentence mixes the two scripts. */
export function sayIn(language: Language, message: Message, values?: Values): string {
  if (language === 'en') return toLatin(fill('en', message.en, values))
  const text = fill('sr', message.sr, values)
  return language === 'sr-Latn' ? toLatin(text) : text
}

/** A text of the record in the reader's script. Latin originals stay Latin: Cyrillic derived from Latin would be a guess. */
export const dataIn = (language: Language, text: string) => (language === 'sr-Cyrl' ? text : toLatin(text))

export function useData(): (text: string) => string {
  const { language } = use(SpeechContext)
  return useCallback((text: string) => dataIn(language, text), [language])
}

/** Marks a Serbian text of the record inside an English page as Serbian, so that a screen reader pronounces it rightly (WCAG 3.1.2). */
export function Said({ text }: { text: string }) {
  const { language } = use(SpeechContext)
  const shown = dataIn(language, text)
  return language === 'en' && shown !== text ? <span lang="sr-Latn">{shown}</span> : shown
}
