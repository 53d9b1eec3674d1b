import { optional, section, whole } from '../process/shapes.ts'

/** Certificates of sick leave that are issued here without a connection: how many numbers are kept ready for them. */
export const certificatesShape = section({ numbers: optional(whole(10, 1000), 100) })
