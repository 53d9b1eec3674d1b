import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { openVault } from './vault.ts'

const secret = randomBytes(32)
const vaultOf = () => openVault(secret, randomBytes)

test('contents sealed for now open once without being deciphered, and after that like any others', () => {
  const vault = vaultOf()
  const plain = Buffer.from('mapped')
  const sealed = vault.sealForNow(plain, 'mapped 1')
  assert.equal(vault.open(sealed, 'mapped 1'), plain)
  const again = vault.open(sealed, 'mapped 1')
  assert.notEqual(again, plain)
  assert.deepEqual(again, plain)
})

test('another process opens contents sealed for now', () => {
  const sealed = vaultOf().sealForNow(Buffer.from('mapped'), 'mapped 1')
  assert.equal(vaultOf().open(sealed, 'mapped 1').toString(), 'mapped')
})

test('an open copy is given out for no other bytes and no other row', () => {
  const vault = vaultOf()
  const earlier = vault.sealForNow(Buffer.from('earlier'), 'mapped 1')
  vault.sealForNow(Buffer.from('later'), 'mapped 1')
  assert.equal(vault.open(earlier, 'mapped 1').toString(), 'earlier')
  const sealed = vault.sealForNow(Buffer.from('mapped'), 'mapped 1')
  const turned = Buffer.from(sealed)
  turned[20] = (turned[20] as number) ^ 1
  assert.throws(() => vault.open(turned, 'mapped 1'))
  assert.throws(() => vault.open(sealed, 'mapped 2'))
})

test('only some megabytes are kept open, the newest ones', () => {
  const vault = vaultOf()
  const plains = Array.from({ length: 400 }, () => Buffer.alloc(30_000))
  const sealed = plains.map((plain, at) => vault.sealForNow(plain, `mapped ${at}`))
  const isKept = plains.map((plain, at) => vault.open(sealed[at] as Buffer, `mapped ${at}`) === plain)
  assert.equal(isKept.lastIndexOf(false), 400 - Math.floor((8 * 1_048_576) / 30_000) - 1)
  assert.equal(isKept.indexOf(true), isKept.lastIndexOf(false) + 1)
})

test('a repeating text of any size opens as it was, and a large one takes less room', () => {
  const vault = vaultOf()
  for (const size of [0, 1, 2047, 2048, 32_767, 32_768, 200_000]) {
    const plain = Buffer.from('MSH|^~\\&|'.repeat(Math.ceil(size / 9)).slice(0, size))
    assert.deepEqual(vault.open(vault.seal(plain, 'original'), 'original'), plain)
    assert.deepEqual(vault.open(vault.sealForNow(plain, 'mapped'), 'mapped'), plain)
  }
  assert.ok(vault.seal(Buffer.alloc(3000, 'a'), 'original').length < 200)
  assert.ok(vault.sealForNow(Buffer.alloc(200_000, 'a'), 'mapped').length < 200)
})
