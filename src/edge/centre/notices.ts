import type { Edge } from '../process/edge.ts'
import type { Receiver } from './receive.ts'

export type Notice = { at: string; service: string; sentence: string }

const kept = new WeakMap<Edge, Notice[]>()
const keptMax = 5
const sentenceMax = 300

/** Notices of the centre to the institution (missing reports, certificates), for the status page, the newest first. */
export const noticesOf = (edge: Edge): readonly Notice[] => kept.get(edge) ?? []

/** Receives messages of the centre that no local system takes, so that somebody sees them. */
export function takeNotices(edge: Edge): Receiver {
  return async ({ to }, bytes) => {
    const service = to.slice(to.indexOf('/') + 1)
    const sentence = sentenceOf(service, readObject(bytes)).slice(0, sentenceMax)
    kept.set(edge, [{ at: edge.now().toISOString(), service, sentence }, ...noticesOf(edge)].slice(0, keptMax))
    edge.log.info({ service }, 'the centre has told something')
    return { taken: true }
  }
}

function readObject(bytes: Buffer): Record<string, unknown> {
  try {
    const body = JSON.parse(bytes.toString('utf8')) as unknown
    return body !== null && typeof body === 'object' ? (body as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function sentenceOf(service: string, body: Record<string, unknown>): string {
  const said = (name: string) => String(body[name] ?? '–')
  if (service === 'completeness') return `${said('late')} visits have no report after ${said('limitHours')} hours, ${said('soonLate')} more will be late soon`
  if (service === 'certificates') return `certificate of ${said('protocol')}: ${said('state')}${body['reason'] ? ` (${said('reason')})` : ''}`
  return `a message of ${service}`
}
