import { WorkShell } from '../shared/WorkShell.tsx'
import { portal } from './words.ts'

const pages = [
  ['/', portal.work],
  ['/payments', portal.payments],
  ['/objections', portal.objections],
  ['/overdue', portal.overdue],
  ['/simulation', portal.simulation],
  ['/statistics', portal.statistics],
  ['/anomalies', portal.anomalies],
] as const

export const FundShell = () => <WorkShell name={portal.name} pages={pages} roles={['fund']} notYours={portal.notYours} />
