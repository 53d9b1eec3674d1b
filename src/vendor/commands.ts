import type { Command } from '../platform/cli.ts'
import { repeatCommand, verifyCommand } from './certificate.cli.ts'

export const commands: Command[] = [repeatCommand, verifyCommand]
