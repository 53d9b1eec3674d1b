import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import { thumbprint } from '../platform/http-signature.ts'
import { signedActType } from '../sickleave/signature/signed-act.ts'
import { type Send, sender } from './server.ts'
import type { LeaveTown } from './sickleave.ts'

export type Signer = {
  send: Send
  kid: string
  publicKey: { kty: string; crv: string; x: string; y: string }
  /** The signed act as the doctor's browser makes it; `more` replaces parts, as a forger would. */
  signed(act: ToSign, more?: { header?: object; payload?: object; key?: KeyObject }): { signed: string }
}
type ToSign = { act: string; person: string; leave: string; body: object }

/** A doctor in one session with a key of their own, as a browser or a local system has it. */
export async function signerOf(town: LeaveTown, account: string): Promise<Signer> {
  const { cookie, csrf } = await town.cookie(account)
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' }) as Record<string, string>
  const jwk = { kty, crv, x, y } as Signer['publicKey']
  const kid = thumbprint(jwk)
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const send = sender(town.app, { cookie, 'x-spona-csrf': csrf })
  return {
    send: (method, url, body, headers) => send(method, url, body, { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers }),
    kid,
    publicKey: jwk,
    signed({ act, person, leave, body }, more = {}) {
      const header = { alg: 'ES256', kid, typ: signedActType, ...more.header }
      const payload = { act, person, leave, at: town.world.now().toISOString(), nonce: randomUUID(), body, ...more.payload }
      const text = `${part(header)}.${part(payload)}`
      const value = sign('sha256', Buffer.from(text), { key: more.key ?? privateKey, dsaEncoding: 'ieee-p1363' })
      return { signed: `${text}.${value.toString('base64url')}` }
    },
  }
}
