// The door of the record: exact resources, their versions, and the questions that may be asked of them.

import { patientKeyOf } from './read/patient-key.ts'

export { startCustomParameters } from './search/custom-parameters.ts'
export { inWantedForm } from './http/formats.ts'
export { hashesFrom } from './write/hashes.ts'
export { startIndexing } from './search/index-parameter.ts'
export { type Load, load, loadAll } from './write/load.ts'
export { startMoments } from './read/moments.ts'
export { fhirRoutes, pageRoutes } from './http/routes.ts'
export { startWork } from './bulk/work.ts'

/** What the record gives to the bus, which stands below it. */
export const forBus = { patientKeyOf }
