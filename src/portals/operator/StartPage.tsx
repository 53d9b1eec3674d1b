import { Navigate, useOutletContext } from 'react-router'
import type { Me } from '../../access/wire.ts'
import { OverviewPage } from './OverviewPage.tsx'

/** The bus for operators; the ministry begins with what it answers for. */
export function StartPage() {
  const me = useOutletContext<Me>()
  return me.roles.includes('operator') ? <OverviewPage /> : <Navigate to="/completeness" replace />
}
