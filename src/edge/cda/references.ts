import { table } from '../draft/table.ts'
const entities = table<string>({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" })

/** Replaces the five entities of XML and numeric character references (XML 1.0, 4.1 and 4.6); null when there is any other reference. */
export function withReferences(text: string): string | null {
  let out = ''
  let from = 0
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', from)) {
    const end = text.indexOf(';', at)
    const meaning = end < 0 ? undefined : meaningOf(text.slice(at + 1, end))
    if (meaning === undefined) return null
    out += text.slice(from, at) + meaning
    from = end + 1
  }
  return out + text.slice(from)
}

function meaningOf(name: string): string | undefined {
  if (!name.startsWith('#')) return Object.hasOwn(entities, name) ? entities[name] : undefined
  const code = /^#[0-9]{1,9}$/.test(name) ? Number(name.slice(1)) : /^#x[0-9A-Fa-f]{1,8}$/.test(name) ? Number.parseInt(name.slice(2), 16) : -1
  return isCharacter(code) ? String.fromCodePoint(code) : undefined
}

/** Characters that XML allows (XML 1.0, 2.2). */
const isCharacter = (code: number) =>
  code === 0x9 ||
  code === 0xa ||
  code === 0xd ||
  (code >= 0x20 && code <= 0xd7ff) ||
  (code >= 0xe000 && code <= 0xfffd) ||
  (code >= 0x10000 && code <= 0x10ffff)
