import type { FastifyRequest } from 'fastify'
import { access } from '../../access/access.ts'
import { certificateOf, readCertificate, thumbprintOf } from '../../platform/client-certificate.ts'
import { Refusal } from '../../platform/refusal.ts'
import { type Fields, readInput } from '../signing/json-input.ts'
import { asMember, ownMember } from './member.ts'

const pemShape = /^[\s\S]{0,16000}$/

export const certificateForm = { certificate: { form: pemShape, about: 'The client certificate as PEM; empty: none any more.' } } satisfies Fields

/**
 * POST /bus/members/CODE/certificate `{ certificate }`: from now on the member's tokens are given and taken only on connections with this
 * certificate (mutual TLS); an empty text ends that. Once bound, a change needs a connection with the certificate of now: with a stolen
 * signing key alone nobody binds another one.
 */
export async function bindCertificate(request: FastifyRequest, body: Buffer, code: string): Promise<object> {
  const { member } = await ownMember(request, body, code)
  const { certificate: pem } = readInput(body, certificateForm) as {
    certificate: string
  }
  if (member.client === null) throw new Refusal('conflict', `the member is ${member.state}`, { hint: 'A member gets its client when it is approved.' })
  const { client } = member
  const certificate = pem === '' ? null : readCertificate(pem)
  if (pem !== '' && !certificate) throw new Refusal('incorrect', 'this is no certificate as PEM', { expression: 'certificate' })
  if (certificate && new Date(certificate.validTo) <= request.world.now())
    throw new Refusal('incorrect', 'the certificate has ended', { expression: 'certificate' })
  const thumbprint = certificate ? thumbprintOf(certificate) : null
  await asMember(request, member, 'configure', async (tx) => {
    const bound = await access.clientCertificate(tx, client)
    if (bound !== null && bound !== certificateOf(request))
      throw new Refusal('forbidden', 'the member is bound to a certificate that this connection does not have', {
        hint: 'Connect with it, or let the operator end it: spona access client certificate ID.',
      })
    await access.setClientCertificate(tx, client, thumbprint, request.world.now())
  })
  return { code: member.code, certificate: thumbprint }
}
