import { Navigate, useOutletContext } from 'react-router'
import type { Me } from '../../access/wire.ts'
import { OverviewPage } from './OverviewPage.tsx'

/** Operators begin with the bus, the ministry with the completeness of reports. */
export function StartPage() {
  const me = useOutletContext<Me>()
  return me.roles.includes('operator') ? <OverviewPage /> : <Navigate to="/completeness" replace />
}
