import type { Command } from '../platform/cli.ts'
import { explainCommand } from './search/explain.cli.ts'
import { importCommand, importPartsCommand } from './bulk/import.cli.ts'
import { moveCommand } from './write/move.cli.ts'
import { searchParameterCommands } from './search/search-parameter.cli.ts'

export const commands: Command[] = [explainCommand, importCommand, importPartsCommand, moveCommand, ...searchParameterCommands]
