import type { Command } from '../platform/cli.ts'
import { accountAdd, accountList, accountRevoke } from './account.cli.ts'
import { clientAdd, clientCertificate, clientList, clientRevoke } from './client.cli.ts'
import { keysRotate } from './keys.cli.ts'
import { parameterList, parameterSet } from './parameter.cli.ts'
import { tokenCommand } from './token.cli.ts'

export { institutions } from './client.cli.ts'
export const commands: Command[] = [
  accountAdd,
  accountList,
  accountRevoke,
  clientAdd,
  clientCertificate,
  clientList,
  clientRevoke,
  tokenCommand,
  keysRotate,
  parameterList,
  parameterSet,
]
