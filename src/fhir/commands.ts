import type { Command } from '../platform/cli.ts'
import { packageCommands } from './packages/package.cli.ts'

export { journal } from './packages/packages.ts'

export const commands: Command[] = [...packageCommands]
