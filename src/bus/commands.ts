import type { Command } from '../platform/cli.ts'
import { evidenceCommand, logVerify, verifyCommand } from './evidence/evidence.cli.ts'
import { pruneCommand, replayCommand } from './messages/keep.cli.ts'
import { codeCommand, contractList, contractSet, memberList, memberSet } from './members/member.cli.ts'

export { registry } from './members/member.cli.ts'
export const commands: Command[] = [
  codeCommand,
  memberList,
  memberSet,
  contractList,
  contractSet,
  evidenceCommand,
  verifyCommand,
  logVerify,
  replayCommand,
  pruneCommand,
]
