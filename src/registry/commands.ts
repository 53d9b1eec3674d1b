import type { Command } from '../platform/cli.ts'
import { listInstitutions } from './institutions.cli.ts'
import { loadList } from './lists/load.cli.ts'

export { people } from './lists/lookups.ts'

export const commands: Command[] = [listInstitutions, loadList]
