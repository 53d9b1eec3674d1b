import assert from 'node:assert/strict'
import { createCipheriv, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { decrypt, encrypt } from './aes-gcm.ts'

const world = { random: (bytes: number) => randomBytes(bytes) }

test('what is sealed opens with its key and for its place only, and not when a byte of it has changed or is missing', () => {
  const [key, plain] = [randomBytes(32), Buffer.from('дијагноза')]
  for (const place of ['', 'shared 1']) {
    const sealed = encrypt(world, key, plain, place)
    assert.deepEqual(decrypt(key, sealed, place), plain)
    assert.throws(() => decrypt(key, sealed, `${place}x`))
    assert.throws(() => decrypt(randomBytes(32), sealed, place))
    for (const at of [0, 12, 28, sealed.length - 1]) {
      const changed = Buffer.from(sealed)
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
      assert.throws(() => decrypt(key, changed, place), String(at))
    }
    for (const length of [0, 11, 27, sealed.length - 1]) assert.throws(() => decrypt(key, sealed.subarray(0, length), place), String(length))
  }
})

test('what was sealed before there was a place is still read: no place is the same as none', () => {
  const [key, nonce] = [randomBytes(32), randomBytes(12)]
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const text = Buffer.concat([cipher.update('тајна'), cipher.final()])
  assert.equal(decrypt(key, Buffer.concat([nonce, cipher.getAuthTag(), text])).toString(), 'тајна')
})
