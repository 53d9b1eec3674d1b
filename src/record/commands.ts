import type { Command } from '../platform/cli.ts'
import { moveCommand } from './move.cli.ts'

export const commands: Command[] = [moveCommand]
