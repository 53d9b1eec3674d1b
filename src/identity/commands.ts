import type { Command } from '../platform/cli.ts'
import { linkCommand, stateCommand, unlinkCommand } from './link.cli.ts'
import { pending } from './pending.cli.ts'
import { show } from './show.cli.ts'

export { forLists } from './for-lists.ts'
export const commands: Command[] = [linkCommand, unlinkCommand, stateCommand, show, pending]
