// The door of the sick leave.
export { addMember } from './employer/members.ts'
export { sickleaveRoutes } from './routes.ts'
