import { resolve } from 'node:path'
import { takeBackup } from './backup/take-backup.ts'
import { restoreBackup } from './backup/restore-backup.ts'
import type { Command } from './cli.ts'
import type { Config } from './config.ts'
import { Refusal } from './refusal.ts'

/** `npm run spona -- platform backup --to /backup/spona-2026-11-23.backup` */
export const backupCommand: Command = {
  name: 'platform backup',
  summary: 'Write the embedded database and the seals to one encrypted file, also while the server works.',
  options: { to: { type: 'string', about: 'File to write; it must not exist yet.', required: true } },
  needs: 'nothing',

  async run(world, options, print) {
    requireEmbedded(world.config)
    const taken = await takeBackup(world.config.DATA_DIR, world.keys, fileOf(options['to']), world.now())
    if (options['json']) print(JSON.stringify(taken))
    else {
      print(`Backed up ${megabytes(taken.dataBytes)} to ${taken.file} (${megabytes(taken.bytes)}) in ${taken.seconds.toFixed(1)} s.`)
      print(`It opens only with the master key of this installation: keep a copy of ${world.config.DATA_DIR}/keys/master.key elsewhere.`)
    }
  },
}

/** `npm run spona -- platform restore --from /backup/spona-2026-11-23.backup` */
export const restoreCommand: Command = {
  name: 'platform restore',
  summary: 'Put a backup into DATA_DIR; the server must not run. The old data is moved aside, never deleted.',
  options: {
    from: { type: 'string', about: 'File that platform backup wrote.', required: true },
    key: { type: 'string', about: 'File with the master key of the backup (default: keys/master.key in DATA_DIR).' },
    force: { type: 'boolean', about: 'Also when DATA_DIR holds data already.' },
  },
  needs: 'nothing',

  async run(world, options, print) {
    requireEmbedded(world.config)
    const keyFile = options['key'] === undefined ? null : fileOf(options['key'])
    const restored = await restoreBackup({
      dataDir: world.config.DATA_DIR,
      file: fileOf(options['from']),
      keyFile,
      force: options['force'] === true,
      now: world.now(),
    })
    if (options['json']) print(JSON.stringify(restored))
    else {
      print(`Restored the backup of ${restored.at} into ${world.config.DATA_DIR} in ${restored.seconds.toFixed(1)} s.`)
      for (const folder of restored.movedAside) print(`What was there before is now ${folder}`)
      print('Next: npm run spona -- audit verify, then npm start.')
    }
  },
}

const megabytes = (bytes: number) => `${(bytes / 1_000_000).toFixed(1)} MB`

/** npm runs commands in the package's folder; a relative path means the folder where the person is. */
const fileOf = (path: unknown) => resolve(process.env['INIT_CWD'] ?? '.', String(path))

function requireEmbedded(config: Config): void {
  if (config.DATABASE_URL === '') return
  throw new Refusal('unprocessable', 'DATABASE_URL is set, so the database is not ours to copy', {
    hint: 'Use pg_dump or pgBackRest on that server, and keep DATA_DIR/keys and DATA_DIR/seals with it',
  })
}
