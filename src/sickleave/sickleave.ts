// The door of the sick leave.
export { acts } from './acts.ts'
export type { Asking } from './asking.ts'
export { joinEmployersSide, startEmployersSide } from './apart/employers-side.ts'
export { addMember } from './employer/members.ts'
export { startClocks } from './fund/clocks.ts'
export { genuinenessOf } from './document/code.ts'
export { startOfflineIntake } from './offline/intake.ts'
export { sickleaveRoutes } from './routes.ts'
