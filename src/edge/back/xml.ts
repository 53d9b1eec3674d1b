import { inXml } from '../draft/draft.ts'

/** Text that is XML already. */
export type Xml = string

/** An element; children are XML, attributes are text, and those that are undefined are not there. */
export function element(name: string, attributes: Record<string, string | undefined>, ...children: Xml[]): Xml {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [` ${key}="${inXml(printable(value)).replace(/[\r\n\t]/g, ' ')}"`],
  )
  const inside = printable(children.join(''))
  return inside === '' ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${inside}</${name}>`
}

/** XML 1.0 has no place for control characters, escaped or not. */
const printable = (text: string) => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
