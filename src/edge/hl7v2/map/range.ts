import { type Json, some } from '../../draft/draft.ts'
import { exactNumber, withPoint } from '../../draft/numbers.ts'

/**
 * OBX-7: `3.5-5.0`, `<5`, `>10`, and local forms: `3,5 – 5,0`, `[3.5-5.0]`, `3.5 do 5.0 g/L`, `do 5,2`. The text is always kept; any other form is
 * text only.
 */
export function rangeOf(text: string, unit: Json): Json {
  const plain = pointed(bare(text, unit['unit'] as string | undefined))
  const bound = (value: string | undefined) => (value === undefined ? undefined : { value: exactNumber(value), ...unit })
  const [, low, high] = /^(-?\d+(?:\.\d+)?)\s*-\s*(-?\d+(?:\.\d+)?)$/.exec(plain) ?? []
  // `2.5--7.5` is a typing error, not a range.
  if (low !== undefined && Number(low) > Number(high)) return { text }
  const [, sign, edge] = /^([<>])=?\s*(-?\d+(?:\.\d+)?)$/.exec(plain) ?? []
  return some({ low: bound(low ?? (sign === '>' ? edge : undefined)), high: bound(high ?? (sign === '<' ? edge : undefined)), text }) as Json
}

/** Removes brackets and the unit, and replaces words by mathematical signs. */
function bare(text: string, unit: string | undefined): string {
  const inner = text.trim().replace(/^(?:\[(.*)\]|\((.*)\))$/, '$1$2')
  const alone = unit !== undefined && inner.endsWith(unit) ? inner.slice(0, -unit.length) : inner
  return alone
    .trim()
    .replace(/[–—−]/g, '-')
    .replace('≤', '<=')
    .replace('≥', '>=')
    .replace(/(?<=\d)\s*(?:do|до)\s*(?=\d)/i, '-')
    .replace(/^(?:do|до)\s*(?=\d)/i, '<')
    .replace(/^(?:od|од)\s*(?=\d)/i, (_word, _at, all: string) => (all.includes('-') ? '' : '>'))
}

/** `3,5 - 5,0` with points; unchanged when a comma could be a thousands separator. */
function pointed(text: string): string {
  if (!text.includes(',')) return text
  const parts = text.split(/\s*-\s*/).map((part) => (part.includes(',') ? withPoint(part) : part))
  return parts.includes(undefined) ? text : parts.join('-')
}
