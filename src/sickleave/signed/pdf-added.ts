// What was added after the document that was given out: it must be the signature, and nothing that changes what a reader sees (ISO 32000-1 section
// 7.5.6, incremental updates). A signature over all bytes proves little when bytes added before it draw another page over the old one.

type Objects = Map<number, { at: number; text: string }>

const addedMax = 200
const dictionaryMax = 20_000

/** The objects by their numbers; of each the last. A text inside a stream that looks like an object counts too: that can only cause more refusals. */
function objectsOf(text: string, max = Number.POSITIVE_INFINITY): Objects | null {
  const found: Objects = new Map()
  let count = 0
  for (const one of text.matchAll(/(?:^|\s)(\d+)\s+0\s+obj\b/g)) {
    if (++count > max) return null
    const [from, end] = [one.index + one[0].length, text.indexOf('endobj', one.index)]
    found.set(Number(one[1]), { at: one.index + one[0].indexOf(one[1] as string), text: text.slice(from, end === -1 ? text.length : end) })
  }
  return found
}

const oddNames = /\/(?:JS|JavaScript|OpenAction|AA|Launch|SubmitForm|ImportData|GoToR|GoToE|URI|EmbeddedFile|Encrypt|XFA|OCProperties|ObjStm|XRef|Perms)\b/
const drawnOver =
  /\/Subtype\s*\/(?:FreeText|Stamp|Square|Circle|Highlight|Underline|StrikeOut|Squiggly|Ink|Line|Text|Polygon|PolyLine|Redact|Link|Popup|Caret|FileAttachment|Watermark|Screen|3D|RichMedia|Sound|Movie)\b/
/** The entries that decide how a page looks, and which pages there are. */
const kept = ['Pages', 'Kids', 'Count', 'Contents', 'Resources', 'MediaBox', 'CropBox', 'Rotate', 'Parent', 'UserUnit']
const areaMax = 595 * 842 * 0.25

export function whatWasAdded(given: string, added: string): string | null {
  const names = added.replace(/#([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  const odd = oddNames.exec(names)
  if (odd?.[0] === '/ObjStm' || odd?.[0] === '/XRef') return 'the signing program rewrote the table of the document; choose an ordinary incremental update'
  if (odd) return `something that does not belong to a signature was added (${odd[0].slice(1)})`
  if (drawnOver.test(names)) return 'something was drawn over the document before it was signed'
  const [before, after] = [objectsOf(given), objectsOf(added, addedMax)]
  if (before === null || after === null) return 'the signing program rewrote the document; choose an ordinary incremental update'
  const wrong = [...after].map(([number, { text }]) => whatChanged(before.get(number)?.text ?? null, text)).find((one) => one !== null)
  return wrong ?? tableSays(given, added, after)
}

/** Every value that a name has in an object: some readers would use the second one. */
const valuesOf = (text: string, name: string): string[] =>
  [...text.matchAll(new RegExp(`/${name}\\b\\s*(\\[[^\\]]*\\]|<<[\\s\\S]*?>>|\\([^)]*\\)|/?[^/<>\\[\\]()]+)`, 'g'))].map(([, value]) =>
    (value as string).replace(/\s+/g, ' ').trim(),
  )
const value = (text: string, name: string): string | null => valuesOf(text, name)[0] ?? null

function whatChanged(was: string | null, is: string): string | null {
  if (/\/Subtype\s*\/Widget\b/.test(is)) {
    if (!/\/FT\s*\/Sig\b/.test(is)) return 'a field that is no signature was added before it was signed'
    if (is.length > dictionaryMax) return 'a field of the signature is longer than one can be'
    const [left = 0, bottom = 0, right = 0, top = 0] = (value(is, 'Rect') ?? '').replace(/[[\]]/g, '').trim().split(' ').map(Number)
    if (!(Math.abs((right - left) * (top - bottom)) <= areaMax)) return 'the picture of the signature covers the document'
  }
  if (was === null) return null
  const isChangeable = /\/Type\s*\/(?:Catalog|Page|Metadata)\b/.test(was) || /\/(?:FT\s*\/Sig|SigFlags|CreationDate)\b/.test(was)
  const isSame = (name: string) => valuesOf(was, name).join() === valuesOf(is, name).join()
  if (!isChangeable || is.length > dictionaryMax || value(was, 'Type') !== value(is, 'Type') || !kept.every(isSame))
    return 'the document was changed before it was signed'
  return null
}

/** The table of the added part must lead to the objects that were checked here, and the older part must stay unchanged. */
function tableSays(given: string, added: string, after: Objects): string | null {
  const odd = 'the table of what was added is not an ordinary one'
  const startOf = (text: string) => [...text.matchAll(/startxref\s+(\d+)/g)].map(([, at]) => Number(at))
  const [start, second] = startOf(added)
  const table =
    start === undefined || second !== undefined ? null : /^xref\s+([\s\d fn]*?)trailer\s*(<<[\s\S]*?>>)\s*startxref/.exec(added.slice(start - given.length))
  if (!table) return odd
  const [, rows = '', trailer = ''] = table
  const last = given.slice(given.lastIndexOf('trailer'))
  if (value(trailer, 'Prev') !== String(startOf(given).at(-1)) || value(trailer, 'Root') !== value(last, 'Root') || value(trailer, 'XRefStm') !== null)
    return odd
  const words = rows.trim().split(/\s+/)
  let at = 0
  while (at < words.length) {
    const [first, count] = [Number(words[at]), Number(words[at + 1])]
    at += 2
    for (let number = first; number < first + count; number++, at += 3) {
      const isFree = words[at + 2] === 'f'
      if (isFree ? number !== 0 : Number(words[at]) !== given.length + (after.get(number)?.at ?? -1)) return odd
    }
  }
  return null
}
