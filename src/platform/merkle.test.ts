import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leafHash, pathOf, rootBy, rootOf } from './merkle.ts'

test('the Merkle root is that of Certificate Transparency for its published leaves', () => {
  const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map((hex) => Buffer.from(hex, 'hex'))
  const roots: Record<number, string> = {
    0: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    1: '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    2: 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    3: 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    8: '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  }
  for (const [count, root] of Object.entries(roots)) assert.equal(rootOf(leaves.slice(0, Number(count)).map(leafHash)).toString('hex'), root)
})

test('every leaf of a tree of any size leads to its root by its path, and to no other', () => {
  for (const count of [1, 2, 3, 5, 8, 13, 64, 65]) {
    const leaves = Array.from({ length: count }, (_, at) => leafHash(String(at)))
    const root = rootOf(leaves)
    for (let at = 0; at < count; at++) {
      const path = pathOf(leaves, at)
      assert.ok(rootBy(leaves[at] as Buffer, at, count, path)?.equals(root))
      assert.ok(!rootBy(leafHash('x'), at, count, path)?.equals(root))
      if (count > 1) assert.ok(!rootBy(leaves[at] as Buffer, (at + 1) % count, count, path)?.equals(root))
    }
  }
})
