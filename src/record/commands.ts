import type { Command } from '../platform/cli.ts'
import { explainCommand } from './explain.cli.ts'
import { importCommand, importPartsCommand } from './import.cli.ts'
import { moveCommand } from './move.cli.ts'
import { searchParameterCommands } from './search-parameter.cli.ts'

export const commands: Command[] = [explainCommand, importCommand, importPartsCommand, moveCommand, ...searchParameterCommands]
