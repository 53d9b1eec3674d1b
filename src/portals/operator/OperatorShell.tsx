import { WorkShell } from '../shared/WorkShell.tsx'
import { portal } from './words.ts'

const pages = [
  ['/', portal.overview],
  ['/members', portal.members],
  ['/contracts', portal.contracts],
  ['/messages', portal.messages],
  ['/proposals', portal.proposals],
] as const
const elsewhere = { to: '/doctor/', word: portal.toDoctor }

export const OperatorShell = () => <WorkShell name={portal.name} pages={pages} roles={['operator']} notYours={portal.notOperator} elsewhere={elsewhere} />
