// The door of the sick leave.
export { addMember } from './members.ts'
export { sickleaveRoutes } from './routes.ts'
