import type { Command } from '../platform/cli.ts'
import { sealCommand } from './seal.cli.ts'
import { verifyCommand } from './verify.cli.ts'

export const commands: Command[] = [sealCommand, verifyCommand]
