/** A complete page that the server writes itself: without scripts, in the style of the portals. */
export type StaticPage = { language: string; title: string; kind: 'landing' | 'page document-text'; content: string }

export const staticPage = ({ language, title, kind, content }: StaticPage, styleSheets: readonly string[]): string => `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>${title}</title>
${styleSheets.map((href) => `<link rel="stylesheet" href="${href}">`).join('\n')}
</head><body><main class="${kind}">${content}</main></body></html>
`

export const inHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
