import { knownErrors } from './catalogue.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|')

/** The catalogue as a page of docs/. */
export function catalogueText(): string {
  const rows = knownErrors().map(
    ({ code, kind, sentence, said, cure, remedy }) => `| \`${code}\` | ${kind}: ${cell(sentence)}<br>${cell(said)} | ${cell(cure)}<br>${cell(remedy)} |`,
  )
  return `# Errors of bus, edge and sandbox

Made by \`npm run -s spona -- vendor errors\` from \`src/platform/errors/catalogue.tsv\`; a test holds it against every sentence in the code. An answer carries the code in \`issue.details.coding\`
(system \`urn:spona:errors\`); \`/errors#CODE\` on every server shows it in the reader's language. \`{}\` stands for what is filled in.

| Code | What is said | What to do |
|---|---|---|
${rows.join('\n')}
`
}
