import { WorkShell } from '../shared/WorkShell.tsx'
import { portal } from './words.ts'

const operator = ['operator'] as const
const pages = [
  ['/', portal.overview, operator],
  ['/members', portal.members, operator],
  ['/contracts', portal.contracts, operator],
  ['/messages', portal.messages, operator],
  ['/proposals', portal.proposals, operator],
  ['/completeness', portal.completeness],
  ['/vendors', portal.vendors],
] as const

export const OperatorShell = () => <WorkShell name={portal.name} pages={pages} roles={['operator', 'ministry']} notYours={portal.notOperator} />
