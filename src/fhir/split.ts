import { parseJson } from './json.ts'

type Json = Record<string, unknown>
/** A part of a Bundle: the members before its entries, one entry as text, or the members after the entries. */
export type Piece = { kind: 'head'; members: Json } | { kind: 'entry'; text: string } | { kind: 'tail'; members: Json }

const quote = 0x22
const backslash = 0x5c
const opens = (code: number) => code === 0x7b || code === 0x5b
const closes = (code: number) => code === 0x7d || code === 0x5d

/**
 * Splits a Bundle as it arrives and keeps only the current entry in memory. A Bundle without entries is one head and an empty
 * tail. The text comes from this system and is well-formed.
 */
export class BundleSplitter {
  #text = ''
  #at = 0
  #depth = 0
  #inText = false
  #state: 'head' | 'entries' | 'tail' = 'head'
  /** The beginning of the current entry, and that of the last property name on the first level. */
  #start = -1
  #nameAt = -1
  #name = ''

  push(chunk: string): Piece[] {
    const pieces: Piece[] = []
    this.#text += chunk
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at)
      if (this.#inText) {
        if (code === backslash) this.#at++
        else if (code === quote) this.#endText()
      } else if (code === quote) {
        this.#inText = true
        if (this.#depth === 1) this.#nameAt = this.#at
      } else if (opens(code)) {
        this.#depth++
        const piece = this.#opened(code)
        if (piece) pieces.push(piece)
      } else if (closes(code)) {
        this.#depth--
        const piece = this.#closed()
        if (piece) pieces.push(piece)
      }
    }
    this.#forget()
    return pieces
  }

  end(): Piece[] {
    if (this.#state === 'head')
      return [
        { kind: 'head', members: parseJson(this.#text) as Json },
        { kind: 'tail', members: {} },
      ]
    const rest = this.#text.replace(/^[\s,]+/, '')
    return [{ kind: 'tail', members: parseJson(`{${rest}`) as Json }]
  }

  #endText(): void {
    this.#inText = false
    if (this.#depth === 1 && this.#state === 'head') this.#name = this.#text.slice(this.#nameAt + 1, this.#at)
  }

  #opened(code: number): Piece | null {
    if (this.#state === 'head' && this.#depth === 2 && code === 0x5b && this.#name === 'entry') {
      this.#state = 'entries'
      const before = this.#text.slice(0, this.#nameAt).replace(/[\s,]+$/, '')
      this.#cut()
      return { kind: 'head', members: parseJson(`${before}}`) as Json }
    }
    if (this.#state === 'entries' && this.#depth === 3) this.#start = this.#at
    return null
  }

  #closed(): Piece | null {
    if (this.#state !== 'entries') return null
    if (this.#depth === 2 && this.#start >= 0) {
      const text = this.#text.slice(this.#start, this.#at + 1)
      this.#start = -1
      return { kind: 'entry', text }
    }
    if (this.#depth === 1) {
      this.#state = 'tail'
      this.#cut()
    }
    return null
  }

  /** Drops the text that was read; the loop goes on with the rest. */
  #cut(): void {
    this.#text = this.#text.slice(this.#at + 1)
    this.#at = -1
    this.#start = -1
  }

  #forget(): void {
    if (this.#state !== 'entries') return
    const from = this.#start >= 0 ? this.#start : Math.min(this.#at, this.#text.length)
    this.#text = this.#text.slice(from)
    this.#at -= from
    if (this.#start >= 0) this.#start = 0
  }
}
