import { toLatin } from '../../platform/text.ts'
import { type Unframed, unframedOf } from '../mllp/unframed.ts'
import type { Edge } from '../process/edge.ts'
import type { Language } from './words.ts'

/** A port of HL7 v2 to which somebody sends without the MLLP frame, in English as programs read it. */
export type Strange = { name: string; kind: Unframed['kind']; connections: number; lastAt: string; reason: string; hint: string }

type Words = { reason: string; hint: string }

const english: Record<Unframed['kind'], Words> = {
  hl7: {
    reason: 'messages come without the frame of MLLP, and none of them is taken or answered',
    hint: 'Let that system speak MLLP: <VT> (hexadecimal 0B) before each message, <FS><CR> (1C 0D) behind it.',
  },
  http: { reason: 'somebody speaks HTTP to it', hint: 'FHIR goes to the port of rest; HL7 v2 comes here over TCP in the frame of MLLP.' },
  tls: { reason: 'somebody speaks TLS to it', hint: 'This port speaks MLLP without TLS: switch it off there, or end it before this port.' },
  other: { reason: 'bytes come that are no message', hint: 'The log of the edge has the address that they come from.' },
}

const serbian: Record<Unframed['kind'], Words> = {
  hl7: {
    reason: 'поруке стижу без оквира MLLP, и ниједна се не прима и не потврђује',
    hint: 'Нека тај систем говори MLLP: <VT> (хексадецимално 0B) пре сваке поруке, <FS><CR> (1C 0D) после ње.',
  },
  http: { reason: 'неко му говори HTTP', hint: 'FHIR иде на порт из rest; HL7 v2 овамо стиже преко TCP, у оквиру MLLP.' },
  tls: { reason: 'неко му говори TLS', hint: 'Овај порт говори MLLP без TLS: искључите га тамо, или га завршите испред овог порта.' },
  other: { reason: 'стижу бајтови који нису порука', hint: 'Дневник повезника каже са које адресе.' },
}

export const strangeOf = (edge: Edge): Strange[] =>
  unframedOf(edge).map(({ name, unframed: { kind, connections, lastAt } }) => ({ name, kind, connections, lastAt: lastAt.toISOString(), ...english[kind] }))

/** Whether somebody's messages are lost; when other programs try a port, nobody needs to act. */
export const isLost = ({ kind }: Strange): boolean => kind === 'hl7'

export function strangeIn(language: Language, { kind }: Strange): Words {
  if (language === 'en') return english[kind]
  const { reason, hint } = serbian[kind]
  return language === 'sr-Cyrl' ? { reason, hint } : { reason: toLatin(reason), hint: toLatin(hint) }
}
