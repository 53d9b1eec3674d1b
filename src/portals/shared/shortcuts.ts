import { type RefObject, useEffect, useRef } from 'react'
import { kept } from './kept.ts'

/**
 * Letters are named by their place on the keyboard (`event.code`): on the Serbian layout the key B writes б. The signs `/` and `?` are named by the
 * character, because Serbian keyboards have them on other keys.
 */
export type Shortcuts = Record<string, (event: KeyboardEvent) => void>

const sequenceMs = 900
const signs = new Set(['/', '?'])

/** Single keys can be switched off (WCAG 2.1.4), because speech input types them by accident. */
export const areSingleKeysOn = () => kept('keys') !== 'off'

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.role === 'spinbutton'
}

/** `{ KeyL: …, 'KeyG KeyT': …, F8: …, 'Ctrl+KeyK': …, '/': … }`. Letters work only outside fields, and never while a dialog is open. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const current = useRef(shortcuts)
  useEffect(() => {
    current.current = shortcuts
  })
  useEffect(() => {
    let before = { code: '', at: 0 }
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || event.metaKey) return
      const single = !event.ctrlKey && !/^F\d+$|^Escape$/.test(event.code)
      if (single && (isTyping(event.target) || !areSingleKeysOn())) return
      if (document.querySelector('[role=dialog][data-modal]')) return
      const name = `${event.ctrlKey ? 'Ctrl+' : ''}${signs.has(event.key) ? event.key : event.code}`
      const sequence = event.timeStamp - before.at < sequenceMs ? `${before.code} ${event.code}` : ''
      before = { code: event.code, at: event.timeStamp }
      const act = current.current[sequence] ?? current.current[name]
      if (!act) return
      event.preventDefault()
      act(event)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}

/** Ctrl+Enter sends the form that the page is about, wherever the focus is. */
export function useSubmitKey(): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null)
  const send = ({ repeat }: KeyboardEvent) => !repeat && form.current?.requestSubmit()
  useShortcuts({ 'Ctrl+Enter': send, 'Ctrl+NumpadEnter': send })
  return form
}
