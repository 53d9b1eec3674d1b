// The door of the record: exact resources, their versions, and the questions that may be asked of them.

import { startWork } from './bulk/work.ts'
import { startBeginnings } from './search/beginnings.ts'
import { startFollowing } from './completeness/follow.ts'
import { startReminding } from './completeness/remind.ts'
import { startMoments } from './read/moments.ts'
import { startIntake } from './exchange/intake.ts'
import { patientKeyOf } from './exchange/patient-key.ts'
import { startIndexing } from './search/index-parameter.ts'
import { startSubscriptions } from './subscription/run.ts'
import { directoryTypes } from './view.ts'

export { startCustomParameters } from './search/custom-parameters.ts'
export { inWantedForm } from './http/formats.ts'
export { hashesFrom } from './write/hashes.ts'
export { type Load, load, loadAll } from './write/load.ts'
export { submittedSince } from './exchange/submitted.ts'
export { fhirRoutes, pageRoutes } from './http/routes.ts'

/** What the record offers to the bus, which may not import it. */
export const forBus = { isDirectory: (type: string) => directoryTypes.has(type), patientKeyOf, startIntake }

/** Background work while the server is up. */
export const background = { startBeginnings, startFollowing, startIndexing, startMoments, startReminding, startSubscriptions, startWork }
