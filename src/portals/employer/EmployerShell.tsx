import { WorkShell } from '../shared/WorkShell.tsx'
import { portal, work } from './words.ts'

const pages = [
  ['/', portal.inbox],
  ['/work', work.title],
  ['/absences', portal.absences],
  ['/earnings', portal.earnings],
  ['/requests', portal.requests],
  ['/objections', portal.objections],
  ['/firm', portal.firm],
  ['/join', portal.join],
] as const

export const EmployerShell = () => <WorkShell name={portal.name} pages={pages} roles={['employer', 'patient']} notYours={portal.notYours} />
