import { inXml } from '../draft/draft.ts'

/** Text that is already XML. */
export type Xml = string

/** An element. Children are XML, attributes are text; undefined and empty attributes are left out. */
export function element(name: string, attributes: Record<string, string | undefined>, ...children: Xml[]): Xml {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [` ${key}="${inXml(printable(value)).replace(/[\r\n\t]/g, ' ')}"`],
  )
  const inside = printable(children.join(''))
  return inside === '' ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${inside}</${name}>`
}

/** XML 1.0 allows no control characters, escaped or not. */
const printable = (text: string) => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
