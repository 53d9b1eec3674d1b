import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loneSettings } from '../../testing/lone-edge.ts'
import { makeKeyFile } from '../centre/key-file.ts'

test('a failed start ends with the sentence and with exit code 1, even when the opened parts take time to close', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'spona-start-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  makeKeyFile(join(folder, 'key.json'), randomBytes)
  const settings = [
    loneSettings,
    'folders:',
    '  - { name: letters, path: ./letters, format: cda }',
    '  - { name: tables, path: ./tables, format: csv, mapping: ./none.json }',
  ]
  writeFileSync(join(folder, 'edge.yaml'), settings.join('\n'))
  const { status, stderr } = spawnSync(process.execPath, ['src/cli.ts', 'edge', 'start', '--config', join(folder, 'edge.yaml')], { encoding: 'utf8' })
  assert.match(stderr, /^the mapping .*none\.json is not there\. Name it in the settings of the folder\.$/m)
  assert.equal(status, 1)
})
