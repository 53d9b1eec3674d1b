import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import * as asn1 from 'asn1js'
import * as pki from 'pkijs'
import { basicConstraints, forStamps, makeCertificate, newKeys, pemOf } from './certificates.ts'

/** A time-stamping authority (RFC 3161) on loopback with a root of its own; `isAway` makes it answer 503, `spoil` changes what it signs. */
export type TestAuthority = { address: string; root: string; state: { isAway: boolean; spoil: ((text: Uint8Array) => void) | null; asked: number } }

export async function startAuthority(t: TestContext): Promise<TestAuthority> {
  const state: TestAuthority['state'] = { isAway: false, spoil: null, asked: 0 }
  const [rootKeys, keys] = [await newKeys(), await newKeys()]
  const root = await makeCertificate('Test root', 'Test root', 1, rootKeys, rootKeys.privateKey, [basicConstraints()])
  const signer = await makeCertificate('Test authority', 'Test root', 2, keys, rootKeys.privateKey, [forStamps()])
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      state.asked++
      if (state.isAway) return response.writeHead(503).end()
      const query = pki.TimeStampReq.fromBER(new Uint8Array(Buffer.concat(chunks)).buffer)
      response.writeHead(200, { 'content-type': 'application/timestamp-reply' })
      response.end(Buffer.from(await answer(query, signer, root, keys.privateKey, state.spoil)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  return { address: `http://127.0.0.1:${port}/`, root: pemOf(root), state }
}

async function answer(query: pki.TimeStampReq, signer: pki.Certificate, root: pki.Certificate, key: CryptoKey, spoil: ((text: Uint8Array) => void) | null) {
  const imprint = query.messageImprint
  spoil?.(imprint.hashedMessage.valueBlock.valueHexView)
  const info = new pki.TSTInfo({
    version: 1,
    policy: '1.2.3.4',
    messageImprint: imprint,
    serialNumber: new asn1.Integer({ value: 7 }),
    genTime: new Date(),
    ...(query.nonce ? { nonce: query.nonce } : {}),
  })
  const signed = new pki.SignedData({
    version: 3,
    encapContentInfo: new pki.EncapsulatedContentInfo({
      eContentType: '1.2.840.113549.1.9.16.1.4',
      eContent: new asn1.OctetString({ valueHex: info.toSchema().toBER() }),
    }),
    signerInfos: [new pki.SignerInfo({ version: 1, sid: new pki.IssuerAndSerialNumber({ issuer: signer.issuer, serialNumber: signer.serialNumber }) })],
    certificates: [signer, root],
  })
  await signed.sign(key, 0, 'SHA-256')
  const token = new pki.ContentInfo({ contentType: '1.2.840.113549.1.7.2', content: signed.toSchema(true) })
  return new pki.TimeStampResp({ status: new pki.PKIStatusInfo({ status: 0 }), timeStampToken: token }).toSchema().toBER()
}
