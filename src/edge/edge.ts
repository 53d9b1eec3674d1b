/**
 * The door of the edge: turns what local systems send into FHIR, and FHIR into what they can receive. Pure functions, no process and no network;
 * README.md says what each of them promises.
 */
export { toCda } from './back/cda.ts'
export { toHl7 } from './back/hl7v2.ts'
export { mapCda } from './cda/map.ts'
export { declaredMapping } from './csv/declared.ts'
export { mapCsv } from './csv/map.ts'
export type { Mapped } from './draft/draft.ts'
export { acknowledge, rejectUnread } from './hl7v2/acknowledge.ts'
export { mapHl7 } from './hl7v2/map/map.ts'
export { readMessage } from './hl7v2/message.ts'
