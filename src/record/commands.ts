import type { Command } from '../platform/cli.ts'
import { importCommand, importPartsCommand } from './import.cli.ts'
import { moveCommand } from './move.cli.ts'
import { searchParameterCommands } from './search-parameter.cli.ts'

export const commands: Command[] = [importCommand, importPartsCommand, moveCommand, ...searchParameterCommands]
