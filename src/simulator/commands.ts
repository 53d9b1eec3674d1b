import type { Command } from '../platform/cli.ts'
import { people } from './people.cli.ts'

export const commands: Command[] = [people]
