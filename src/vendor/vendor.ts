// The door of vendor: the sandbox in which vendors try their systems, and the certificates that they earn.

export { breakOff } from './outage.ts'
export { startRepeating } from './repeat.ts'
export { vendorRoutes } from './routes.ts'
