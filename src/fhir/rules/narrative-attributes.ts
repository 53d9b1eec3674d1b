/**
 * narrative.html#xhtml: the attributes "described in chapters 7-11 and 15 of the HTML 4.0 standard", which describes them for certain elements:
 * a paragraph has no address, and a row no border. Of what it deprecates (colours of cells, forms of lists) the reference validator takes the width and the place.
 */
const everywhere = new Set(
  `id class style title lang dir xml:lang xml:space accesskey tabindex width align valign char charoff span abbr axis headers scope
   rowspan colspan`.split(/\s+/),
)
const own: Record<string, Set<string> | undefined> = Object.fromEntries(
  Object.entries({
    a: ['href', 'name', 'hreflang', 'type', 'rel', 'rev', 'charset', 'shape', 'coords'],
    area: ['shape', 'coords', 'href', 'nohref', 'alt'],
    blockquote: ['cite'],
    q: ['cite'],
    img: ['src', 'alt', 'longdesc', 'height', 'border', 'usemap', 'ismap'],
    map: ['name'],
    table: ['summary', 'border', 'frame', 'rules', 'cellspacing', 'cellpadding'],
    td: ['nowrap'],
  }).map(([name, attributes]) => [name, new Set(attributes)]),
)

const tag = /<([a-z][a-z0-9]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))+)\s*\/?>/gi
const attribute = /([\w:.-]+)\s*=\s*(?:"[^"]*"|'[^']*')/g

/** The first attribute that HTML does not have on its element. */
export function strayAttribute(html: string): { element: string; name: string } | null {
  for (const [, element = '', text = ''] of html.matchAll(tag)) {
    for (const [, written = ''] of text.matchAll(attribute)) {
      const name = written.toLowerCase()
      if (!everywhere.has(name) && !name.startsWith('xmlns') && own[element.toLowerCase()]?.has(name) !== true) return { element, name }
    }
  }
  return null
}
