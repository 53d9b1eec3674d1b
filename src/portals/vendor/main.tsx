import { startPortal } from '../shared/start.tsx'
import { routes } from './routes.tsx'

startPortal('/vendor', routes)
