import type { Command } from '../platform/cli.ts'
import { employersHandOver, employersRun } from './apart/employers.cli.ts'
import { leakTestCommand } from './leak/leak-test.cli.ts'
import { memberAdd, memberEnd } from './employer/member.cli.ts'
import { simulateCommand } from './compensation/simulate.cli.ts'
import { demoSignCommand } from './signed/demo-sign.cli.ts'
import { verifyCommand } from './signature/verify.cli.ts'
import { parameterList, parameterSet, standardSet } from './settings.cli.ts'

export const commands: Command[] = [
  employersHandOver,
  employersRun,
  leakTestCommand,
  parameterList,
  parameterSet,
  simulateCommand,
  standardSet,
  memberAdd,
  memberEnd,
  verifyCommand,
  demoSignCommand,
]
