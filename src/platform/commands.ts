import { backupCommand, restoreCommand } from './backup.cli.ts'
import type { Command } from './cli.ts'

export const commands: Command[] = [backupCommand, restoreCommand]
