import type { Command } from '../platform/cli.ts'
import { listInstitutions } from './institutions.cli.ts'

export const commands: Command[] = [listInstitutions]
