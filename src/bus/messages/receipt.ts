import type { Judged } from './judge-message.ts'
import type { Once } from './store-once.ts'

/** What the sender of a message gets for it: it is durable, and this is what the centre calls it. */
export const receiptOf = ({ message, queue }: Judged, { stored, isRepeated }: Once): object => ({
  message: stored.id,
  messageId: message.name,
  to: `${message.to.provider}/${message.to.service}`,
  digest: message.digest,
  receivedAt: stored.at.toISOString(),
  ...(queue === null ? {} : { queue }),
  ...(isRepeated ? { repeated: true } : {}),
})
