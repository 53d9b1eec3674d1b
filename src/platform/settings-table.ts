import { settings } from './settings.ts'

/** docs/reference/settings.md as it must stand: `node src/platform/settings-table.ts > docs/reference/settings.md`. */
export function settingsPage(): string {
  const rows = settings.map(
    ({ name, fallback, about }) => `| \`${name}\` | ${fallback === '' ? '(empty)' : `\`${fallback}\``} | ${about.replaceAll('|', '\\|')} |`,
  )
  return `# Settings

Every setting is an environment variable: \`PORT=9000 npm start\`. An empty value means the default. All are checked at the start;
the wrong ones are named together, each with its reason, and the start ends with exit code 2. This page is made from
\`src/platform/settings.ts\` by \`node src/platform/settings-table.ts\`, and a test keeps the two equal. UNVERIFIED marks what follows from
no published text and must be confirmed before production.

| Setting | Default | What it is |
|---|---|---|
${rows.join('\n')}

## The folder DATA_DIR

| Path | What it holds | Keep a copy? |
|---|---|---|
| \`keys/master.key\` | the key that every other secret of the installation comes from; mode 0600 | **yes, elsewhere**: without it neither the data nor a backup opens |
| \`postgres/\` | the embedded database; mode 0700 | by \`platform backup\`, see [backup](../guides/backup.md) |
| \`postgres.reserve\` | room kept for the audit of reads (\`DISK_RESERVE_MB\`), beside the data wherever they lie | no |
| \`postgres.location\` | where the database lies when DATA_DIR is closed to its user (only when started as root) | no |
| \`seals/\` | the audit's signed seals and public keys | yes, somewhere the operators of the server cannot write |
| \`cache/\`, \`portals/\`, \`address\` | compiled definitions, built pages, the last address: made again when missing | no |
`
}

if (import.meta.main) process.stdout.write(settingsPage())
