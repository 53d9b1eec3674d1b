import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { JWK } from 'jose'
import { systemClock, type World } from '../platform/world.ts'
import { Refusal } from '../platform/refusal.ts'
import { corpus } from '../testing/corpora.ts'
import { testConfig, testKeys } from '../testing/platform.ts'
import { noClaims, verifyToken } from './token.ts'

type Group = { public?: JWK; private?: JWK; tests: { tcId: number; jws: unknown; result: string; comment: string }[] }

// The vectors sign plain text, so a good ES256 signature gets exactly as far as the missing claims, and a bad one never does.
const isPastSignature = (refusal: Refusal) => refusal.message === noClaims

test('no invalid JWS of Wycheproof passes the signature check of a token, and only ES256 passes at all', async (t) => {
  const folder = corpus(t, 'bad-input/jose-wycheproof')
  if (!folder) return
  const file = join(folder, 'json_web_signature_test.json')
  const { testGroups } = JSON.parse(readFileSync(file, 'utf8')) as { testGroups: Group[] }
  const world = { config: testConfig(), keys: testKeys, ...systemClock } as World
  let refusedCount = 0
  let goodCount = 0
  for (const group of testGroups) {
    const keyOf = keyStoreOf(group)
    for (const { tcId, jws, result, comment } of group.tests) {
      const text = typeof jws === 'string' ? jws : JSON.stringify(jws)
      const refusal = await verifyToken(world, text, keyOf).then(
        () => null,
        (error: unknown) => error,
      )
      assert.ok(refusal instanceof Refusal && refusal.status === 401, `case ${tcId} (${comment}): ${refusal}`)
      const isGood = result === 'valid' && algorithmOf(text) === 'ES256'
      assert.equal(isPastSignature(refusal), isGood, `case ${tcId} (${comment}): ${refusal.message}`)
      if (isGood) goodCount++
      else refusedCount++
    }
  }
  assert.ok(goodCount > 0 && refusedCount > 200, `${goodCount} good and ${refusedCount} refused cases ran`)
})

function algorithmOf(jws: string): string | undefined {
  try {
    return (JSON.parse(Buffer.from(jws.split('.')[0] ?? '', 'base64url').toString()) as { alg?: string }).alg
  } catch {
    return undefined
  }
}

/** As hostile as can be: whatever kid the vector names, its group's key is offered, even an HMAC secret. */
const keyStoreOf = (group: Group) => () => group.public ?? group.private
