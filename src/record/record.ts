// The door of the record: exact resources, their versions, and the questions that may be asked of them.

export { startCustomParameters } from './custom-parameters.ts'
export { inWantedForm } from './formats.ts'
export { hashesFrom } from './hashes.ts'
export { startIndexing } from './index-parameter.ts'
export { type Load, load, loadAll } from './load.ts'
export { startMoments } from './moments.ts'
export { fhirRoutes, pageRoutes } from './routes.ts'
export { startWork } from './work.ts'
