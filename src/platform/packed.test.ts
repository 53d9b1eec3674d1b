import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { zstdCompressSync } from 'node:zlib'
import { packed, unpacked } from './packed.ts'

const megabyte = 1_048_576

test('what was packed is unpacked, and not when it is more than allowed', () => {
  for (const content of [Buffer.alloc(0), Buffer.from('x'), randomBytes(300), Buffer.alloc(megabyte, 'Ђ')]) {
    assert.ok(unpacked(packed(content), megabyte).equals(content), `${content.length} bytes`)
    assert.ok(unpacked(zstdCompressSync(content), megabyte).equals(content), `${content.length} bytes in a frame that does not name them`)
    if (content.length > 1) assert.throws(() => unpacked(packed(content), content.length - 1))
  }
})

/** In a process of its own, where nothing else takes memory. */
const trial = `
  import { setTimeout as delay } from 'node:timers/promises'
  import { packed, unpacked } from ${JSON.stringify(new URL('packed.ts', import.meta.url).href)}
  const frame = packed(Buffer.alloc(${megabyte}, 'abc'))
  gc()
  await delay(50)
  const before = process.memoryUsage().arrayBuffers
  for (let time = 0; time < 10; time++) unpacked(frame, ${2 * megabyte})
  for (let time = 0; time < 10; time++) {
    gc({ type: 'minor' }) // What it finds is freed a little later, by another thread.
    await delay(20)
  }
  console.log((process.memoryUsage().arrayBuffers - before) / ${megabyte})`

test('memory that was unpacked to is free when young objects are collected: it is no reason to collect the whole heap', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '--eval', trial], { encoding: 'utf8' })
  assert.ok(stdout !== '' && Number(stdout) < 3, `${stdout} MB of 10 are left ${stderr}`)
})
