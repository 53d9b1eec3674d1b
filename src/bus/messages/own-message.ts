import type { World } from '../../platform/world.ts'
import type { Message } from './accept.ts'
import { centreKey } from '../members/centre-key.ts'
import { recordMember } from '../members/directory.ts'
import { contentDigest, signMessage } from '../../platform/http-signature.ts'

type Draft = Pick<Message, 'to' | 'name' | 'answers' | 'contentType' | 'body' | 'key' | 'document' | 'subject' | 'lane'>
type Signed = Draft & Pick<Message, 'sender' | 'digest' | 'base' | 'signature' | 'kid'>

/** A message of the record or of the centre itself, signed by the centre's key over the same parts that members sign. */
export function signByCentre(world: World, draft: Draft, sender: Message['sender'] = { id: recordMember, code: 'record' }): Signed {
  const digest = contentDigest(draft.body)
  const values: Record<string, string> = {
    'content-digest': digest,
    'content-type': draft.contentType,
    'bus-to': `${draft.to.provider}/${draft.to.service}`,
    'bus-message-id': draft.name,
    ...(draft.answers === null ? {} : { 'bus-answers': draft.answers }),
  }
  const components = Object.keys(values).map((name) => `"${name}"`)
  const { proof } = signMessage(components, (name) => values[name] ?? null, centreKey(world.keys), world.now())
  return { ...draft, sender, digest, ...proof }
}

/** What the centre itself states about the end of a delivery, signed like an acknowledgement of a member. */
export function centreProof(world: World, statement: object): { kid: string; body: string; base: string; signature: string } {
  const body = JSON.stringify(statement)
  const { proof } = signMessage(['"content-digest"'], () => contentDigest(Buffer.from(body)), centreKey(world.keys), world.now())
  return { body, ...proof }
}
