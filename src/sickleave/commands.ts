import type { Command } from '../platform/cli.ts'
import { leakTestCommand } from './leak/leak-test.cli.ts'
import { memberAdd, memberEnd } from './employer/member.cli.ts'
import { parameterList, parameterSet, standardSet } from './settings.cli.ts'

export const commands: Command[] = [leakTestCommand, parameterList, parameterSet, standardSet, memberAdd, memberEnd]
