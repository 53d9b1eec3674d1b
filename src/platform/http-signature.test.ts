import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { Refusal } from './refusal.ts'
import { checkDigest, contentDigest, isSigned, readSignature, signatureBase, signMessage } from './http-signature.ts'

// RFC 9421, appendix B.1.3 and B.2.4.
const rfcKey = createPublicKey({
  key: { kty: 'EC', crv: 'P-256', x: 'qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA', y: 'Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0' },
  format: 'jwk',
})
const rfcInput = 'sig-b24=("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"'
const rfcValue = 'sig-b24=:wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==:'
const rfcDigest = 'sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:'
const rfcAnswer: Record<string, string> = { '@status': '200', 'content-type': 'application/json', 'content-digest': rfcDigest, 'content-length': '23' }

function read(input: string, value: string) {
  const signature = readSignature(input, value)
  assert.ok(!(signature instanceof Refusal), signature instanceof Refusal ? signature.message : '')
  return signature
}

test('the signed answer of RFC 9421 B.2.4 verifies, and not when one byte of it differs', () => {
  const signature = read(rfcInput, rfcValue)
  assert.equal(signature.keyid, 'test-key-ecc-p256')
  const baseWith = (more: Record<string, string>) =>
    signatureBase(signature.components, signature.params, (name) => ({ ...rfcAnswer, ...more })[name] ?? null) as string
  assert.ok(isSigned(baseWith({}), signature.value, rfcKey))
  assert.ok(!isSigned(baseWith({ '@status': '201' }), signature.value, rfcKey))
  assert.equal(checkDigest(rfcDigest, Buffer.from('{"message": "good dog"}')), null)
})

test('what is signed here verifies here, and a body that was changed does not have its digest', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const body = Buffer.from('{"a":1}')
  const values: Record<string, string> = { '@method': 'POST', '@path': '/bus/messages', 'content-digest': contentDigest(body) }
  const made = signMessage(['"@method"', '"@path"', '"content-digest"'], (name) => values[name] ?? null, { kid: 'k', key: privateKey }, new Date(0))
  const signature = read(made.headers['signature-input'], made.headers.signature)
  const base = signatureBase(signature.components, signature.params, (name) => values[name] ?? null)
  assert.equal(base, made.proof.base)
  assert.ok(isSigned(made.proof.base, signature.value, publicKey))
  assert.equal(checkDigest(values['content-digest'], body), null)
  assert.match(checkDigest(values['content-digest'], Buffer.from('{"a":2}'))?.message ?? '', /not the digest/)
})

test('broken headers of signatures are refused with a sentence', () => {
  const value = `sig=:${Buffer.alloc(64).toString('base64')}:`
  const wrong: [unknown, unknown][] = [
    [undefined, value],
    ['sig=("@method");created=1;keyid="k"', undefined],
    ['sig=("@method" "@method");created=1;keyid="k"', value],
    ['sig=("@method");keyid="k"', value],
    ['sig=("@method");created=1', value],
    ['sig=("@method");created=1;keyid="k";alg="hmac-sha256"', value],
    ['other=("@method");created=1;keyid="k"', value],
    ['sig=("@method");created=1;keyid="k", two=("@method");created=1;keyid="k"', value],
    ['sig=("@method\n");created=1;keyid="k"', value],
    ['sig=("@method");created=1;keyid="k"', `sig=:${Buffer.alloc(63).toString('base64')}:`],
    [`sig=(${'"a" '.repeat(2000)});created=1;keyid="k"`, value],
  ]
  for (const [input, given] of wrong) assert.ok(readSignature(input, given) instanceof Refusal, String(input).slice(0, 80))
})
