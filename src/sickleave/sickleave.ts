// The door of the sick leave.
export { addMember } from './employer/members.ts'
export { startClocks } from './fund/clocks.ts'
export { genuinenessOf, readCode } from './document/code.ts'
export { startTellingEmployers } from './employer/push.ts'
export { sickleaveRoutes } from './routes.ts'
